import { ENVELOPE_BYTES } from '../limits';
import { parseExactly } from '../mapping/exactNumbers';
import type { Mapped } from '../mapping/mapper';
import type { Person } from '../mapping/person';
import { fitsIn, utf8Length } from '../mapping/utf8';

/** One person of a batch as JSON, with every record that was laid into them, oldest first. */
export interface Entry<Item> {
	readonly userId: string;
	json: string;
	readonly items: Item[];
}

/** Keeps its record as the JSON of a person. */
export interface Recorded {
	readonly json: string;
}

/** The person whom some records of one person make. */
export function entryOf<Item extends Recorded>(userId: string, items: Item[]): Entry<Item> {
	const [first, ...later] = items.map(({ json }) => json);
	const merged = later.reduce(
		(json, other) => overlaid(json, parseExactly(other) as Person),
		first ?? '',
	);
	return { userId, json: merged, items };
}

/** People who go in one request, by user ID, in the order of their first record. */
export interface Batch<Item> {
	readonly entries: Map<string, Entry<Item>>;
	/** When its first record came. */
	readonly since: number;
}

/** How people are put together. */
export interface BatcherOptions {
	readonly maxPeople: number;
	/** Bytes of the body. */
	readonly maxBytes: number;
	/** Two records of one person go in two batches instead of as one person. */
	readonly separatesRepeats: boolean;
}

/** The person after both records: later values win, a trait missing in the later record stays. */
export function overlay(earlier: Person, later: Person): Person {
	const traits = { ...earlier.traits, ...later.traits };
	return { ...earlier, ...later, ...(Object.keys(traits).length > 0 && { traits }) };
}

const overlaid = (json: string, later: Person): string =>
	JSON.stringify(overlay(parseExactly(json) as Person, later));

/** Groups people into batches; `onBatch` gets each one as soon as it is full. */
export class Batcher<Item> {
	readonly #options: BatcherOptions;
	readonly #onBatch: (batch: Batch<Item>) => void;
	#batch: Batch<Item> | undefined;
	/** Bytes of the body, or more: texts are counted only when the quick upper bound comes near the cap. */
	#bytes = ENVELOPE_BYTES;
	#isCounted = false;

	constructor(options: BatcherOptions, onBatch: (batch: Batch<Item>) => void) {
		this.#options = options;
		this.#onBatch = onBatch;
	}

	/** When the first record of the batch that is filling came; undefined while it is empty. */
	get since(): number | undefined {
		return this.#batch?.since;
	}

	add(item: Item, { json, person }: Mapped, now: number): void {
		const { userId } = person;
		const known = this.#batch?.entries.get(userId);
		if (known !== undefined) {
			if (!this.#options.separatesRepeats && this.#merge(known, item, person)) return;
			this.close();
		} else if (this.#batch !== undefined && !this.#hasRoomFor(json)) {
			this.close();
		}
		this.#batch ??= { entries: new Map(), since: now };
		this.#batch.entries.set(userId, { userId, json, items: [item] });
		this.#bytes += this.#size(json);
		if (this.#batch.entries.size >= this.#options.maxPeople) this.close();
	}

	/** Closes the batch that is filling, if it holds anybody. */
	close(): void {
		const full = this.#batch;
		this.#batch = undefined;
		this.#bytes = ENVELOPE_BYTES;
		this.#isCounted = false;
		if (full !== undefined) this.#onBatch(full);
	}

	/** Lays a record over another one of the same person, if there is room for the result. */
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
		const added = () => this.#size(json) - (replaced === undefined ? 0 : this.#size(replaced));
		if (this.#bytes + added() <= this.#options.maxBytes) return true;
		if (this.#isCounted || this.#batch === undefined) return false;
		this.#isCounted = true;
		this.#bytes = ENVELOPE_BYTES;
		for (const entry of this.#batch.entries.values()) this.#bytes += this.#size(entry.json);
		return this.#bytes + added() <= this.#options.maxBytes;
	}
}
