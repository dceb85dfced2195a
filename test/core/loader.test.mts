import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roll } from '../../simulator/roll.mts';
import type { Switches } from '../../simulator/switches.mts';
import { FlameupError, type Problem, type ProblemCode, type Rejection } from '../../src/errors';
import type { Person } from '../../src/mapping/person';
import { type FakeFlameupOptions, mostInAMinute } from './fake-flameup.mts';
import { createFakeRun, type FakeRun, peopleWithMarkers, type Step } from './fake-run.mts';

const person = (userId: string, traits?: Person['traits']): Step => ({
	person: { userId, ...(traits && { traits }) },
});
const people = (from: number, to: number): Step[] =>
	Array.from({ length: to - from + 1 }, (_, i) => person(`u${from + i}`));
const rejection: Rejection = { code: 'missing_user_id', columns: ['id'], joined: false };
const invalid: Step = { rejection };

/** Outcomes by record number; unreported ones are missing, and ones reported twice show. */
function endings(run: FakeRun): string[] {
	const all: string[] = [];
	for (const told of run.told) {
		if (!('outcome' in told)) continue;
		const { outcome } = told;
		const ending = outcome.status === 'rejected' ? outcome.rejection.code : outcome.status;
		const before = all[outcome.ref];
		all[outcome.ref] = before === undefined ? ending : `${before} and ${ending}`;
	}
	return all;
}

const countOf = (run: FakeRun, ending: string) =>
	endings(run).filter((one) => one === ending).length;

const markersOf = (run: FakeRun) =>
	run.told.flatMap((told) => ('marker' in told ? [told.marker] : []));

const sizesOf = (run: FakeRun) => run.fake.exchanges.map((exchange) => exchange.people);

/** Each marker came once, in order, and after the outcome of every record before it. */
function expectMarkersInOrder(run: FakeRun, steps: readonly Step[]): void {
	const markers = steps.flatMap((step) => ('marker' in step ? [step.marker] : []));
	expect(markersOf(run)).toEqual(markers);
	const before = new Map<number, number>();
	let records = 0;
	for (const step of steps) {
		if ('marker' in step) before.set(step.marker, records);
		else if (!('pauseMs' in step)) records++;
	}
	const settled = new Set<number>();
	let prefix = 0;
	for (const told of run.told) {
		if ('outcome' in told) settled.add(told.outcome.ref);
		while (settled.has(prefix)) prefix++;
		if ('marker' in told) expect(prefix).toBeGreaterThanOrEqual(before.get(told.marker) ?? 0);
	}
}

const failureOf = (work: Promise<void>): Promise<unknown> =>
	work.then(
		() => undefined,
		(error: unknown) => error,
	);

/** Why a run failed; undefined when it did not. */
async function problemIn(work: Promise<void>): Promise<Problem | undefined> {
	const error = await failureOf(work);
	if (error !== undefined && !(error instanceof FlameupError)) throw error;
	return error?.problem;
}

/** Traits after merging all records of a person in order. */
function lastValues(steps: readonly Step[]): Map<string, Record<string, unknown>> {
	const traits = new Map<string, Record<string, unknown>>();
	for (const step of steps) {
		if (!('person' in step)) continue;
		const { userId } = step.person;
		traits.set(userId, { ...traits.get(userId), ...step.person.traits });
	}
	return traits;
}

const steps = fc
	.array(
		fc.oneof(
			{ weight: 30, arbitrary: fc.record({ id: fc.nat(80), trait: fc.nat(4) }) },
			{ weight: 4, arbitrary: fc.constant('marker' as const) },
			{ weight: 1, arbitrary: fc.constant('invalid' as const) },
			{ weight: 1, arbitrary: fc.constantFrom(100, 2_000, 20_000) },
		),
		{ minLength: 1, maxLength: 250, size: 'max' },
	)
	.map((all) =>
		all.map((one, n): Step => {
			if (one === 'marker') return { marker: n };
			if (one === 'invalid') return invalid;
			if (typeof one === 'number') return { pauseMs: one };
			return person(`u${one.id}`, { n, [`t${one.trait}`]: n });
		}),
	);

