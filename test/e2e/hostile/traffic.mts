import type { HttpResponse } from '../../../src/ports';
import { isObject, tryJson } from '../json.mts';

/** A person as sent in one request. */
export interface SentPerson {
	readonly userId: string;
	readonly email?: string;
	readonly traits: Readonly<Record<string, unknown>>;
}

/** One request and its answer. */
export interface Exchange {
	readonly people: readonly SentPerson[];
	/** Undefined when no answer came. */
	readonly answer: Pick<HttpResponse, 'body' | 'headers' | 'status'> | undefined;
	readonly answeredAt: number;
}

/**
 * What an answer means for one person, by Flameup's documentation. `proven`: listed, or nobody is listed and
 * the counts add up to the people sent, or the answer is empty, but a documented one came before.
 * `unproven`: the answer omits the person, or reports an error. `foreign` (not from Flameup), `busy` (429)
 * and `fault` prove nothing: the person must be sent again.
 */
type Word = 'proven' | 'unproven' | 'refused' | 'stop' | 'busy' | 'fault' | 'foreign';

interface Try {
	readonly word: Word;
	readonly at: number;
	/** From Retry-After. */
	readonly askedMs: number;
}

/** One version of a person, with the answer to each time it was sent. */
export interface Entry {
	readonly sent: SentPerson;
	/** Its records are those of the person between these rows, both included. */
	readonly from: number;
	readonly row: number;
	/** Whether it has some of the records of a version that was sent before. */
	readonly isPart: boolean;
	readonly tries: Try[];
}

/** The versions sent of each person, by user ID, in the order in which they were first sent. */
export type Traffic = ReadonlyMap<string, readonly Entry[]>;

const REFUSALS = [400, 409, 413, 422];
const FAULTS = [408, 425];

/** The meaning of a 2xx answer. */
type Success =
	| { readonly kind: 'documented'; readonly proves: (userId: string) => boolean }
	| { readonly kind: 'wordless' | 'complaint' | 'foreign' };

const isSuccess = (status: number) => status >= 200 && status < 300;

function successOf({ answer, people }: Exchange): Success | undefined {
	if (answer === undefined || !isSuccess(answer.status)) return undefined;
	const json = answer.body.trim() === '' ? {} : tryJson(answer.body);
	if (!isObject(json)) return { kind: 'foreign' };
	const { created_count, errors, people: listed, success } = json;
	if (success === false || json.error || (Array.isArray(errors) && errors.length > 0)) {
		return { kind: 'complaint' };
	}
	if (Object.keys(json).length === 0) return { kind: 'wordless' };
	if (!Array.isArray(listed)) return { kind: 'foreign' };
	const addsUp = Number(created_count) + Number(json.updated_count) === people.length;
	if (listed.length === 0) return { kind: 'documented', proves: () => addsUp };
	const shown = matched(
		listed.map((one) => String(one.external_id ?? one.userId)),
		people.map(({ userId }) => userId),
	);
	return { kind: 'documented', proves: (userId) => shown.has(userId) };
}

/** The sent IDs that are listed exactly, or in another case if only one sent and one listed ID match. */
function matched(listed: readonly string[], sent: readonly string[]): ReadonlySet<string> {
	const [all, exact] = [new Set(listed), new Set(sent)];
	const lowerOf = (ids: Iterable<string>) => Map.groupBy(ids, (id) => id.toLowerCase());
	const left = lowerOf([...all].filter((id) => !exact.has(id)));
	const open = lowerOf(sent.filter((id) => !all.has(id)));
	const only = (ids: readonly string[] | undefined) => ids?.length === 1;
	return new Set(
		sent.filter((id) => {
			const lower = id.toLowerCase();
			return all.has(id) || (only(open.get(lower)) && only(left.get(lower)));
		}),
	);
}

/** The time of the first documented answer; an empty 2xx before it proves nothing. */
export const knownSince = (exchanges: readonly Exchange[]): number =>
	Math.min(
		...exchanges.flatMap((one) =>
			successOf(one)?.kind === 'documented' ? [one.answeredAt] : [Infinity],
		),
	);

