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
		['clock', 'turns with the minute', [0, 49, 49.9, 50, 51, 52], [200, 200, 429, 200, 200, 429]],
		['rolling', 'slides', [0, 50, 59, 60, 61, 110, 120], [200, 200, 429, 200, 429, 200, 200]],
	] as const)('%s %s', (window, _name, seconds, expected) => {
		expect(statuses({ window, limit: 2 }, [...seconds])).toEqual(expected);
	});

	it('turns with the minute of its own, wrong clock', () => {
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

	it('takes 120 by default and any number without a limit', () => {
		const many = Array<number>(121).fill(0);
		expect(statuses({}, many).indexOf(429)).toBe(120);
		expect(statuses({ limit: 0 }, many)).not.toContain(429);
	});

	it('has one pool for each key, and one of 75 for all without', () => {
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

describe('headers', () => {
	const first = (switches: Partial<Switches>, offsetMs = 250) => {
		const caller = createCaller(switches);
		caller.clock.now += offsetMs;
		return { ...caller, headers: caller.call('GET', '/people').headers };
	};
	const start = Date.UTC(2026, 0, 1) / second;

	it.each([
		['seconds-ceil', start + 61],
		['seconds-floor', start + 60],
		['milliseconds', (start + 60) * second + 250],
		['delta', 60],
	] as const)('reset as %s', (resetFormat, expected) => {
		const { headers } = first({ resetFormat });
		expect(headers).toMatchObject({
			'x-ratelimit-limit': '120',
			'x-ratelimit-remaining': '119',
			'x-ratelimit-reset': String(expected),
		});
	});

	it('count down, and stay on errors and refusals', () => {
		const { call, raw, batch } = createCaller({ limit: 3 });
		const remaining = () => call('GET', '/people').headers['x-ratelimit-remaining'];
		expect(remaining()).toBe('2');
		expect(batch({}).headers['x-ratelimit-remaining']).toBe('1');
		expect([remaining(), remaining()]).toEqual(['0', '0']);
		const unknown = raw('GET', '/people', '', { authorization: 'Bearer no' });
		expect(unknown).toMatchObject({ headers: { 'x-ratelimit-limit': '75' } });
	});

	it.each([
		[{ announcedLimit: 1000, limit: 2 }, ['1000', '999'], [200, 200, 429]],
		[{ announcedLimit: 2, limit: 3 }, ['2', '1'], [200, 200, 200]],
		[{ announcedLimit: 1000, limit: 0 }, ['1000', '999'], [200, 200, 200]],
	])('can announce another limit than the true one: %j', (switches, announced, expected) => {
		const { headers } = first(switches);
		expect([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']]).toEqual(announced);
		expect(statuses(switches, [0, 1, 2])).toEqual(expected);
	});

	it('say that nothing remains on a 429, whatever they announced', () => {
		const { call } = first({ announcedLimit: 1000, limit: 1 });
		expect(call('GET', '/people')).toMatchObject({
			status: 429,
			headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '0' },
		});
	});

	it('can be left out, like Date', () => {
		expect(first({ rateHeaders: false, dateHeader: false }).headers).toEqual({
			'content-type': 'application/json',
		});
		expect(first({ limit: 0 }).headers).not.toHaveProperty('x-ratelimit-limit');
	});

	it('follow a clock that is ahead', () => {
		const { headers } = first({ clockSkewMs: 3600 * second }, 0);
		expect(headers.date).toBe('Thu, 01 Jan 2026 01:00:00 GMT');
		expect(headers['x-ratelimit-reset']).toBe(String(start + 3660));
	});

	it.each([
		['none', undefined],
		['seconds', '50'],
		['date', 'Thu, 01 Jan 2026 00:01:01 GMT'],
	] as const)('Retry-After: %s', (retryAfter, expected) => {
		const { call, clock, headers } = first({ retryAfter, limit: 1 });
		expect(headers).not.toHaveProperty('retry-after');
		clock.now += 10.5 * second;
		expect(call('GET', '/people').headers['retry-after']).toBe(expected);
	});

	it('of a rolling window tell when the oldest request leaves it', () => {
		const { call, clock } = createCaller({ window: 'rolling', limit: 2 });
		const reset = () => Number(call('GET', '/people').headers['x-ratelimit-reset']) - start;
		const at = (seconds: number) => {
			clock.now = (start + seconds) * second;
			return reset();
		};
		expect([at(0), at(20), at(30), at(61), at(62)]).toEqual([60, 60, 60, 80, 80]);
	});
});
