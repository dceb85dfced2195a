import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';
import type { Switches } from './switches.mts';

const second = 1000;

/** Statuses of requests at these seconds after 00:00:10. */
function statuses(switches: Partial<Switches>, seconds: number[]) {
	const { call, clock } = createCaller(switches);
	const start = clock.now + 10 * second;
	return seconds.map((at) => {
		clock.now = start + at * second;
		return call('GET', '/people').status;
	});
}

describe('windows', () => {
	it.each([
		[
			'fixed',
			'starts with the first request',
			[0, 30, 59, 60, 61, 62],
			[200, 200, 429, 200, 200, 429],
		],
		[
			'fixed',
			'starts anew with the next request',
			[0, 90, 91, 120, 150],
			[200, 200, 200, 429, 200],
		],
		['clock', 'starts with the minute', [0, 49, 49.9, 50, 51, 52], [200, 200, 429, 200, 200, 429]],
		['rolling', 'slides', [0, 50, 59, 60, 61, 110, 120], [200, 200, 429, 200, 429, 200, 200]],
	] as const)('%s %s', (window, _name, seconds, expected) => {
		expect(statuses({ window, limit: 2 }, [...seconds])).toEqual(expected);
	});

	it("starts with the minute of Flameup's own clock", () => {
		const switches = { window: 'clock', limit: 1, clockSkewMs: 20 * second } as const;
		expect(statuses(switches, [0, 29, 30])).toEqual([200, 429, 200]);
	});

	it.each([
		[false, [200, 429, 429, 200]],
		[true, [200, 429, 429, 429]],
	])('counts refused requests: %s', (countRefused, expected) => {
		const switches = { window: 'rolling', limit: 1, countRefused } as const;
		expect(statuses(switches, [0, 20, 40, 61])).toEqual(expected);
	});

	it.each(['fixed', 'clock', 'rolling'] as const)('%s: shares with another client', (window) => {
		const switches = { window, limit: 3, preused: 2 };
		expect(statuses(switches, [0, 1, 61, 62])).toEqual([200, 429, 200, 429]);
	});

	it('allows 120 by default and any number without a limit', () => {
		const many = Array<number>(121).fill(0);
		expect(statuses({}, many).indexOf(429)).toBe(120);
		expect(statuses({ limit: 0 }, many)).not.toContain(429);
	});

	it('counts each key separately, and allows 75 without a valid key', () => {
		const keys = ['one', 'two'].map((key) => ({ key, permissions: ['*'] }));
		const { raw } = createCaller({ keys, limit: 1 });
		const as = (key: string) => raw('GET', '/people', '', { authorization: `Bearer ${key}` });
		expect(as('one')).toMatchObject({ status: 200 });
		expect(as('two')).toMatchObject({ status: 200 });
		expect(as('one')).toMatchObject({ status: 429 });
		for (let i = 0; i < 75; i++) expect(as(`bad${i}`)).toMatchObject({ status: 401 });
		expect(as('bad')).toMatchObject({ status: 429 });
	});
});