/** What is documented in two ways, or not at all. */
const undocumented = fc.record({
	errorShape: fc.constantFrom<Switches['errorShape'][]>('A', 'B', 'C', 'D'),
	validationStatus: fc.constantFrom<Switches['validationStatus'][]>(400, 422, 409),
	namesPeople: fc.constantFrom<Switches['namesPeople'][]>(
		...(['index', 'dotted', 'index-from-1', 'userId', 'no'] as const),
	),
	refusalLists: fc.constantFrom<Switches['refusalLists'][]>('all', 'first'),
	partial: fc.boolean(),
	personShape: fc.constantFrom<Switches['personShape'][]>('reference', 'guide'),
	absent: fc.constantFrom<Switches['absent'][]>('null', 'omitted'),
	order: fc.constantFrom<Switches['order'][]>('sent', 'reversed', 'shuffled'),
	successStatus: fc.constantFrom<Switches['successStatus'][]>(200, 201),
	window: fc.constantFrom<Switches['window'][]>('fixed', 'clock', 'rolling'),
	rateHeaders: fc.boolean(),
});

type Listing = Pick<
	Switches,
	'emptyBody' | 'completeness' | 'counts' | 'shortRate' | 'shortTimes' | 'shortLoses'
>;

const listing: fc.Arbitrary<Listing> = fc
	.record({
		emptyBody: fc.constantFrom(false, false, false, true),
		completeness: fc.constantFrom<Switches['completeness'][]>('all', 'none', 'short'),
		counts: fc.constantFrom<Switches['counts'][]>('right', 'wrong', 'absent'),
		shortRate: fc.constantFrom(0.1, 0.5),
		shortTimes: fc.constantFrom(0, 1),
		shortLoses: fc.boolean(),
	})
	.map((one) => (one.emptyBody ? { ...one, completeness: 'all' } : one));

/** Whether the person stays unconfirmed after two answers (D6). */
function staysUnconfirmed(userId: string, seed: number, given: Listing): boolean {
	// No documented answer came before, so an empty body could be from any server.
	if (given.emptyBody) return true;
	if (given.completeness === 'all') return false;
	if (given.completeness === 'none') return given.counts !== 'right';
	if (given.shortTimes > 0 || roll(seed, 'short', userId) >= given.shortRate) return false;
	// Resent people form their own batch: nobody is listed, so right counts add up.
	return given.counts !== 'right' || given.shortLoses;
}

const faults = fc.record({
	faultRate: fc.constantFrom(0, 0.1, 0.4),
	faultKinds: fc.constantFrom<Switches['faultKinds'][]>(
		['429'],
		['500', '503-html', '502-empty', 'reset-before'],
		['reset-after', 'truncated', 'cut', 'html-200'],
		['stall', 'stall-after'],
	),
	retryAfter: fc.constantFrom<Switches['retryAfter'][]>('none', 'seconds', 'date'),
});

const shape = fc.record({
	seed: fc.integer({ min: 1, max: 1_000_000 }),
	badEvery: fc.constantFrom(0, 2, 5, 20),
	people_per_request: fc.constantFrom(1, 7, 30, 100),
	requests_in_flight: fc.constantFrom(1, 4, 16),
	requests_per_minute: fc.constantFrom(20, 120),
	maxRecords: fc.constantFrom(1, 40, 2_000),
});

it('whatever Flameup does, every record has one outcome, the right one, and nothing is lost', async () => {
	await fc.assert(
		fc.asyncProperty(
			...[steps, undocumented, listing, faults, shape],
			async (all, open, listed, trouble, given) => {
				const { seed, badEvery, maxRecords, people_per_request, ...pace } = given;
				const isBad = (userId: string) => badEvery > 0 && Number(userId.slice(1)) % badEvery === 0;
				const latest = new Map<string, number>();
				let steppedBack = 0;
				const run = createFakeRun({
					seed,
					flameup: {
						...{ ...open, ...listed, ...trouble },
						refuse({ userId, traits }) {
							const n = Number(traits?.n);
							if (isBad(userId)) return `bad luck of ${'x'.repeat(n)}`;
							if (n < (latest.get(userId) ?? 0)) steppedBack++;
							latest.set(userId, n);
							return undefined;
						},
					},
					pace: { ...pace, give_up_after_minutes: 1440 },
					batches: { people_per_request },
					maxPending: { records: maxRecords, characters: 1e6 },
				});
				await run.load(all);

				const expected = all.flatMap((step) => {
					if ('rejection' in step) return ['missing_user_id'];
					if (!('person' in step)) return [];
					const { userId } = step.person;
					if (isBad(userId)) return ['refused'];
					return [staysUnconfirmed(userId, seed, listed) ? 'not_confirmed' : 'upserted'];
				});
				expect(endings(run)).toEqual(expected);
				expectMarkersInOrder(run, all);
				const { exchanges, flameup, mostInFlight, overlaps } = run.fake;
				for (const [userId, traits] of lastValues(all)) {
					const held = flameup.people().get(userId);
					if (isBad(userId)) expect(held).toBeUndefined();
					else if (!staysUnconfirmed(userId, seed, listed)) expect(held?.traits).toEqual(traits);
				}
				expect({ steppedBack, overlaps }).toEqual({ steppedBack: 0, overlaps: 0 });
				expect(mostInFlight).toBeLessThanOrEqual(pace.requests_in_flight);
				expect(mostInAMinute(exchanges)).toBeLessThanOrEqual(pace.requests_per_minute);
				expect(run.mostPending).toBeLessThanOrEqual(maxRecords);
				if (trouble.faultRate === 0) expect(run.client.stats.rateLimited).toBe(0);
			},
		),
		{ numRuns: 100 },
	);
}, 120_000);

