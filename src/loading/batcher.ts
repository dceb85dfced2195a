import { parseExactly } from '../mapping/exactNumbers';
import type { Mapped } from '../mapping/mapper';
import { fitsIn, utf8Length } from '../mapping/utf8';
import type { Person } from '../settings/settings';

/** One person of a batch as JSON, with every record that was laid into them, oldest first. */
export interface Entry<Item> {
	readonly userId: string;
	json: string;
	readonly items: Item[];
}

/** People who go in one request, by user ID, in the order of their first record. */
export interface Batch<Item> {
	readonly entries: Map<string, Entry<Item>>;
	/** When its first record came. */
	readonly since: number;
}

/** Takes people one by one, and gives them out in batches. */
export interface Batcher<Item> {
	add(item: Item, mapped: Mapped, now: number): void;
	/** Closes the batch that is filling, if it holds anybody. */
	close(): void;
	/** When the first record of the batch that is filling came; undefined while it is empty. */
	readonly since: number | undefined;
}

/** `{"people":[` and `]}` around the people. */
const ENVELOPE_BYTES = 13;

/** The person after both records: later values win, a trait missing in the later record stays. */
export function overlay(earlier: Person, later: Person): Person {
	const traits = { ...earlier.traits, ...later.traits };
	return { ...earlier, ...later, ...(Object.keys(traits).length > 0 && { traits }) };
}

/** The most bytes that one person may have to fit into a request of `maxBytes`. */
export const maxPersonBytes = (maxBytes: number): number => maxBytes - ENVELOPE_BYTES;

/**
 * Groups people into batches of at most `maxPeople` and `maxBytes` of body; two records of one person
 * in a batch become one, or go in two when they are to stay separate. `onBatch` gets each batch as
 * soon as it is full.
 */
export function createBatcher<Item>(
	maxPeople: number,
	maxBytes: number,
	onBatch: (batch: Batch<Item>) => void,
	separatesRepeats = false,
): Batcher<Item> {
	let batch: Batch<Item> | undefined;
	/** Bytes of the body, or more: texts are counted only when the quick upper bound comes near the cap. */
	let bytes = ENVELOPE_BYTES;
	let counted = false;

	const size = (json: string) => 1 + (counted ? utf8Length(json) : json.length * 3);

	function hasRoomFor(json: string, replaced?: string): boolean {
		const added = () => size(json) - (replaced === undefined ? 0 : size(replaced));
		if (bytes + added() <= maxBytes) return true;
		if (counted || batch === undefined) return false;
		counted = true;
		bytes = ENVELOPE_BYTES;
		for (const entry of batch.entries.values()) bytes += size(entry.json);
		return bytes + added() <= maxBytes;
	}

	function close(): void {
		const full = batch;
		batch = undefined;
		bytes = ENVELOPE_BYTES;
		counted = false;
		if (full !== undefined) onBatch(full);
	}

	return {
		close,
		get since() {
			return batch?.since;
		},
		add(item, { person, json }, now) {
			const known = batch?.entries.get(person.userId);
			if (known !== undefined && separatesRepeats) {
				close();
			} else if (known !== undefined) {
				const mergedJson = JSON.stringify(overlay(parseExactly(known.json) as Person, person));
				if (fitsIn(mergedJson, maxPersonBytes(maxBytes)) && hasRoomFor(mergedJson, known.json)) {
					bytes += size(mergedJson) - size(known.json);
					known.json = mergedJson;
					known.items.push(item);
					return;
				}
				close();
			} else if (batch !== undefined && !hasRoomFor(json)) {
				close();
			}
			batch ??= { entries: new Map(), since: now };
			batch.entries.set(person.userId, { userId: person.userId, json, items: [item] });
			bytes += size(json);
			if (batch.entries.size >= maxPeople) close();
		},
	};
}
