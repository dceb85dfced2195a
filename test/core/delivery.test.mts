import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roll } from '../../simulator/roll.mts';
import { Client } from '../../src/flameup/client';
import { Delivery, type Ending, type Sendable } from '../../src/flameup/delivery';
import type { HttpResponse } from '../../src/ports';
import { Pace } from '../../src/settings/settings';
import { createFakeClock } from './fake-clock.mts';

interface Named {
	readonly index?: number;
	readonly userId?: string;
	readonly field?: string;
	readonly message?: string;
}

/** A batch as the stub sees it: its people, and where the bad ones are. */
interface Seen {
	readonly userIds: readonly string[];
	readonly bad: readonly number[];
	/** 0 ≤ random < 1, different for each batch. */
	chance(what: string): number;
}

const all = ({ userIds }: Seen) => userIds.map((_, index) => index);
const anybody = (seen: Seen) => all(seen).filter((index) => seen.chance(`name${index}`) < 0.3);
const neighbours = ({ bad }: Seen) => [...new Set(bad.flatMap((index) => [index, index + 1]))];
const byIndex = (indices: readonly number[]): Named[] => indices.map((index) => ({ index }));

/** Each way in which a refusal could name people. */
const namings = {
	nobody: () => [],
	'by index': ({ bad }) => byIndex(bad),
	'by index from 1': ({ bad }) => byIndex(bad.map((index) => index + 1)),
	'by path': ({ bad }) => bad.map((index) => ({ field: `people[${index}].email` })),
	'by user ID': ({ bad, userIds }) => bad.map((index) => ({ userId: userIds[index] ?? '' })),
	'first by index': ({ bad }) => byIndex(bad.slice(0, 1)),
	'first by index from 1': ({ bad }) => byIndex(bad.slice(0, 1).map((index) => index + 1)),
	'first by user ID': ({ bad, userIds }) => [{ userId: userIds[bad[0] ?? 0] ?? '' }],
	'last by index': ({ bad }) => byIndex(bad.slice(-1)),
	everybody: (seen) => byIndex(all(seen)),
	'everybody by user ID': ({ userIds }) => userIds.map((userId) => ({ userId })),
	'everybody from the first bad one on': (seen) =>
		byIndex(all(seen).filter((index) => index >= (seen.bad[0] ?? 0))),
	'bad ones and a neighbour': (seen) => byIndex(neighbours(seen)),
	'the first and a neighbour': ({ bad }) => byIndex([bad[0] ?? 0, (bad[0] ?? 0) + 1]),
	'good ones': (seen) => byIndex(all(seen).filter((index) => !seen.bad.includes(index))),
	'one by lot': (seen) => byIndex([Math.floor(seen.chance('one') * seen.userIds.length)]),
	'some by lot': (seen) => byIndex(anybody(seen)),
	'the first or one by lot': (seen) =>
		seen.chance('which') < 0.5
			? byIndex(seen.bad.slice(0, 1))
			: byIndex([Math.floor(seen.chance('one') * seen.userIds.length)]),
} satisfies Record<string, (seen: Seen) => Named[]>;
type Naming = keyof typeof namings;

interface StandIn {
	naming: Naming;
	status?: number;
	seed?: number;
	isBad(userId: string): boolean;
	/** Replaces the answer to request n, from 1. */
	instead?(n: number, userIds: readonly string[]): Partial<HttpResponse> | undefined;
}

/** All or nothing: a batch with a bad person is refused, in the documented shape. */
function answerTo(userIds: readonly string[], n: number, standIn: StandIn): Partial<HttpResponse> {
	const { isBad, naming, seed = 1, status = 400 } = standIn;
	const bad = userIds.flatMap((userId, index) => (isBad(userId) ? [index] : []));
	if (bad.length === 0) {
		const people = userIds.map((userId) => ({ external_id: userId }));
		return { body: JSON.stringify({ people, created_count: people.length, updated_count: 0 }) };
	}
	const seen = { userIds, bad, chance: (what: string) => roll(seed, what, n) };
	const details = namings[naming](seen).map((named) => ({ message: 'is bad', ...named }));
	const error = { error: 'Bad Request', message: 'Validation failed', code: status };
	return { status, body: JSON.stringify({ ...error, ...(details.length > 0 && { details }) }) };
}

