import { createHash } from 'node:crypto';
import { FlameupError } from '../../src/errors';
import type { Digest, Storage } from '../../src/ports';

/** The objects that outlive the runs, by name. */
export type Objects = Map<string, Buffer>;

/** What happens to an operation: a storage that hangs never answers, but does not end the run. */
export type StoredFate = 'goes on' | 'fails' | 'never returns' | 'hangs';

/** What happens to the operations of one run. */
export interface StorageFate {
	/** Called before each operation; what it returns happens instead, and only a share of an append is written. */
	before?(operation: string, name: string): StoredFate;
	/** The share of the bytes of an append that are written before it never returns. */
	readonly torn?: number;
}

export const sha256: Digest = (text) => createHash('sha256').update(text).digest('binary');

const never = () => new Promise<never>(() => undefined);

/** A storage in memory, as one run sees it. */
export function createFakeStorage(objects: Objects, fate: StorageFate = {}): Storage {
	/** Waits for one turn, as any real storage does. */
	async function operate<T>(
		operation: string,
		name: string,
		effect: () => T,
		partial: () => void = () => undefined,
	): Promise<T> {
		await Promise.resolve();
		const happens = fate.before?.(operation, name) ?? 'goes on';
		if (happens === 'fails') {
			throw new FlameupError({ code: 'storage_failed', setting: 'storage.path', fault: 'ENOSPC' });
		}
		if (happens === 'never returns') {
			partial();
			return never();
		}
		if (happens === 'hangs') return never();
		return effect();
	}

	function append(name: string, chunk: Uint8Array): void {
		objects.set(name, Buffer.concat([objects.get(name) ?? Buffer.alloc(0), chunk]));
	}

	return {
		read: (name) =>
			operate('read', name, () => {
				const found = objects.get(name);
				return found && Uint8Array.from(found);
			}),
		write: (name, content) =>
			operate('write', name, () => void objects.set(name, Buffer.from(content))),
		append: (name, chunk) =>
			operate(
				'append',
				name,
				() => append(name, chunk),
				() => append(name, chunk.subarray(0, Math.floor(chunk.length * (fate.torn ?? 0)))),
			),
		claim: (name, content, was) =>
			operate('claim', name, () => {
				if (objects.get(name)?.toString() !== was) return false;
				objects.set(name, Buffer.from(content));
				return true;
			}),
		list: (folder) =>
			operate('list', folder, () =>
				[...objects]
					.map(([name, { length }]) => ({ name, bytes: length }))
					.filter(({ name }) => name.startsWith(folder)),
			),
		remove: (name) => operate('remove', name, () => void objects.delete(name)),
	};
}