describe('a refused batch', () => {
	const refuseBad = ({ userId }: { userId: string }) =>
		userId.startsWith('bad') ? `unlucky ${userId}` : undefined;
	const batchOf = (isBad: (n: number) => boolean, from: number) =>
		Array.from({ length: 100 }, (_, n) => person(`${isBad(n) ? 'bad' : 'u'}${from + n}`));

	/** What three such batches cost, one after the other. */
	async function requestsFor(flameup: FakeFlameupOptions, isBad: (n: number) => boolean) {
		const run = createFakeRun({
			flameup: { ...flameup, refuse: refuseBad, limit: 0 },
			pace: { requests_per_minute: 10_000 },
		});
		const costs: number[] = [];
		for (let batch = 0; batch < 3; batch++) {
			const before = run.fake.exchanges.length;
			await run.clock.run(run.feed([...batchOf(isBad, batch * 100), { pauseMs: 240_000 }]));
			costs.push(run.fake.exchanges.length - before);
		}
		await run.clock.run(run.loader.end());
		const bad = 3 * batchOf(isBad, 0).filter((_, n) => isBad(n)).length;
		expect([countOf(run, 'refused'), countOf(run, 'upserted')]).toEqual([bad, 300 - bad]);
		return Math.max(...costs);
	}

	/** Requests for a batch of which all bad people are named, the first one is named, or none is. */
	it.each<[bad: string, (n: number) => boolean, all: number, first: number, none: number]>([
		['nobody', () => false, 1, 1, 1],
		['the first', (n) => n === 0, 2, 2, 18],
		['the last', (n) => n === 99, 2, 2, 18],
		['two neighbours', (n) => n === 49 || n === 50, 4, 4, 30],
		['every tenth', (n) => n % 10 === 0, 12, 20, 118],
		['every second', (n) => n % 2 === 0, 52, 118, 118],
		['all but one', (n) => n !== 50, 118, 118, 118],
		['all', () => true, 118, 118, 118],
	])('costs few requests when the bad are: %s', async (_bad, isBad, all, first, none) => {
		for (const namesPeople of ['index', 'dotted'] as const) {
			const listed = await requestsFor({ namesPeople, refusalLists: 'all' }, isBad);
			expect(listed).toBeLessThanOrEqual(all);
			const one = await requestsFor({ namesPeople, refusalLists: 'first' }, isBad);
			expect(one).toBeLessThanOrEqual(first);
		}
		for (const refusalLists of ['all', 'first'] as const) {
			for (const namesPeople of ['no', 'userId', 'index-from-1'] as const) {
				const requests = await requestsFor({ namesPeople, refusalLists }, isBad);
				expect(requests).toBeLessThanOrEqual(none);
			}
		}
	});
});