function wordOf(exchange: Exchange, knownAt: number): (userId: string) => Word {
	const { answer, answeredAt } = exchange;
	const isKnown = answeredAt > knownAt;
	const all = (word: Word) => () => word;
	const success = successOf(exchange);
	switch (success?.kind) {
		case 'documented':
			return (userId) => (success.proves(userId) ? 'proven' : 'unproven');
		case 'wordless':
			return all(isKnown ? 'proven' : 'unproven');
		case 'complaint':
			return all('unproven');
		case 'foreign':
			return all('foreign');
	}
	if (answer === undefined) return all('fault');
	const { status } = answer;
	if (status === 429) return all('busy');
	if (REFUSALS.includes(status) || (status === 403 && isKnown)) return all('refused');
	return all(status >= 500 || FAULTS.includes(status) ? 'fault' : 'stop');
}

/** Whether an answer ends the run; after a documented answer, a 403 only if one person alone got it and only 403s followed. */
export function endsTheRun(exchanges: readonly Exchange[]): boolean {
	const knownAt = knownSince(exchanges);
	if (exchanges.some((one) => wordOf(one, knownAt)('') === 'stop')) return true;
	const inOrder = exchanges.toSorted((a, b) => a.answeredAt - b.answeredAt);
	const others = inOrder.findLastIndex(({ answer }) => answer?.status !== 403);
	return inOrder.slice(others + 1).some(({ people }) => people.length === 1);
}

/** The wait that an answer asks for; a date is relative to its Date header, or to our clock. */
function askedBy({ answer, answeredAt }: Exchange): number {
	const { date, 'retry-after': after } = answer?.headers ?? {};
	if (typeof after !== 'string') return 0;
	if (/^\d+$/.test(after)) return Number(after) * 1000;
	return Date.parse(after) - (typeof date === 'string' ? Date.parse(date) : answeredAt);
}

/** Groups the exchanges of a run; each person's trait `n` is the number of their row. */
export function trafficOf(exchanges: readonly Exchange[]): Traffic {
	const traffic = new Map<string, Entry[]>();
	const knownAt = knownSince(exchanges);
	for (const exchange of exchanges) {
		const word = wordOf(exchange, knownAt);
		const askedMs = askedBy(exchange);
		for (const sent of exchange.people) {
			const entries = traffic.get(sent.userId) ?? [];
			traffic.set(sent.userId, entries);
			const row = Number(sent.traits.n);
			let entry = entries.at(-1);
			if (entry?.row !== row) {
				entry = { sent, row, ...startOf(row, entries), tries: [] };
				entries.push(entry);
			}
			entry.tries.push({ word: word(sent.userId), at: exchange.answeredAt, askedMs });
		}
	}
	return traffic;
}

/** A version goes on after the one before, or splits it, the earlier half first. */
function startOf(row: number, entries: readonly Entry[]) {
	const before = entries.at(-1);
	const isPart = entries.some((one) => one.row >= row);
	if (before === undefined) return { from: 0, isPart };
	return { from: row < before.row ? before.from : before.row + 1, isPart };
}

/** Whether all that Flameup said of the entry is that it refuses it. */
export const isRefused = ({ tries }: Entry): boolean =>
	tries.some(({ word }) => word === 'refused') &&
	tries.every(({ word }) => word === 'refused' || word === 'busy');

/** How often the entry got this answer. */
export const timesOf = (entry: Entry | undefined, word: Word): number =>
	entry?.tries.filter((one) => one.word === word).length ?? 0;

const SAYS_NOTHING: readonly Word[] = ['fault', 'busy', 'foreign'];

/** The latest tries of an entry without a conclusive answer. */
export const triesInVain = ({ tries }: Entry): readonly Try[] =>
	tries.slice(tries.findLastIndex(({ word }) => !SAYS_NOTHING.includes(word)) + 1);
