import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';
import type { Switches } from './switches.mts';

const second = 1000;
const start = Date.UTC(2026, 0, 1) / second;

/** A caller and the headers of its first answer. */
function first(switches: Partial<Switches>, offsetMs = 250) {
	const caller = createCaller(switches);
	caller.clock.now += offsetMs;
	return { ...caller, headers: caller.call('GET', '/people').headers };
}

describe('rate limit headers', () => {
	it.each([
		['seconds-ceil', start + 61],
		['seconds-floor', start + 60],
		['milliseconds', (start + 60) * second + 250],
		['delta', 60],
	] as const)('give the reset as %s', (resetFormat, expected) => {
		const { headers } = first({ resetFormat });
		expect(headers).toMatchObject({
			'x-ratelimit-limit': '120',
			'x-ratelimit-remaining': '119',
			'x-ratelimit-reset': String(expected),
		});
	});

	it.each([
		[
			'draft-02',
			{ 'ratelimit-limit': '3, 3;w=60', 'ratelimit-remaining': '2', 'ratelimit-reset': '60' },
		],
		[
			'draft-06',
			{
				'ratelimit-limit': '3',
				'ratelimit-remaining': '2',
				'ratelimit-reset': '60',
				'ratelimit-policy': '3;w=60',
			},
		],
		['draft-07', { ratelimit: 'limit=3, remaining=2, reset=60', 'ratelimit-policy': '3;w=60' }],
		['draft-08', { ratelimit: '"default";r=2;t=60', 'ratelimit-policy': '"default";q=3;w=60' }],
	] as const)(
		'follow %s of the IETF, with seconds to wait, and replace X-RateLimit',
		(rateHeaderForm, expected) => {
			const { headers } = first({ rateHeaderForm, limit: 3 });
			const { date, 'content-type': type, ...rate } = headers;
			expect(rate).toEqual(expected);
		},
	);

	it('count down, on errors and refusals too', () => {
		const { call, raw, batch } = createCaller({ limit: 3 });
		const remaining = () => call('GET', '/people').headers['x-ratelimit-remaining'];
		expect(remaining()).toBe('2');
		expect(batch({}).headers['x-ratelimit-remaining']).toBe('1');
		expect([remaining(), remaining()]).toEqual(['0', '0']);
		const unknown = raw('GET', '/people', '', { authorization: 'Bearer no' });
		expect(unknown).toMatchObject({ headers: { 'x-ratelimit-limit': '75' } });
	});

	it.each([
		[{ announcedLimit: 1000, limit: 2 }, ['1000', '999'], [200, 429]],
		[{ announcedLimit: 2, limit: 3 }, ['2', '1'], [200, 200]],
		[{ announcedLimit: 1000, limit: 0 }, ['1000', '999'], [200, 200]],
	])('can announce a limit that is not the true one: %j', (switches, announced, expected) => {
		const { call, headers } = first(switches);
		expect([headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']]).toEqual(announced);
		expect(expected.map(() => call('GET', '/people').status)).toEqual(expected);
	});

	it('have 0 remaining on a 429, whatever limit is announced', () => {
		const { call } = first({ announcedLimit: 1000, limit: 1 });
		expect(call('GET', '/people')).toMatchObject({
			status: 429,
			headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '0' },
		});
	});

	it('can be left out, and so can Date', () => {
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

	it('report when the oldest request leaves a rolling window', () => {
		const { call, clock } = createCaller({ window: 'rolling', limit: 2 });
		const reset = () => Number(call('GET', '/people').headers['x-ratelimit-reset']) - start;
		const at = (seconds: number) => {
			clock.now = (start + seconds) * second;
			return reset();
		};
		expect([at(0), at(20), at(30), at(61), at(62)]).toEqual([60, 60, 60, 80, 80]);
	});
});

// RFC 9110, 10.2.3: a date or any number of seconds from 0, on a 429 (RFC 6585) or a 503.
describe('Retry-After', () => {
	it.each([
		['none', undefined],
		['seconds', '50'],
		['date', 'Thu, 01 Jan 2026 00:01:01 GMT'],
		['zero', '0'],
		['past', 'Wed, 31 Dec 2025 23:00:10 GMT'],
	] as const)('on a 429: %s', (retryAfter, expected) => {
		const { call, clock, headers } = first({ retryAfter, limit: 1 });
		expect(headers).not.toHaveProperty('retry-after');
		clock.now += 10.5 * second;
		expect(call('GET', '/people').headers['retry-after']).toBe(expected);
	});

	it.each([
		['429', '503', 'seconds', undefined],
		['429-and-503', '503', 'none', undefined],
		['429-and-503', '503', 'seconds', '29'],
		['429-and-503', '503', 'date', 'Thu, 01 Jan 2026 00:00:30 GMT'],
		['429-and-503', '503', 'zero', '0'],
		['429-and-503', '503', 'past', 'Wed, 31 Dec 2025 23:00:01 GMT'],
		['429-and-503', '503-html', 'seconds', '29'],
		['429-and-503', '502-empty', 'seconds', undefined],
	] as const)(
		'%s, during an outage with %s: %s',
		(retryAfterOn, outageKind, retryAfter, expected) => {
			const { raw, clock } = createCaller({ outage: 30, outageKind, retryAfter, retryAfterOn });
			raw('GET', '/people');
			clock.now += 1 * second;
			const answer = raw('GET', '/people');
			expect('headers' in answer && answer.headers['retry-after']).toBe(expected);
		},
	);

	it('on a 503 without an outage is one second', () => {
		const { raw } = createCaller({
			faults: { 1: '503' },
			retryAfter: 'seconds',
			retryAfterOn: '429-and-503',
		});
		expect(raw('GET', '/people')).toMatchObject({ headers: { 'retry-after': '1' } });
	});
});
