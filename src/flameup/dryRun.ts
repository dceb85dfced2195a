import { type Json, parse } from './answers';
import type { Client } from './client';

/** A client that sends nobody, and shows everybody as they would have been sent. */
export function createDryClient(): Client {
	return {
		stats: { requests: 0, rateLimited: 0, faults: 0, waitedMs: 0, waitingUntil: 0 },
		hasSpare: () => true,
		async upsertPeople(userIds, sent) {
			const people = new Map(userIds.map((userId, i) => [userId, parse(sent[i] ?? '') as Json]));
			const confirmed = userIds.map(() => true);
			const counts = { created: 0, updated: 0, miscounted: false };
			return { refused: false, answer: { confirmed, people, ...counts } };
		},
		createPerson: async (person) => ({ refused: false, person: parse(person) }),
		check: async () => ({ ok: true, message: 'Nothing was sent.' }),
	};
}
