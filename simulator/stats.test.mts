import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';

describe('stats', () => {
	it('count requests, people and outcomes', () => {
		const { batch, call, flameup, clock } = createCaller({ limit: 3 });
		batch({ userId: 'a' }, { userId: 'b' });
		batch({ userId: 'a' }, {});
		clock.now += 1000;
		call('GET', '/workspaces/ws_simulator/people');
		batch({ userId: 'c' });
		expect(flameup.stats()).toMatchObject({
			requests: 4,
			byEndpoint: { 'POST people/batch': { 200: 1, 400: 1, 429: 1 }, 'GET people': { 200: 1 } },
			byStatus: { 200: 2, 400: 1, 429: 1 },
			byPathStyle: { key: 3, workspace: 1 },
			peoplePerBatch: { 2: 2 },
			peopleCreated: 2,
			peopleUpdated: 0,
			peopleRefused: 1,
			tooManyRequests: 1,
			serverErrors: 0,
			windows: 1,
			firstAt: Date.UTC(2026, 0, 1),
			lastAt: Date.UTC(2026, 0, 1) + 1000,
		});
	});

	it('have the highest number of requests in any 60 seconds', () => {
		const { call, flameup, clock } = createCaller({ limit: 0 });
		for (const at of [0, 40_000, 59_999, 60_000, 99_999, 100_000]) {
			clock.now = at;
			call('GET', '/people');
		}
		expect(flameup.stats()).toMatchObject({ maxInAMinute: 4, windows: 2 });
	});

	it('count a person in two overlapping requests', () => {
		const { batch, flameup, clock } = createCaller({ latencyMs: 100 });
		batch({ userId: 'a' }, { userId: 'b' });
		clock.now += 99;
		batch({ userId: 'b' }, { userId: 'c' });
		expect(flameup.stats()).toMatchObject({ sharedInFlight: 1, maxInFlight: 2 });
		clock.now += 100;
		batch({ userId: 'a' }, { userId: 'c' });
		expect(flameup.stats()).toMatchObject({ sharedInFlight: 1, maxInFlight: 2 });
	});

	it('count a person who is in a request twice; the later version wins', () => {
		const { batch, flameup, held } = createCaller();
		batch({ userId: 'a', traits: { n: 1 } }, { userId: 'a', traits: { n: 2 } });
		expect(flameup.stats().repeatedInRequest).toBe(1);
		expect(held('a')?.traits).toEqual({ n: 2 });
	});

	it('are copies; reset deletes everything and restores the switches', () => {
		const { batch, flameup } = createCaller({ limit: 1 });
		const before = flameup.stats();
		batch({ userId: 'a' });
		expect(before.requests).toBe(0);
		flameup.set({ errorShape: 'A' });
		expect(batch({}).status).toBe(429);
		flameup.reset();
		expect(flameup.stats()).toEqual(before);
		expect(flameup.people().size).toBe(0);
		expect(flameup.switches()).toMatchObject({ errorShape: 'D', limit: 1 });
		expect(batch({ userId: 'a' }).json.created_count).toBe(1);
	});
});