describe('everybody refused', () => {
	const refuse = () => 'must have a plan';
	const namings = ['index', 'no'] as const;

	it.each(namings)('a thousand for one reason, names by %s: ends the run', async (namesPeople) => {
		const run = createFakeRun({
			flameup: { namesPeople, refuse, limit: 0 },
			pace: { requests_per_minute: 5_000 },
		});
		const problem = await problemIn(run.load(peopleWithMarkers(5_000, 10)));
		expect(problem).toMatchObject({ code: 'all_refused', status: 400, people: 1_000 });
		expect(countOf(run, 'refused')).toBeGreaterThanOrEqual(1_000);
		expect(countOf(run, 'refused')).toBeLessThanOrEqual(1_400);
		expect(countOf(run, 'upserted')).toBe(0);
	});

	it('in a short sync is counted, and does not end the run', async () => {
		const run = createFakeRun({ flameup: { refuse } });
		await run.load(people(1, 19));
		expect(countOf(run, 'refused')).toBe(19);
	});

	it.each(namings)('at the start of a good table, names by %s: is counted', async (namesPeople) => {
		const isBad = (userId: string) => Number(userId.slice(1)) <= 100;
		const refuseFirst = ({ userId }: Person) => (isBad(userId) ? 'must have a plan' : undefined);
		const run = createFakeRun({ flameup: { namesPeople, refuse: refuseFirst } });
		await run.load(people(1, 5_100));
		expect([countOf(run, 'refused'), countOf(run, 'upserted')]).toEqual([100, 5_000]);
	});
});

describe('a batch that is too large for Flameup', () => {
	const wide = (userId: string, characters: number) =>
		person(userId, { x: 'x'.repeat(characters) });

	it('is halved until it fits', async () => {
		const run = createFakeRun({ flameup: { maxBodyBytes: 20_000 } });
		const all = Array.from({ length: 100 }, (_, n) => wide(`u${n}`, 1_000));
		await run.load(all);
		expect(countOf(run, 'upserted')).toBe(100);
		expect(run.fake.exchanges.length).toBeLessThan(20);
	});

	it('loses only the person who is too large alone', async () => {
		const run = createFakeRun({ flameup: { maxBodyBytes: 20_000 } });
		await run.load([...people(1, 40), wide('wide', 30_000), ...people(41, 99)]);
		expect(countOf(run, 'upserted')).toBe(99);
		expect(endings(run)[40]).toBe('too_large_for_flameup');
	});
});

describe('people whom the answer does not confirm', () => {
	it('are sent once more, and no more often', async () => {
		const run = createFakeRun({ flameup: { completeness: 'none', counts: 'absent' } });
		await run.load(people(1, 10));
		expect(countOf(run, 'not_confirmed')).toBe(10);
		expect(sizesOf(run)).toEqual([10, 10]);
	});

	it('are the only ones sent again', async () => {
		const flameup = { completeness: 'short', shortTimes: 1, shortRate: 0.3 } as const;
		const run = createFakeRun({ flameup });
		await run.load(people(1, 100));
		expect(countOf(run, 'upserted')).toBe(100);
		const left = people(1, 100).filter(
			(step) => 'person' in step && roll(1, 'short', step.person.userId) < 0.3,
		);
		expect(sizesOf(run)).toEqual([100, left.length]);
	});

	it('that were silently skipped are rejected', async () => {
		const refuse = ({ userId }: Person) => (userId === 'u7' ? 'unlucky' : undefined);
		const run = createFakeRun({ flameup: { skipSilently: true, refuse } });
		await run.load(people(1, 100));
		expect([countOf(run, 'upserted'), endings(run)[6]]).toEqual([99, 'not_confirmed']);
	});

	it('are distinguished from counts that are merely wrong', async () => {
		const run = createFakeRun({ flameup: { counts: 'wrong' } });
		await run.load(people(1, 250));
		expect([countOf(run, 'upserted'), run.odd]).toEqual([250, 3]);
	});
});

