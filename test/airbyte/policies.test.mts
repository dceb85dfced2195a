import { describe, expect, it } from 'vitest';
import { cursorOf, ids, people, record, state, sumOfStats } from './input.mts';
import { countsOf, type SyncOptions, sync } from './sync.mts';

/** The two ways to be rejected: by us, before anything is sent, and by Flameup. */
const WAYS: Record<
	string,
	{ line(n: number): string; flameup: NonNullable<SyncOptions['flameup']> }
> = {
	'found by us': { line: (n) => record({ id: `bad${n}`, email: 'none' }), flameup: {} },
	'refused by Flameup': {
		line: (n) => record({ id: `bad${n}`, email: `bad${n}@example.com` }),
		flameup: { refuse: ({ userId }) => (String(userId).startsWith('bad') ? 'No.' : undefined) },
	},
	'refused by a Flameup that names nobody': {
		line: (n) => record({ id: `bad${n}`, email: `bad${n}@example.com` }),
		flameup: {
			namesPeople: 'no',
			refuse: ({ userId }) => (String(userId).startsWith('bad') ? 'No.' : undefined),
		},
	},
};

const lines = (count: number, line: (n: number) => string, from = 1) =>
	Array.from({ length: count }, (_, i) => line(from + i)).join('');

/** Input in chunks, as a source sends it; `states` after each. */
const chunks = (...parts: readonly string[]) => parts.map((part, i) => part + state(i + 1));

describe.each(Object.entries(WAYS))('rejected records, %s', (_name, { flameup, line }) => {
	const run = (input: readonly string[], rejected_records: object = {}) =>
		sync({ settings: { rejected_records }, input, flameup });

	it('skip: 100 of them at the start of 5,000 stop nothing', async () => {
		const result = await run(chunks(lines(100, line), people(1, 4_900, 10_000)));
		expect([result.failure, new Set(result.held)]).toEqual([undefined, new Set(ids(4_900))]);
		expect(countsOf(result.states)).toEqual([
			[0, 100],
			[4_900, 0],
		]);
		expect(result.log).toMatch(/100 rejected \(100 (invalid_email|refused)\)/);
	});

	it('skip: every second one is counted, and no other record is lost', async () => {
		const both = Array.from({ length: 150 }, (_, i) => line(i) + people(i + 1, i + 1, 10_000));
		const result = await run(chunks(...both));
		expect([result.failure, new Set(result.held)]).toEqual([undefined, new Set(ids(150))]);
		expect(result.states).toHaveLength(150);
		expect(sumOfStats(result.states)).toMatchObject({
			recordCount: 150,
			rejectedRecordCount: 150,
		});
	});

	it('skip: all of 19 are a warning, and the states go out', async () => {
		const result = await run(chunks(lines(10, line), lines(9, line, 11)));
		expect([result.failure, result.held]).toEqual([undefined, []]);
		expect(result.states.map(cursorOf)).toEqual([1, 2]);
		expect(result.warnings).toContain(
			'No person was upserted: all records to be sent were rejected.',
		);
	});

	it('skip: all of 20 fail the sync, and no state goes out', async () => {
		const result = await run(chunks(lines(10, line), lines(10, line, 11)));
		expect(result.failure).toMatch(
			/^config_error: None of the 20 records could be sent\. Most of them were rejected as (invalid_email|refused)\. /,
		);
		expect([result.states, result.held]).toEqual([[], []]);
	});

	it('skip: 19 and one that is good are no failure', async () => {
		const result = await run(chunks(lines(19, line), people(1, 1, 10_000)));
		expect([result.failure, result.held]).toEqual([undefined, ['p1']]);
		expect(result.states).toHaveLength(2);
	});

	it.each([
		[
			'fail_at_first',
			{ policy: 'fail_at_first' },
			/rejected_records\.policy is fail_at_first\. It was record 101 of people/,
		],
		[
			'max_count',
			{ policy: 'fail_above', max_count: 2 },
			/max_count allows 2, but 3 were rejected\. The last one was record 103 of people/,
		],
		[
			'max_percent',
			{ policy: 'fail_above', max_percent: 10 },
			/max_percent allows 10%, but \d+\.\d% of [12]\d\d records were rejected\./,
		],
	])('%s: states go out up to there, and none after', async (_policy, rejected, failure) => {
		const result = await sync({
			settings: { rejected_records: rejected, pace: { requests_in_flight: 1 } },
			input: chunks(
				people(1, 100, 10_000),
				lines(30, line),
				people(101, 200, 10_000),
				people(201, 5_000, 10_000),
			),
			flameup,
		});
		expect(result.failure).toMatch(/^config_error: /);
		expect(result.failure).toMatch(failure);
		expect(result.states.length).toBeLessThan(2);
		expect(result.held.length).toBeLessThan(300);
	});

	it.each([
		['max_count', { policy: 'fail_above', max_count: 3 }],
		['max_percent', { policy: 'fail_above', max_percent: 3 }],
		['both', { policy: 'fail_above', max_count: 3, max_percent: 3 }],
	])('%s: as many as allowed are no failure', async (_policy, rejected) => {
		const result = await run(
			chunks(people(1, 100, 10_000), lines(3, line), people(101, 200, 10_000)),
			rejected,
		);
		expect([result.failure, new Set(result.held)]).toEqual([undefined, new Set(ids(200))]);
		expect(countsOf(result.states)).toEqual([
			[100, 0],
			[0, 3],
			[100, 0],
		]);
	});

	it('max_percent: fewer than 100 are evaluated at the end, and the states wait for it', async () => {
		const rejected = { policy: 'fail_above', max_percent: 50 };
		const bad = await run(chunks(lines(6, line), people(1, 5, 10_000)), rejected);
		expect(bad.failure).toMatch(/max_percent allows 50%, but 54\.5% of 11 records were rejected\./);
		expect([bad.states, bad.held]).toEqual([[], ids(5)]);
		const good = await run(chunks(lines(6, line), people(1, 6, 10_000)), rejected);
		expect([good.failure, countsOf(good.states)]).toEqual([
			undefined,
			[
				[0, 6],
				[6, 0],
			],
		]);
	});
});

