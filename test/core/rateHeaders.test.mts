import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRate } from '../../src/flameup/rateHeaders';

/** 21 November 2026, 10:00:00.250; the server's header of that second says 10:00:00. */
const NOW = Date.parse('2026-11-21T10:00:00.250Z');
const SECOND = NOW - 250;
const httpDate = (ms: number) => new Date(ms).toUTCString();

const reset = (value: string, date?: string) =>
	readRate({ 'x-ratelimit-reset': value, ...(date !== undefined && { date }) }, NOW);

describe('X-RateLimit-Reset', () => {
	it.each([
		['epoch seconds, with the fraction they lack', String(SECOND / 1000 + 30), 30_750],
		['epoch seconds with a fraction, as they are', String(SECOND / 1000 + 30.5), 30_250],
		['epoch milliseconds', String(NOW + 30_000), 30_000],
		['seconds from now, with the fraction they lack', '30', 31_000],
		['seconds from now with a fraction, as they are', '1.5', 1_500],
		['0: at any moment of this second', '0', 1_000],
		['epoch seconds in the past: now', String(SECOND / 1000 - 90), 0],
		['epoch milliseconds in the past: now', String(NOW - 90_000), 0],
		['blanks around it', ' 30 ', 31_000],
	])('%s', (_name, value, ms) => expect(reset(value)).toEqual({ resetAt: NOW + ms }));

	it.each(['', ' ', '-1', '-1763719230', 'soon', 'NaN', 'Infinity', '30, 60', '30;w=60', '1m'])(
		'is not read from %j',
		(value) => expect(reset(value)).toEqual({}),
	);

	it.each([
		['by an hour ahead', 3_600_000],
		['by an hour behind', -3_600_000],
	])('is corrected when the server clock is %s', (_name, skew) => {
		const value = String((SECOND + skew) / 1000 + 30);
		const { resetAt = 0 } = reset(value, httpDate(SECOND + skew));
		expect(resetAt - NOW).toBeGreaterThanOrEqual(29_750);
		expect(resetAt - NOW).toBeLessThanOrEqual(31_000);
	});

	it.each([
		['differs by rounding only', httpDate(SECOND - 1_000)],
		['is missing', undefined],
		['is garbage', 'garbage 7'],
		['is empty', ''],
	])('is read by our own clock when Date %s', (_name, date) =>
		expect(reset(String(SECOND / 1000 + 30), date)).toEqual({ resetAt: NOW + 30_750 }),
	);
});

describe('Retry-After', () => {
	it.each([
		['seconds', '7', 7_000],
		['parts of a second', '0.5', 500],
		['no wait', '0', 0],
		['a date, with the fraction it lacks', httpDate(SECOND + 30_000), 30_750],
		['a date in the past: now', httpDate(SECOND - 30_000), 0],
		['a date as ISO 8601 has it', new Date(SECOND + 30_000).toISOString(), 30_750],
	])('%s', (_name, value, retryAfterMs) =>
		expect(readRate({ 'retry-after': value }, NOW)).toEqual({ retryAfterMs }),
	);

	it.each([
		'',
		'-5',
		'-5.5',
		'soon',
		'garbage 7',
		'May',
		'in 30 seconds',
		'30s',
		'Infinity',
		'2026'.repeat(99),
	])('is not read from %j', (value) => expect(readRate({ 'retry-after': value }, NOW)).toEqual({}));

	it('as a date is corrected by the server clock', () => {
		const headers = { 'retry-after': httpDate(SECOND + 90_000), date: httpDate(SECOND + 60_000) };
		expect(readRate(headers, NOW).retryAfterMs).toBeGreaterThanOrEqual(30_000);
		expect(readRate(headers, NOW).retryAfterMs).toBeLessThanOrEqual(31_000);
	});
});