describe('a partly filled batch', () => {
	const batches = { people_per_request: 10, max_age_seconds: 4 };

	it('is sent when its oldest record is old enough, though new ones keep coming', async () => {
		const run = createFakeRun({ batches });
		const slow = people(1, 8).flatMap((step): Step[] => [step, { pauseMs: 1_000 }]);
		await run.clock.run(run.feed(slow));
		expect(sizesOf(run)).toEqual([4, 4]);
		expect(run.fake.exchanges[0]?.startedAt).toBe(run.clock.now() - 4_000);
	});

	it('waits for the end when all input has arrived', async () => {
		const run = createFakeRun({ batches, flushesByAge: false });
		await run.load([...people(1, 5), { pauseMs: 300_000 }, ...people(6, 8)]);
		expect(sizesOf(run)).toEqual([8]);
	});

	it('waits while the allowance is short, and is sent once it is not', async () => {
		const run = createFakeRun({ batches, pace: { requests_per_minute: 8 } });
		const start = run.clock.now();
		await run.clock.run(run.feed([...people(1, 60), ...people(61, 65), { pauseMs: 59_000 }]));
		expect(sizesOf(run)).toEqual(Array.from({ length: 6 }, () => 10));
		await run.load([{ pauseMs: 5_000 }]);
		expect(sizesOf(run).slice(6)).toEqual([5]);
		expect((run.fake.exchanges[6]?.startedAt ?? 0) - start).toBeLessThan(61_000);
	});

	it('never waits longer than a minute, however short the allowance is', async () => {
		const run = createFakeRun({
			batches,
			flameup: { latencyMs: [100_000, 100_000] },
			pace: { requests_per_minute: 5, requests_in_flight: 8, timeout_seconds: 600 },
		});
		await run.clock.run(run.feed([...people(1, 10), { pauseMs: 101_000 }, ...people(11, 50)]));
		const since = run.clock.now();
		// Four slow requests leave one of five: nothing to spare until long after a minute.
		await run.load([person('late'), { pauseMs: 300_000 }]);
		expect(sizesOf(run)).toEqual([10, 10, 10, 10, 10, 1]);
		const waited = (run.fake.exchanges[5]?.startedAt ?? 0) - since;
		expect([waited >= 59_000, waited <= 60_500]).toEqual([true, true]);
	});

	it('has a full wait again after the input was held back', async () => {
		const run = createFakeRun({
			batches,
			flameup: { latencyMs: [20_000, 20_000] },
			pace: { requests_in_flight: 2 },
			maxPending: { records: 35, characters: 1e6 },
		});
		await run.clock.run(run.feed([...people(1, 10), { pauseMs: 30_000 }]));
		// Two batches under way, one queued, five people waiting: nothing more comes for 20 s.
		await run.load([...people(11, 45), { pauseMs: 3_000 }, ...people(46, 50)]);
		expect(sizesOf(run)).toEqual([10, 10, 10, 10, 10]);
	});
});

describe('the input is held back', () => {
	it.each<[string, number, number]>([
		['by records', 25, 1e9],
		['by fewer records than make a batch', 3, 1e9],
		['by one record', 1, 1e9],
		['by characters', 1e9, 200],
		['by a single character', 1e9, 1],
	])('%s, and no longer than needed', async (_name, records, characters) => {
		const run = createFakeRun({
			maxPending: { records, characters },
			batches: { people_per_request: 10 },
			pace: { requests_per_minute: 1_000 },
			flameup: { limit: 0 },
			flushesByAge: false,
		});
		const all = [...peopleWithMarkers(100, 7)];
		await run.load(all);
		expect(countOf(run, 'upserted')).toBe(100);
		expectMarkersInOrder(run, all);
		expect(run.mostPending).toBeLessThanOrEqual(Math.min(records, characters));
	});

	it('by a huge marker until it is released', async () => {
		const maxPending = { records: 1_000, characters: 1_000 };
		const run = createFakeRun({ maxPending, flushesByAge: false });
		const all = [person('u1'), { marker: 1, characters: 1e9 }, person('u2'), { marker: 2 }];
		await run.load(all);
		expectMarkersInOrder(run, all);
		expect(sizesOf(run)).toEqual([1, 1]);
	});

	it('not at all by markers with nothing before them', async () => {
		const run = createFakeRun({ maxPending: { records: 1, characters: 1 } });
		await run.load([{ marker: 1, characters: 1e9 }, invalid, { marker: 2, characters: 1e9 }]);
		expect([markersOf(run), run.fake.exchanges.length]).toEqual([[1, 2], 0]);
	});
});

