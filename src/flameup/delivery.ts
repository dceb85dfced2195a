import { type Change, describe, type Json, namedPeople, type UpsertAnswer } from './answers';
import type { Client } from './client';

/** A person as they are sent. */
export interface Sendable {
	readonly userId: string;
	readonly json: string;
}

/** How sending one person ended. */
export type Ending =
	| {
			readonly status: 'upserted';
			/** Left out when the answer does not count this person. */
			readonly change?: Change;
			/** The change is this person's own, not only part of the batch's counts. */
			readonly exact: boolean;
			/** The person as the answer shows them. */
			readonly shown?: Json;
	  }
	| { readonly status: 'refused'; readonly httpStatus: number; readonly words: string }
	| { readonly status: 'unconfirmed' };

/** People to be sent together, and those whom an answer named, until it is proven that they were at fault. */
interface Group<Entry> {
	readonly entries: readonly Entry[];
	readonly named?: { readonly words: ReadonlyMap<Entry, string>; readonly httpStatus: number };
	/** False once names have misled: answers may count from one, or mean another list. */
	readonly trustsNames: boolean;
}

/**
 * Sends a batch until each of its people is settled. Who is named by a refusal is set aside, and refused
 * if the others then get through; else the batch is halved until the bad person stands alone. A batch of
 * only bad people costs about one request a person. Throws what the client throws.
 */
export async function settleBatch<Entry extends Sendable>(
	client: Client,
	batch: readonly Entry[],
	settled: (entry: Entry, ending: Ending) => void,
	onMiscount: () => void,
): Promise<void> {
	const resent = new Set<Entry>();
	const groups: Group<Entry>[] = [{ entries: batch, trustsNames: true }];
	let unsettled = batch.length;
	let requests = 0;
	// What halving may add to the one request a person that sending them singly costs.
	const budget = batch.length + Math.ceil(Math.log2(batch.length + 1));

	function end(entry: Entry, ending: Ending): void {
		unsettled--;
		settled(entry, ending);
	}

	function refuseAll(words: ReadonlyMap<Entry, string>, httpStatus: number): void {
		for (const [entry, text] of words) end(entry, { status: 'refused', httpStatus, words: text });
	}

	function accept({ entries, named }: Group<Entry>, answer: UpsertAnswer): void {
		if (answer.miscounted) onMiscount();
		const changes = countedChanges(entries, answer);
		const again: Entry[] = [];
		entries.forEach((entry, place) => {
			const change = changes[place];
			if (answer.confirmed[place]) {
				const exact = answer.changes !== undefined;
				const shown = answer.people?.get(entry.userId);
				end(entry, {
					status: 'upserted',
					exact,
					...(change !== undefined && { change }),
					...(shown !== undefined && { shown }),
				});
			} else if (resent.has(entry)) {
				end(entry, { status: 'unconfirmed' });
			} else {
				resent.add(entry);
				again.push(entry);
			}
		});
		if (named !== undefined) refuseAll(named.words, named.httpStatus);
		if (again.length > 0) groups.push({ entries: again, trustsNames: true });
	}

	function split(
		entries: readonly Entry[],
		trustsNames: boolean,
		mayHalve = requests + 2 + unsettled <= budget,
	): void {
		const middle = entries.length >> 1;
		const parts = mayHalve
			? [entries.slice(0, middle), entries.slice(middle)]
			: entries.map((entry) => [entry]);
		for (const part of parts) if (part.length > 0) groups.push({ entries: part, trustsNames });
	}

	for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
		const { entries, trustsNames } = group;
		const userIds = entries.map(({ userId }) => userId);
		const people = entries.map(({ json }) => json);
		const written = await client.upsertPeople(userIds, people);
		requests++;
		if (!written.refused) {
			accept(group, written.answer);
			continue;
		}
		const { error, status: httpStatus } = written;
		const named = new Map<Entry, string>();
		for (const [place, words] of namedPeople(error, userIds)) {
			const entry = entries[place];
			if (entry !== undefined) named.set(entry, words);
		}
		const [only] = entries;
		if (only !== undefined && entries.length === 1) {
			end(only, { status: 'refused', httpStatus, words: named.get(only) ?? describe(error) });
			if (group.named !== undefined) split([...group.named.words.keys()], false);
		} else if (group.named !== undefined) {
			split([...entries, ...group.named.words.keys()], false);
		} else if (httpStatus === 413) {
			// Too large together says nothing against anybody: the halves will mostly get through.
			split(entries, trustsNames, true);
		} else if (named.size === 0 || !trustsNames) {
			split(entries, trustsNames);
		} else if (named.size === entries.length) {
			refuseAll(named, httpStatus);
		} else {
			const rest = entries.filter((entry) => !named.has(entry));
			groups.unshift({ entries: rest, named: { words: named, httpStatus }, trustsNames });
		}
	}
}

/** Each person's change: their own where the answer tells it, else the counts dealt out in order. */
function countedChanges(
	entries: readonly unknown[],
	{ changes, confirmed, created, updated }: UpsertAnswer,
): readonly (Change | undefined)[] {
	if (changes !== undefined) return changes;
	const left = { created, updated };
	return entries.map((_, place) => {
		if (!confirmed[place]) return undefined;
		const change = left.created > 0 ? 'created' : left.updated > 0 ? 'updated' : undefined;
		if (change !== undefined) left[change]--;
		return change;
	});
}
