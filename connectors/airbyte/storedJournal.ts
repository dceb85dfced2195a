import type { Storage } from '../../src/ports';
import { readText, writeText } from './storageText';

/** The most bytes of a part that is appended to, because some storages send the whole part each time. */
const MOST_APPENDED = 262_144;

/** The most bytes of the parts of a journal that is written anew; each is in memory as a whole. */
const MOST_WRITTEN = 8_000_000;

const PART = /\/([1-9]\d{0,8})-([1-9]\d{0,8})\.journal$/;

/** The generation, the least number of parts and, in a complete journal, their length. */
const SEAL = /^(\d+)-(\d+)(-\d+)?$/;

/** One object of a journal. */
interface Part {
	readonly name: string;
	readonly bytes: number;
	readonly generation: number;
	readonly number: number;
}

/** A journal as it is found in storage. */
interface FoundJournal {
	readonly bytes: number;
	/** The names of the parts in order. */
	readonly names: readonly string[];
	/** No part is missing or empty; the end of the last one may be missing, unless the journal is complete. */
	readonly isWhole: boolean;
	/** No run was adding to it. */
	readonly isComplete: boolean;
}

/**
 * A journal in storage, as numbered parts: `<folder>/<generation>-<number>.journal`. A journal that is written
 * anew is a new generation, whose first part is written last. The newest generation with a first part counts,
 * so what a crash leaves of others is never read. A seal beside the parts says which must be there; it follows
 * each new part.
 */
export class StoredJournal {
	readonly #storage: Storage;
	readonly #folder: string;
	#generation = 1;
	/** The number and the length of the part that is appended to; one of an earlier run is not. */
	#number = 0;
	#bytes = MOST_APPENDED;
	/** The length of all parts. */
	#total = 0;
	#seal = '';

	constructor(storage: Storage, folder: string) {
		this.#storage = storage;
		this.#folder = folder;
	}

	/** Whether nothing was added since it was completed. */
	get isComplete(): boolean {
		return this.#seal === this.#extent;
	}

	/** How many parts there are. */
	get parts(): number {
		return this.#number;
	}

	/** The journal as it is found; undefined if there never was one. */
	async find(): Promise<FoundJournal | undefined> {
		const all = await this.#list();
		this.#seal = (await readText(this.#storage, this.#sealName)) ?? '';
		const newest = all.findLast(({ number }) => number === 1);
		if (newest === undefined) {
			this.#generation = this.#next(all);
			const absent = { bytes: 0, names: [], isWhole: false, isComplete: false };
			return this.#seal === '' ? undefined : absent;
		}
		const parts = all.filter(({ generation }) => generation === newest.generation);
		this.#generation = newest.generation;
		this.#number = parts.at(-1)?.number ?? 1;
		this.#total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
		const hasGap = parts.length < this.#number || parts.some(({ bytes }) => bytes === 0);
		return {
			bytes: this.#total,
			names: parts.map(({ name }) => name),
			isWhole: !hasGap && this.#hasSealed,
			isComplete: this.isComplete,
		};
	}

	/** Notes that the journal is complete as it is now. */
	complete(): Promise<void> {
		return this.#sealAs(this.#extent);
	}

	/** Resolves once the chunk is saved, and the loss of its part would be noticed. */
	async append(chunk: Uint8Array): Promise<void> {
		const needsPart = this.#bytes + chunk.length > MOST_APPENDED;
		if (needsPart) {
			await this.#sealAs(this.#least);
			this.#number++;
			this.#bytes = 0;
		}
		await this.#storage.append(this.#name(this.#generation, this.#number), chunk);
		this.#bytes += chunk.length;
		this.#total += chunk.length;
		if (needsPart) await this.#sealAs(this.#least);
	}

	/** Replaces the whole journal. */
	async rewrite(chunks: Iterable<Uint8Array>): Promise<void> {
		const old = await this.#list();
		this.#generation = this.#next(old);
		this.#number = 0;
		this.#total = 0;
		let first: Uint8Array = new Uint8Array();
		for (const part of joined(chunks)) {
			this.#number++;
			this.#bytes = part.length;
			this.#total += part.length;
			if (this.#number === 1) first = part;
			else await this.#storage.write(this.#name(this.#generation, this.#number), part);
		}
		await this.#storage.write(this.#name(this.#generation, 1), first);
		await this.#sealAs(this.#least);
		for (const { name } of old) await this.#storage.remove(name);
	}

	/** Removes older generations first: whatever is left after a crash, none of them counts again. */
	async remove(): Promise<void> {
		for (const { name } of await this.#list()) await this.#storage.remove(name);
	}

	/** Whether the parts are those of the seal; a crash may have left the seal of the generation before. */
	get #hasSealed(): boolean {
		const { generation, isComplete, least } = sealed(this.#seal);
		if (generation !== this.#generation) return generation < this.#generation;
		return isComplete ? this.isComplete : least <= this.#number;
	}

	async #sealAs(seal: string): Promise<void> {
		if (seal === this.#seal) return;
		await writeText(this.#storage, this.#sealName, seal);
		this.#seal = seal;
	}

	/** A generation of which there never was a part. */
	#next(parts: readonly Part[]): number {
		return 1 + Math.max(parts.at(-1)?.generation ?? 0, sealed(this.#seal).generation);
	}

	get #sealName(): string {
		return `${this.#folder}/seal`;
	}

	/** The seal of a journal to which more may be added. */
	get #least(): string {
		return `${this.#generation}-${this.#number}`;
	}

	/** The seal of a complete journal. */
	get #extent(): string {
		return `${this.#least}-${this.#total}`;
	}

	#name(generation: number, number: number): string {
		return `${this.#folder}/${generation}-${number}.journal`;
	}

	/** All parts, older generations first. */
	async #list(): Promise<Part[]> {
		const objects = await this.#storage.list(`${this.#folder}/`);
		const parts = objects.flatMap(({ bytes, name }): Part[] => {
			const [, generation, number] = PART.exec(name) ?? [];
			return number === undefined
				? []
				: [{ name, bytes, generation: Number(generation), number: Number(number) }];
		});
		return parts.sort((a, b) => a.generation - b.generation || a.number - b.number);
	}
}

/** What a seal says; zeros if there is none. */
function sealed(seal: string) {
	const [, generation = 0, least = 0, total] = SEAL.exec(seal) ?? [];
	return {
		generation: Number(generation),
		least: Number(least),
		isComplete: total !== undefined,
	};
}

/** Chunks joined to parts. */
function* joined(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
	let part: Uint8Array[] = [];
	let bytes = 0;
	for (const chunk of chunks) {
		if (bytes > 0 && bytes + chunk.length > MOST_WRITTEN) {
			yield Buffer.concat(part);
			part = [];
			bytes = 0;
		}
		part.push(chunk);
		bytes += chunk.length;
	}
	yield Buffer.concat(part);
}