describe('a run that fails', () => {
	const enough = new FlameupError({ code: 'stopped' });

	/** Feeds until four batches are under way, fails, and watches for ten minutes. */
	async function broken(error: unknown, pace = {}) {
		const run = createFakeRun({ pace, batches: { people_per_request: 10 } });
		await run.clock.run(run.feed([...people(1, 10), { pauseMs: 1_000 }, ...people(11, 95)]));
		run.loader.mark(1, 10);
		const sent = run.fake.exchanges.length;
		run.loader.fail(error);
		const thrown = await failureOf(run.clock.run(run.loader.end()));
		const endedAt = run.clock.now();
		await run.clock.run(run.clock.sleep(600_000));
		return { run, sent, thrown, endedAt };
	}

	it('settles what is under way, sends nothing more, and says why', async () => {
		const reason = enough;
		const { run, sent, thrown } = await broken(reason);
		expect(thrown).toBe(reason);
		expect(sent).toBe(5);
		expect(run.fake.exchanges.length).toBe(sent);
		expect(endings(run)).toEqual(Array.from({ length: 50 }, () => 'upserted'));
		expect(markersOf(run)).toEqual([]);
		expect(() => run.loader.add(999, rejection)).toThrow(reason);
		await expect(run.loader.room()).rejects.toBe(reason);
	});

	it('keeps its first reason', async () => {
		const { run, thrown } = await broken(enough);
		run.loader.fail(new FlameupError({ code: 'not_flameup' }));
		expect(run.loader.failure).toBe(thrown);
	});

	it('does not wait for the allowance', async () => {
		const { run, sent, endedAt } = await broken(enough, {
			requests_per_minute: 3,
		});
		expect([sent, run.fake.exchanges.length]).toEqual([3, 3]);
		expect(endedAt - (run.fake.exchanges[2]?.startedAt ?? 0)).toBeLessThanOrEqual(150);
	});

	it('does not hang on an error that is not one of ours', async () => {
		const { thrown } = await broken(new TypeError('Oops.'));
		expect(thrown).toBeInstanceOf(FlameupError);
		expect((thrown as FlameupError).problem).toMatchObject({ code: 'unexpected' });
		expect((thrown as Error).cause).toBeInstanceOf(TypeError);
	});

	const minute = 60_000;
	it.each<[string, FakeFlameupOptions, ProblemCode, number, number]>([
		['a wrong key', { keys: [{ key: 'ws_test_a.b', permissions: ['*'] }] }, 'unauthorized', 0, 1],
		['a wrong workspace', { workspace: 'ws_other' }, 'unknown_address', 0, 1],
		['a Flameup that is down', { faultRate: 1 }, 'unavailable', 9 * minute, 10 * minute],
		['silence', { faultRate: 1, faultKinds: ['stall'] }, 'unreachable', 8 * minute, 12 * minute],
		[
			'an allowance that never comes',
			{ preused: 120 },
			'allowance_used_up',
			8 * minute,
			12 * minute,
		],
	])('because of %s ends in time', async (_name, flameup, code, least, most) => {
		const run = createFakeRun({ flameup, maxPending: { records: 300, characters: 1e9 } });
		const start = run.clock.now();
		expect(await problemIn(run.load(peopleWithMarkers(2_000, 10)))).toMatchObject({ code });
		expect(endings(run)).toEqual([]);
		expect(markersOf(run)).toEqual([]);
		expect(run.clock.now() - start).toBeGreaterThanOrEqual(least);
		expect(run.clock.now() - start).toBeLessThanOrEqual(most + 1_000);
	});

	it('because the host asks it to stop ends at once', async () => {
		const run = createFakeRun({ pace: { requests_per_minute: 1 } });
		const load = run.load(people(1, 300));
		void run.clock.sleep(30_000).then(() => run.stop.abort());
		expect(await problemIn(load)).toEqual({ code: 'stopped' });
		expect(countOf(run, 'upserted')).toBe(100);
	});
});

describe('the allowance is used fully', () => {
	const windows = ['fixed', 'clock', 'rolling'] as const;
	const formats = ['seconds-ceil', 'seconds-floor', 'milliseconds', 'delta'] as const;
	const kinds = windows.flatMap((window) =>
		formats.map((resetFormat): [FakeFlameupOptions] => [{ window, resetFormat }]),
	);

	/** Batches ten times smaller than usual, for speed; the requests are the same. */
	async function loadThreeMinutes(flameup: FakeFlameupOptions, people_per_request = 10) {
		const run = createFakeRun({ flameup, batches: { people_per_request } });
		const startedAt = run.clock.now();
		await run.load(peopleWithMarkers(360 * people_per_request, 10));
		const minutes = [0, 0, 0];
		const firstAt = run.fake.exchanges[0]?.arrivedAt ?? 0;
		for (const { arrivedAt } of run.fake.exchanges) {
			const minute = Math.floor((arrivedAt - firstAt) / 60_000);
			minutes[minute] = (minutes[minute] ?? 0) + 1;
		}
		expect(run.client.stats.rateLimited).toBe(0);
		expect(markersOf(run).length).toBe(36 * people_per_request);
		return { minutes, ratio: (run.clock.now() - startedAt) / 120_000 };
	}

	it.each(kinds)('%o', async (switches) => {
		const { minutes, ratio } = await loadThreeMinutes(switches);
		expect(minutes).toEqual([120, 120, 120]);
		expect(ratio).toBeLessThanOrEqual(1.05);
	});

	it('with full batches of a hundred', async () => {
		expect((await loadThreeMinutes({}, 100)).minutes).toEqual([120, 120, 120]);
	});
});