it('reads limit and remaining, and leaves out what is not there', () => {
	const headers = { 'x-ratelimit-limit': '120', 'x-ratelimit-remaining': '0' };
	expect(readRate(headers, NOW)).toEqual({ limit: 120, remaining: 0 });
	expect(readRate({ 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': '-3' }, NOW)).toEqual({});
	expect(readRate({}, NOW)).toEqual({});
});

const forMinute = { limit: 120 };
const window = { remaining: 50, resetAt: NOW + 31_000 };

describe('headers of the IETF drafts', () => {
	it.each<[string, Record<string, string>, object]>([
		[
			'RateLimit-Limit, -Remaining and -Reset',
			{
				'ratelimit-limit': '120',
				'ratelimit-remaining': '50',
				'ratelimit-reset': '30',
			},
			{ ...forMinute, ...window },
		],
		[
			'RateLimit as a list',
			{ ratelimit: 'limit=120, remaining=50, reset=30' },
			{ ...forMinute, ...window },
		],
		['RateLimit of a named policy', { ratelimit: '"default";r=50;t=30' }, window],
		[
			'RateLimit and its policy',
			{
				ratelimit: '"default";r=50;t=30',
				'ratelimit-policy': '"default";q=120;w=60',
			},
			{ ...forMinute, ...window },
		],
		['RateLimit-Policy', { 'ratelimit-policy': '120;w=60' }, forMinute],
		['RateLimit-Policy without a time', { 'ratelimit-policy': '120' }, forMinute],
		['RateLimit-Limit with its policy', { 'ratelimit-limit': '3, 3;w=60' }, { limit: 3 }],
		[
			'the policy of a minute among others',
			{
				'ratelimit-limit': '10, 10;w=1, 120;w=60, 5000;w=3600',
			},
			forMinute,
		],
		[
			'the named policy of a minute among others',
			{
				'ratelimit-policy': '"burst";q=10;w=1, "steady";q=120;w=60',
			},
			forMinute,
		],
		[
			"Flameup's own headers first",
			{
				'x-ratelimit-limit': '120',
				'x-ratelimit-remaining': '50',
				'x-ratelimit-reset': '30',
				'ratelimit-limit': '7',
				ratelimit: 'limit=8, remaining=8, reset=8',
			},
			{ ...forMinute, ...window },
		],
	])('%s', (_name, headers, expected) => expect(readRate(headers, NOW)).toEqual(expected));

	it.each<[string, Record<string, string>]>([
		['a second', { 'ratelimit-limit': '10, 10;w=1' }],
		['an hour', { 'ratelimit-policy': '5000;w=3600' }],
		['a second, by another header', { 'ratelimit-policy': '10;w=1', ratelimit: 'limit=10' }],
		['a day and a second', { 'ratelimit-policy': '"a";q=10;w=1,"b";q=90000;w=86400' }],
	])('give no limit per minute when they are about %s', (_name, headers) =>
		expect(readRate(headers, NOW)).toEqual({}),
	);

	it.each(['', 'limit', 'limit=', 'r=;t=', '"default"', 'limit=many, remaining=-1', ';;;,,,'])(
		'are not read from %j',
		(header) => {
			for (const name of ['ratelimit', 'ratelimit-policy', 'ratelimit-limit']) {
				expect(readRate({ [name]: header }, NOW)).toEqual({});
			}
		},
	);
});

it('never returns a time in the past, whatever the headers say', () => {
	const value = fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String));
	const part = fc.tuple(
		fc.constantFrom('limit', 'r', 't', 'q', 'w', '"a"'),
		fc.constantFrom('=', ';'),
		value,
	);
	const header = fc.oneof(
		value,
		fc.array(part.map((all) => all.join(''))).map((all) => all.join(',')),
	);
	const headers = fc.record({
		date: value,
		'retry-after': value,
		'x-ratelimit-limit': value,
		'x-ratelimit-remaining': value,
		'x-ratelimit-reset': value,
		ratelimit: header,
		'ratelimit-policy': header,
		'ratelimit-limit': header,
		'ratelimit-remaining': header,
		'ratelimit-reset': header,
	});
	fc.assert(
		fc.property(headers, (given) => {
			const { resetAt = NOW, ...others } = readRate(given, NOW);
			expect(resetAt).toBeGreaterThanOrEqual(NOW);
			for (const number of Object.values(others)) expect(number).toBeGreaterThanOrEqual(0);
		}),
	);
});