/** A client of such a stub, which accepts a good person first. */
async function createStand(standIn: StandIn) {
	const clock = createFakeClock();
	const sizes: number[] = [];
	const client = new Client({
		settings: {
			api_url: 'https://flameup.test/api/v1',
			workspace_id: '',
			pace: Pace.parse({ requests_per_minute: 1_000_000 }),
		},
		clock,
		signal: { aborted: false },
		async transport({ body = [] }) {
			const { people } = JSON.parse(body.join('')) as { people: { userId: string }[] };
			const userIds = people.map(({ userId }) => userId);
			sizes.push(userIds.length);
			const given = standIn.instead?.(sizes.length, userIds);
			const answer = given ?? answerTo(userIds, sizes.length, standIn);
			return { status: 200, headers: {}, body: '', ...answer };
		},
	});
	const endings = new Map<string, Ending['status'][]>();
	const delivery = new Delivery<Sendable>(client, {
		settled({ userId }, { status }) {
			endings.set(userId, [...(endings.get(userId) ?? []), status]);
		},
		odd: () => undefined,
	});
	/** Resolves with the sizes of the requests that the batch took. */
	async function deliver(userIds: readonly string[]): Promise<number[]> {
		const before = sizes.length;
		const batch = userIds.map((userId) => ({ userId, json: JSON.stringify({ userId }) }));
		await clock.run(delivery.deliver(batch));
		return sizes.slice(before);
	}
	const found = await deliver(['first']);
	return { deliver, endings, found };
}

const idsOf = (batch: readonly boolean[], number: number): string[] =>
	batch.map((bad, n) => `${bad ? 'bad' : 'good'}-${number}-${n}`);
const isBad = (userId: string) => userId.startsWith('bad');

/** Requests allowed beyond one a person to find the bad ones. */
const mostRequests = (people: number) => people + Math.ceil(Math.log2(people + 1)) + 12;

const batches = fc.array(
	fc.oneof(
		fc.array(fc.boolean(), { minLength: 1, maxLength: 100, size: 'max' }),
		fc
			.tuple(fc.integer({ min: 1, max: 100 }), fc.constantFrom(0.02, 0.1, 0.9, 1), fc.nat())
			.map(([size, share, seed]) =>
				Array.from({ length: size }, (_, n) => roll(seed, 'bad', n) < share),
			),
	),
	{ minLength: 1, maxLength: 12 },
);

/** Delivers one batch after another, and checks each outcome. */
async function expectJust(given: readonly (readonly boolean[])[], standIn: StandIn) {
	const { deliver, endings } = await createStand(standIn);
	for (const [number, batch] of given.entries()) {
		const userIds = idsOf(batch, number);
		const requests = await deliver(userIds);
		expect(userIds.map((userId) => endings.get(userId))).toEqual(
			batch.map((bad) => [bad ? 'refused' : 'upserted']),
		);
		// A batch that is too large is only halved, and a conflict is retried once.
		const conflicts = standIn.status === 409 ? batch.filter(Boolean).length : 0;
		const most = standIn.status === 413 ? 2 * batch.length : mostRequests(batch.length) + conflicts;
		expect(requests.length).toBeLessThanOrEqual(most);
	}
}

describe('whoever a refusal names, every bad person is refused and no good one, within the budget', () => {
	it.each(Object.keys(namings) as Naming[])('%s', async (naming) => {
		await fc.assert(
			fc.asyncProperty(
				...[batches, fc.constantFrom(400, 409, 413, 422), fc.integer()],
				(given, status, seed) => expectJust(given, { naming, status, seed, isBad }),
			),
			{ numRuns: 25, endOnFailure: true },
		);
	});
});

describe('people named correctly', () => {
	async function requestsPerThousand(naming: Naming, share: number, seed: number) {
		const { deliver, endings } = await createStand({ naming, isBad });
		let requests = 0;
		for (let number = 0; number < 10; number++) {
			const batch = Array.from(
				{ length: 100 },
				(_, n) => roll(seed, 'bad', number * 100 + n) < share,
			);
			requests += (await deliver(idsOf(batch, number))).length;
		}
		for (const [userId, ended] of endings) {
			expect(ended).toEqual([isBad(userId) ? 'refused' : 'upserted']);
		}
		return requests;
	}

	it.each<[Naming, number, number]>([
		['first by index', 0.02, 45],
		['first by user ID', 0.02, 45],
		['by index', 0.02, 45],
		['first by index', 0.05, 110],
		['by index', 0.05, 80],
	])('%s, %d bad: cost at most so many requests per 1,000 people', async (naming, share, most) => {
		const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
		const costs = await Promise.all(seeds.map((seed) => requestsPerThousand(naming, share, seed)));
		expect(costs.reduce((sum, cost) => sum + cost, 0) / seeds.length).toBeLessThanOrEqual(most);
		expect(Math.max(...costs)).toBeLessThanOrEqual(most * 1.5);
	});
});