describe('markers of a slow source come back within 5 s', () => {
	it.each<[number, number]>([
		[5, 1],
		[50, 40],
		[190, 95],
	])('at %i records a second', async (perSecond, leastFill) => {
		const run = createFakeRun({});
		const all = [...peopleWithMarkers(perSecond * 70, 10)].flatMap((step): Step[] =>
			'marker' in step ? [step, { pauseMs: 10_000 / perSecond }] : [step],
		);
		await run.load(all);
		const lags = run.told.flatMap((told) => ('marker' in told ? [told.lagMs] : []));
		expect(lags.length).toBe(perSecond * 7);
		expect(Math.max(...lags)).toBeLessThanOrEqual(5_000);
		expect(run.client.stats.rateLimited).toBe(0);
		expect((perSecond * 70) / run.fake.exchanges.length).toBeGreaterThanOrEqual(leastFill);
	});

	it('when it falls silent for 30 s', async () => {
		const run = createFakeRun({});
		await run.load([...peopleWithMarkers(50, 10), { pauseMs: 30_000 }]);
		const lags = run.told.flatMap((told) => ('marker' in told ? [told.lagMs] : []));
		expect(lags.length).toBe(5);
		expect(Math.max(...lags)).toBeLessThanOrEqual(5_000);
	});
});

