import type { Client } from '../../src/client';

/** A client that sends nobody and finds everything right. */
export function createDryClient(): Client {
	return {
		stats: { requests: 0, rateLimited: 0, faults: 0, waitedMs: 0, waitingUntil: 0 },
		hasSpare: () => true,
		async upsertPeople(userIds) {
			const confirmed = userIds.map(() => true);
			return { refused: false, answer: { confirmed, created: 0, updated: 0, miscounted: false } };
		},
		createPerson: async () => ({ refused: false, person: {} }),
		check: async () => ({ ok: true, message: 'Nothing was sent.' }),
	};
}
