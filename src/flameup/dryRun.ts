import type { UpsertAnswer } from './answers';
import { type Json, parse } from './json';
import { type ClientStats, noRequests, type Written } from './sender';

/** The part of a client that a loader needs. */
export interface PeopleClient {
	upsertPeople(
		userIds: readonly string[],
		people: readonly string[],
	): Promise<Written<{ readonly answer: UpsertAnswer }>>;
	hasSpare(): boolean;
	readonly stats: Readonly<ClientStats>;
}

/** Takes the user IDs and the JSON of the people in one request. */
type OnRequest = (userIds: readonly string[], people: readonly string[]) => void;

/** A client that sends nothing, and confirms each person as they would have been sent. */
export class DryRunClient implements PeopleClient {
	readonly stats = noRequests();
	readonly #onRequest: OnRequest | undefined;

	/** `onRequest` is called with the people of each request that would be sent. */
	constructor(onRequest?: OnRequest) {
		this.#onRequest = onRequest;
	}

	hasSpare(): boolean {
		return true;
	}

	async upsertPeople(userIds: readonly string[], sent: readonly string[]) {
		this.#onRequest?.(userIds, sent);
		const people = new Map(userIds.map((userId, i) => [userId, parse(sent[i] ?? '') as Json]));
		const confirmed = userIds.map(() => true);
		const counts = { created: 0, updated: 0, oddities: [] };
		return {
			refused: false,
			answer: { isDocumented: true, confirmed, people, ...counts },
		} as const;
	}

	async createPerson(_userId: string, person: string) {
		return { refused: false, person: parse(person) as Json } as const;
	}
}