describe('two records of one person', () => {
	const twice = [person('a', { n: 1 }), person('b'), person('a', { n: 2 })];
	const upserts = (run: FakeRun) =>
		run.told.flatMap((told) => ('outcome' in told ? [told.outcome] : []));

	it('are sent as one person, whose last record has the change', async () => {
		const run = createFakeRun({});
		await run.load(twice);
		expect(sizesOf(run)).toEqual([2]);
		expect(upserts(run).toSorted((a, b) => a.ref - b.ref)).toMatchObject([
			{ ref: 0, status: 'upserted', merged: true },
			{ ref: 1, change: 'created', exact: true },
			{ ref: 2, change: 'created', exact: true },
		]);
		expect(run.fake.flameup.people().get('a')?.traits).toEqual({ n: 2 });
	});

	it('are sent in two requests, one after the other, if the host asks, and are shown', async () => {
		const run = createFakeRun({ separatesRepeats: true, showsPeople: true });
		await run.load(twice);
		expect(sizesOf(run)).toEqual([2, 1]);
		expect(run.fake.overlaps).toBe(0);
		expect(upserts(run).toSorted((a, b) => a.ref - b.ref)).toMatchObject([
			{ ref: 0, change: 'created', shown: { external_id: 'a' } },
			{ ref: 1, change: 'created', shown: { external_id: 'b' } },
			{ ref: 2, change: 'updated', shown: { external_id: 'a' } },
		]);
	});

	const refuse = ({ traits }: { traits?: Record<string, unknown> }) =>
		traits?.bad === undefined ? undefined : `bad luck ${traits.bad}`;
	const bad = (n: number) => ({ n, [`t${n}`]: n, bad: n });
	const good = (n: number) => ({ n, [`t${n}`]: n });

	it.each([
		['the later', [good(1), bad(2)], ['upserted', 'refused'], good(1), 3],
		['the earlier', [bad(1), good(2)], ['refused', 'upserted'], good(2), 3],
		[
			'one in the middle',
			[good(1), good(2), bad(3), good(4)],
			['upserted', 'upserted', 'refused', 'upserted'],
			{ n: 4, t1: 1, t2: 2, t4: 4 },
			5,
		],
	])('only %s of which is refused: the others are sent', async (_, all, ends, held, requests) => {
		const run = createFakeRun({ flameup: { refuse } });
		await run.load(all.map((traits) => person('a', traits)));
		expect(endings(run)).toEqual(ends);
		expect(run.fake.flameup.people().get('a')?.traits).toEqual(held);
		expect(run.fake.exchanges).toHaveLength(requests);
		expect(run.fake.overlaps).toBe(0);
	});

	it('that are only too large together are sent one after the other', async () => {
		const run = createFakeRun({ flameup: { maxBodyBytes: 2_000 } });
		await run.load(['x', 'y'].map((name) => person('a', { [name]: name.repeat(1_200) })));
		expect(endings(run)).toEqual(['upserted', 'upserted']);
		expect(Object.keys(run.fake.flameup.people().get('a')?.traits ?? {})).toEqual(['x', 'y']);
	});

	it('count each record once, with the outcome of the person', async () => {
		const run = createFakeRun({ flameup: { refuse } });
		await run.load([good(1), good(2), bad(3), bad(4)].map((traits) => person('a', traits)));
		expect(upserts(run).toSorted((a, b) => a.ref - b.ref)).toMatchObject([
			{ ref: 0, status: 'upserted', merged: true },
			{ ref: 1, status: 'upserted', change: 'created' },
			{ ref: 2, status: 'rejected', rejection: { code: 'refused', userId: 'a' } },
			{ ref: 3, status: 'rejected', rejection: { said: expect.stringContaining('bad luck 4') } },
		]);
	});

	it('cost a limited number of requests when there are hundreds of them', async () => {
		const run = createFakeRun({ flameup: { refuse, limit: 0 } });
		await run.load(Array.from({ length: 500 }, (_, n) => person('a', { bad: n })));
		expect(countOf(run, 'refused')).toBe(500);
		expect(run.fake.exchanges.length).toBeLessThanOrEqual(40);
	});

	it('are not split again and again when that never helps', async () => {
		const run = createFakeRun({ flameup: { refuse, limit: 0 } });
		const all = Array.from({ length: 100 }, (_, n) => person(`u${n % 50}`, bad(n)));
		await run.load(all);
		expect(countOf(run, 'refused')).toBe(100);
		const undivided = createFakeRun({ flameup: { refuse, limit: 0 } });
		await undivided.load(all.slice(0, 50));
		expect(run.fake.exchanges.length - undivided.fake.exchanges.length).toBeLessThanOrEqual(20);
	});

	it('in any order: the valid ones are upserted, and no value is reverted', async () => {
		const record = fc.record({ id: fc.nat(6), isBad: fc.boolean(), trait: fc.nat(3) });
		await fc.assert(
			fc.asyncProperty(
				fc.array(record, { minLength: 1, maxLength: 30, size: 'max' }),
				undocumented,
				fc.constantFrom(2, 5, 100),
				fc.integer({ min: 1, max: 1_000 }),
				async (records, open, people_per_request, seed) => {
					const all = records.map(({ id, isBad, trait }, n) =>
						person(`u${id}`, { n, [`t${trait}`]: n, ...(isBad && { bad: n }) }),
					);
					const run = createFakeRun({
						seed,
						flameup: { ...open, refuse, limit: 0 },
						batches: { people_per_request },
						pace: { requests_per_minute: 10_000 },
					});
					await run.load([...all, { marker: 1 }]);
					expect(endings(run)).toEqual(
						records.map(({ isBad }) => (isBad ? 'refused' : 'upserted')),
					);
					const valid = lastValues(all.filter((_, n) => !records[n]?.isBad));
					const held = [...run.fake.flameup.people()].map(([id, one]) => [id, one.traits]);
					expect(new Map(held as [string, object][])).toEqual(valid);
					expect(run.fake.overlaps).toBe(0);
					expectMarkersInOrder(run, [...all, { marker: 1 }]);
				},
			),
			{ numRuns: 200 },
		);
	});

	it('are rejected together', async () => {
		const run = createFakeRun({
			flameup: { refuse: ({ userId }) => (userId === 'a' ? 'no' : undefined) },
		});
		await run.load(twice);
		expect(endings(run)).toEqual(['refused', 'upserted', 'refused']);
	});
});

it('lets later versions of a person wait while an earlier one is tried again', async () => {
	const run = createFakeRun({
		flameup: { faults: { 2: 'stall-after' } },
		batches: { people_per_request: 2 },
		pace: { timeout_seconds: 30 },
	});
	const versions = [1, 2, 3].flatMap((n) => [person('a', { n }), person(`b${n}`)]);
	await run.load([person('first'), { pauseMs: 10_000 }, ...versions]);
	expect(run.fake.exchanges.map(({ status }) => status)).toEqual([200, 'TIMEOUT', 200, 200, 200]);
	expect(run.fake.overlaps).toBe(0);
	expect(run.fake.flameup.people().get('a')?.traits).toEqual({ n: 3 });
});

it('fails for an error that the host throws, and releases no marker after it', async () => {
	const run = createFakeRun({ failsAt: 3 });
	const error = await failureOf(run.load([...people(1, 5), { marker: 1 }]));
	expect((error as FlameupError).problem).toMatchObject({ code: 'unexpected' });
	expect(markersOf(run)).toEqual([]);
});