describe('the share of rejected records', () => {
	const bad = (from: number, count: number) =>
		lines(count, (n) => record({ id: `bad${n}`, email: 'none' }), from);

	it.each([
		[
			'is small when many good ones came before',
			[people(1, 2_000, 10_000), bad(1, 100), people(2_001, 2_900, 10_000)],
			10,
			undefined,
		],
		['is exactly the limit', [people(1, 900, 10_000), bad(1, 100)], 10, undefined],
		[
			'is evaluated at the hundredth record',
			[bad(1, 50), people(1, 450, 10_000)],
			10,
			/of 100 records/,
		],
		[
			'is evaluated where it is too high, even if it falls later',
			[people(1, 150, 10_000), bad(1, 1), people(151, 600, 10_000)],
			0.1,
			/of 151 records/,
		],
	] as const)('%s', async (_name, input, max_percent, failure) => {
		const rejected_records = { policy: 'fail_above', max_percent };
		const run = await sync({ settings: { rejected_records }, input });
		if (failure === undefined) expect(run.failure).toBeUndefined();
		else expect(run.failure).toMatch(failure);
	});
});

describe('rejected records', () => {
	it('that are all refused for one reason end the sync early', async () => {
		const run = await sync({
			input: people(1, 5_000, 500),
			flameup: { refuse: () => 'is not wanted' },
		});
		expect(run.states).toEqual([]);
		expect(run.failure).toMatch(
			/^config_error: Flameup refused the first 1000 people, all for the same reason\. Flameup answered 400/,
		);
		expect(run.requests).toBeLessThan(1_500);
	});

	it('may be sent without their address, and then are not rejected', async () => {
		const rejected_records = { policy: 'fail_at_first', invalid_email: 'send_without_email' };
		const input = chunks(lines(25, WAYS['found by us']?.line ?? String));
		const run = await sync({ settings: { rejected_records }, input });
		expect([run.failure, run.held.length, countsOf(run.states)]).toEqual([
			undefined,
			25,
			[[25, 0]],
		]);
		expect(run.warnings).toEqual(['People sent without their invalid email address: 25.']);
	});
});
