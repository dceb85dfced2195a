import { isObject, tryJson } from '../json.mts';

/** A person as one request carried them. */
export interface SentPerson {
	readonly userId: string;
	readonly email?: string;
	readonly traits: Readonly<Record<string, unknown>>;
}

/** One request, and what came back. */
export interface Exchange {
	readonly people: readonly SentPerson[];
	/** Undefined when no answer came. */
	readonly answer: { readonly status: number; readonly body: string } | undefined;
	readonly answeredAt: number;
}

/**
 * What an answer says of one person, by Flameup's documentation. `proven`: listed, or nobody is listed and
 * the counts add up to the people sent, or there is no body at all. `busy`, a 429, and `fault` say nothing:
 * the person is to be sent again.
 */
type Word = 'proven' | 'unproven' | 'refused' | 'stop' | 'busy' | 'fault';

interface Try {
	readonly word: Word;
	readonly at: number;
}

/** One version of a person, and what Flameup answered each time it was sent. */
export interface Entry {
	readonly sent: SentPerson;
	/** The row that it was last laid over by. */
	readonly row: number;
	readonly tries: Try[];
}

/** What was sent of each person, by user ID; versions in the order in which they were first sent. */
export type Traffic = ReadonlyMap<string, readonly Entry[]>;

const REFUSALS = [400, 409, 413, 422];
const STOPS = [401, 403, 404];

/** Whether an answer says that no request will ever be taken. */
export const stops = ({ answer }: Exchange): boolean =>
	answer !== undefined && STOPS.includes(answer.status);

function wordOf({ answer, people }: Exchange): (userId: string) => Word {
	if (answer === undefined) return () => 'fault';
	const { body, status } = answer;
	if (REFUSALS.includes(status)) return () => 'refused';
	if (STOPS.includes(status)) return () => 'stop';
	if (status === 429) return () => 'busy';
	if (status >= 300) return () => 'fault';
	if (body === '') return () => 'proven';
	const json = tryJson(body);
	if (!isObject(json) || !Array.isArray(json.people)) return () => 'fault';
	const listed = new Set(json.people.map((one) => one.external_id ?? one.userId));
	const addsUp = Number(json.created_count) + Number(json.updated_count) === people.length;
	const provesAll = listed.size === 0 && addsUp;
	return (userId) => (provesAll || listed.has(userId) ? 'proven' : 'unproven');
}

/** Reads the exchanges of a run; each person's trait `n` tells which row they were sent for. */
export function trafficOf(exchanges: readonly Exchange[]): Traffic {
	const traffic = new Map<string, Entry[]>();
	for (const exchange of exchanges) {
		const word = wordOf(exchange);
		for (const sent of exchange.people) {
			const entries = traffic.get(sent.userId) ?? [];
			traffic.set(sent.userId, entries);
			const row = Number(sent.traits.n);
			let entry = entries.at(-1);
			if (entry?.row !== row) {
				entry = { sent, row, tries: [] };
				entries.push(entry);
			}
			entry.tries.push({ word: word(sent.userId), at: exchange.answeredAt });
		}
	}
	return traffic;
}

/** How often Flameup said this of the entry. */
export const timesOf = (entry: Entry | undefined, word: Word): number =>
	entry?.tries.filter((one) => one.word === word).length ?? 0;

/** The latest tries of an entry that came to nothing. */
export function triesInVain({ tries }: Entry): readonly Try[] {
	return tries.slice(tries.findLastIndex(({ word }) => word !== 'fault' && word !== 'busy') + 1);
}
