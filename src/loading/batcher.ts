import { ENVELOPE_BYTES } from '../limits';
import { parseExactly } from '../mapping/exactNumbers';
import type { Mapped } from '../mapping/mapper';
import type { Person } from '../mapping/person';
import { fitsIn, utf8Length } from '../mapping/utf8';

/** One person of a batch as JSON, with all records merged into them, oldest first. */
export interface Entry<Item> {
	readonly userId: string;
	json: string;
	readonly items: Item[];
}

/** A record with the JSON of its person. */
export interface Recorded {
	readonly json: string;
}

/** The person that some records of one person make together. */
export function entryOf<Item extends Recorded>(userId: string, items: Item[]): Entry<Item> {
	const [first, ...later] = items.map(({ json }) => json);
	const merged = later.reduce(
		(json, other) => overlaid(json, parseExactly(other) as Person),
		first ?? '',
	);
	return { userId, json: merged, items };
}

/** The people of one request, by user ID, in the order of their first record. */
export interface Batch<Item> {
	readonly entries: Map<string, Entry<Item>>;
	/** When its first record was added. */
	readonly since: number;
}

/** Limits of a batch. */
export interface BatcherOptions {
	readonly maxPeople: number;
	/** Of the request's body. */
	readonly maxBytes: number;
	/** Records of the same person are sent in separate batches instead of being merged. */
	readonly separatesRepeats: boolean;
}

/**
 * Merges two records of a person: later values win, and traits missing in the later record stay. The names
 * keep the order of the later record, so that a record with all of the names is what was sent.
 */
export function overlay(earlier: Person, later: Person): Person {
	const traits = { ...later.traits, ...earlier.traits, ...later.traits };
	return { ...later, ...earlier, ...later, ...(Object.keys(traits).length > 0 && { traits }) };
}

const overlaid = (json: string, later: Person): string =>
	JSON.stringify(overlay(parseExactly(json) as Person, later));

/** Groups people into batches; calls `onBatch` with each one when it is full or closed. */
export class Batcher<Item> {
	readonly #options: BatcherOptions;
	readonly #onBatch: (batch: Batch<Item>) => void;
	#batch: Batch<Item> | undefined;
	/** An upper bound of the body's bytes; it is counted exactly only when the bound reaches the limit. */
	#bytes = ENVELOPE_BYTES;
	#isCounted = false;

	constructor(options: BatcherOptions, onBatch: (batch: Batch<Item>) => void) {
		this.#options = options;
		this.#onBatch = onBatch;
	}

	/** When the first record of the open batch was added; undefined while it is empty. */
	get since(): number | undefined {
		return this.#batch?.since;
	}

	/** Adds a record; `now` is asked only when it opens a batch. */
	add(item: Item, { json, person }: Mapped, now: () => number): void {
		const { userId } = person;
		const known = this.#batch?.entries.get(userId);
		if (known !== undefined) {
			if (!this.#options.separatesRepeats && this.#merge(known, item, person)) return;
			this.close();
		} else if (this.#batch !== undefined && !this.#hasRoomFor(json)) {
			this.close();
		}
		this.#batch ??= { entries: new Map(), since: now() };
		this.#batch.entries.set(userId, { userId, json, items: [item] });
		this.#bytes += this.#size(json);
		if (this.#batch.entries.size >= this.#options.maxPeople) this.close();
	}

	/** Closes the open batch, unless it is empty. */
	close(): void {
		const full = this.#batch;
		this.#batch = undefined;
		this.#bytes = ENVELOPE_BYTES;
		this.#isCounted = false;
		if (full !== undefined) this.#onBatch(full);
	}

	/** Merges a record into an earlier one of the same person, if the result fits. */
	#merge(known: Entry<Item>, item: Item, person: Person): boolean {
		const json = overlaid(known.json, person);
		const fits = fitsIn(json, this.#options.maxBytes - ENVELOPE_BYTES);
		if (!fits || !this.#hasRoomFor(json, known.json)) return false;
		this.#bytes += this.#size(json) - this.#size(known.json);
		known.json = json;
		known.items.push(item);
		return true;
	}

	#size(json: string): number {
		return 1 + (this.#isCounted ? utf8Length(json) : json.length * 3);
	}

	#hasRoomFor(json: string, replaced?: string): boolean {
		if (this.#fits(json, replaced)) return true;
		if (this.#isCounted || this.#batch === undefined) return false;
		this.#isCounted = true;
		this.#bytes = ENVELOPE_BYTES;
		for (const entry of this.#batch.entries.values()) this.#bytes += this.#size(entry.json);
		return this.#fits(json, replaced);
	}

	/** Whether there is room, as far as the bytes have been counted. */
	#fits(json: string, replaced: string | undefined): boolean {
		const freed = replaced === undefined ? 0 : this.#size(replaced);
		return this.#bytes + this.#size(json) - freed <= this.#options.maxBytes;
	}
}
