import type { Storage } from '../../src/ports';

/** The most bytes of a part that is appended to, because some storages send the whole part each time. */
const MOST_APPENDED = 262_144;

/** The most bytes of the parts of a journal that is written anew; each is in memory as a whole. */
const MOST_WRITTEN = 8_000_000;

const PART = /\/([1-9]\d{0,8})-([1-9]\d{0,8})\.journal$/;

/** One object of a journal. */
interface Part {
	readonly name: string;
	readonly bytes: number;
	readonly generation: number;
	readonly number: number;
}

/**
 * A journal in storage, as numbered parts: `<folder>/<generation>-<number>.journal`. A journal that is written
 * anew is a new generation, whose first part is written last. The newest generation with a first part counts,
 * so what a crash leaves of others is never read.
 */
export class StoredJournal {
	readonly #storage: Storage;
	readonly #folder: string;
	#generation = 1;
	/** The number and the length of the part that is appended to; one of an earlier run is not. */
	#number = 0;
	#bytes = MOST_APPENDED;

	constructor(storage: Storage, folder: string) {
		this.#storage = storage;
		this.#folder = folder;
	}

	/** How many parts there are. */
	get parts(): number {
		return this.#number;
	}

	/** The names of the parts in order, and their length in total; undefined if there is no journal. */
	async find(): Promise<{ bytes: number; names: string[]; isWhole: boolean } | undefined> {
		const all = await this.#list();
		const newest = all.findLast(({ number }) => number === 1);
		if (newest === undefined) {
			this.#generation = next(all);
			return undefined;
		}
		const parts = all.filter(({ generation }) => generation === newest.generation);
		this.#generation = newest.generation;
		this.#number = parts.at(-1)?.number ?? 1;
		return {
			bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
			names: parts.map(({ name }) => name),
			isWhole: parts.length === this.#number,
		};
	}

	async append(chunk: Uint8Array): Promise<void> {
		if (this.#bytes + chunk.length > MOST_APPENDED) {
			this.#number++;
			this.#bytes = 0;
		}
		await this.#storage.append(this.#name(this.#generation, this.#number), chunk);
		this.#bytes += chunk.length;
	}

	/** Replaces the whole journal. */
	async rewrite(chunks: Iterable<Uint8Array>): Promise<void> {
		const old = await this.#list();
		this.#generation = next(old);
		this.#number = 0;
		let first: Uint8Array = new Uint8Array();
		for (const part of joined(chunks)) {
			this.#number++;
			this.#bytes = part.length;
			if (this.#number === 1) first = part;
			else await this.#storage.write(this.#name(this.#generation, this.#number), part);
		}
		await this.#storage.write(this.#name(this.#generation, 1), first);
		for (const { name } of old) await this.#storage.remove(name);
	}

	/** Removes older generations first: whatever is left after a crash, none of them counts again. */
	async remove(): Promise<void> {
		for (const { name } of await this.#list()) await this.#storage.remove(name);
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

/** A generation that has no part yet. */
const next = (parts: readonly Part[]): number => (parts.at(-1)?.generation ?? 0) + 1;

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