describe('a person alone', () => {
	const refusal = (status: number): Partial<HttpResponse> => ({
		status,
		body: JSON.stringify({ error: 'No', message: 'No.', code: status }),
	});

	it.each<[number, Ending['status'], number]>([
		[400, 'refused', 1],
		[403, 'refused', 1],
		[409, 'upserted', 2],
		[413, 'refused', 1],
		[422, 'refused', 1],
	])('who gets %i once is %s', async (status, ending, requests) => {
		const { deliver, endings } = await createStand({
			naming: 'nobody',
			isBad: () => false,
			// In a batch with somebody who is accepted, so that a 403 is about the person.
			instead: (n, userIds) => (n > 1 && userIds.includes('u') ? given.pop() : undefined),
		});
		const given = [refusal(status), refusal(status)];
		const sizes = await deliver(['u', 'v']);
		expect([endings.get('u'), endings.get('v')]).toEqual([[ending], ['upserted']]);
		expect(sizes.filter((size) => size === 1).length).toBe(1 + requests);
	});

	it('who gets 409 twice is refused, and not tried again', async () => {
		const { deliver, endings } = await createStand({ naming: 'nobody', status: 409, isBad });
		expect(await deliver(['bad'])).toEqual([1, 1]);
		expect(endings.get('bad')).toEqual(['refused']);
	});

	it('who is named by a 409 is retried once', async () => {
		const conflict = {
			error: 'Conflict',
			message: 'No.',
			details: [{ index: 1, message: 'taken' }],
		};
		const { deliver, endings } = await createStand({
			naming: 'nobody',
			isBad: () => false,
			instead: (n) => (n === 2 ? { status: 409, body: JSON.stringify(conflict) } : undefined),
		});
		expect(await deliver(['a', 'b', 'c'])).toEqual([3, 2, 1]);
		expect(endings.get('b')).toEqual(['upserted']);
	});
});

it('ignores the names in a conflict once such a name was wrong', async () => {
	const { deliver, endings } = await createStand({
		naming: 'by index from 1',
		status: 409,
		isBad,
	});
	const userIds = idsOf(
		Array.from({ length: 40 }, (_, n) => n === 20),
		1,
	);
	// The batch, the named person, the others; then halves down to the bad person, who is retried once.
	expect((await deliver(userIds)).length).toBeLessThanOrEqual(3 + 2 * 6 + 1);
	expect(endings.get('bad-1-20')).toEqual(['refused']);
});

describe('a 403 after others were accepted', () => {
	const hundred = Array.from({ length: 100 }, (_, n) => `good-${n}`);

	it('about one person is isolated like any refusal', async () => {
		const { deliver, endings } = await createStand({ naming: 'nobody', status: 403, isBad });
		const requests = await deliver([...hundred.slice(0, 40), 'bad', ...hundred.slice(41)]);
		expect(endings.get('bad')).toEqual(['refused']);
		expect([...endings.values()].flat().filter((ending) => ending === 'upserted').length).toBe(100);
		expect(requests.length).toBeLessThanOrEqual(15);
	});

	it('about everybody ends the run after few requests', async () => {
		let requests = 0;
		const { deliver, endings } = await createStand({
			naming: 'nobody',
			isBad: () => false,
			instead: (n) => (n > 1 ? { status: 403, body: `{"message":"${++requests}"}` } : undefined),
		});
		await expect(deliver(hundred)).rejects.toMatchObject({
			problem: { code: 'forbidden', status: 403, permission: 'people:write' },
		});
		expect(requests).toBeLessThanOrEqual(15);
		expect(endings.size).toBe(1);
	});
});

it('rejects nobody when the key loses its permission in the middle of a batch', async () => {
	const { deliver, endings } = await createStand({
		naming: 'nobody',
		isBad: () => false,
		instead(n, [first]) {
			if (n > 2) return { status: 403, body: '{"message":"No."}' };
			// One of three is listed, so two people must be sent again.
			return n === 2 ? { body: JSON.stringify({ people: [{ external_id: first }] }) } : undefined;
		},
	});
	await expect(deliver(['a', 'b', 'c'])).rejects.toMatchObject({ problem: { code: 'forbidden' } });
	expect([...endings]).toEqual([
		['first', ['upserted']],
		['a', ['upserted']],
	]);
});

it('does not reject a person because the answer for the others confirms nobody', async () => {
	const named = { error: 'No', message: 'No.', details: [{ index: 0, message: 'is bad' }] };
	const { deliver, endings } = await createStand({
		naming: 'nobody',
		isBad: () => false,
		instead(n) {
			if (n === 2) return { status: 400, body: JSON.stringify(named) };
			return n === 3 ? { body: '{"people":[]}' } : undefined;
		},
	});
	await deliver(['a', 'b', 'c']);
	expect([...endings]).toEqual(['first', 'a', 'b', 'c'].map((userId) => [userId, ['upserted']]));
});

it('halves a batch that is too large, and uses no names', async () => {
	const { deliver, endings } = await createStand({ naming: 'good ones', status: 413, isBad });
	expect(await deliver(['a', 'b', 'c', 'bad'])).toEqual([4, 2, 2, 1, 1]);
	expect(endings.get('bad')).toEqual(['refused']);
});
