import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Switches } from '../../simulator/switches.mts';
import type { RateReading } from '../../src/flameup/rateHeaders';
import { RateLimiter, type Ticket } from '../../src/flameup/rateLimiter';
import { mostInAMinute } from './fake-flameup.mts';
import { createFakeRun, type FakeRun, type FakeRunOptions } from './fake-run.mts';

const NEVER = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;

/** A limiter whose first request, the probe, was answered at 100. */
function opened(limit: number, reading: RateReading = {}, follow = false) {
	const limiter = new RateLimiter(limit, follow);
	limiter.answered(limiter.sent(), 100, reading);
	return limiter;
}

/** Requests allowed at `now`. */
function goes(limiter: RateLimiter, now: number, most = 5_000): number {
	let sent = 0;
	while (sent < most && limiter.wait(now) <= 0) {
		limiter.sent();
		sent++;
	}
	return sent;
}

describe('the allowance', () => {
	it('starts with one request, and no other is sent before its answer', () => {
		const limiter = new RateLimiter(120, false);
		expect(limiter.wait(0)).toBe(0);
		const probe = limiter.sent();
		expect(limiter.wait(50)).toBe(NEVER);
		limiter.answered(probe, 100, {});
		expect(goes(limiter, 100)).toBe(119);
	});

	it('frees a request a minute after its answer', () => {
		const limiter = opened(2);
		const second = limiter.sent();
		expect(limiter.wait(200)).toBe(100 + MINUTE - 200);
		limiter.answered(second, 5_000);
		expect(goes(limiter, 100 + MINUTE)).toBe(1);
		expect(limiter.wait(100 + MINUTE)).toBe(4_900);
	});

	it('does not end while its oldest request is unanswered', () => {
		const limiter = opened(2);
		const slow = limiter.sent();
		expect(goes(limiter, 100 + MINUTE)).toBe(1);
		expect(limiter.wait(10 * MINUTE)).toBe(NEVER);
		limiter.answered(slow, 10 * MINUTE);
		expect(limiter.wait(10 * MINUTE)).toBe(MINUTE);
	});

	it.each<[string, number, boolean, number | undefined, number]>([
		['is the setting', 120, false, undefined, 119],
		['is what is announced when that is lower', 120, false, 60, 59],
		['does not follow a higher announcement', 120, false, 1_000, 119],
		['follows a higher announcement when asked to', 120, true, 1_000, 999],
		['follows a lower announcement when asked to', 120, true, 60, 59],
		['stays when none is announced', 120, true, undefined, 119],
		['is not ended by an announced nothing', 120, true, 0, 119],
	])('%s', (_name, setting, follow, limit, more) => {
		const limiter = opened(setting, limit === undefined ? {} : { limit }, follow);
		expect(goes(limiter, 100)).toBe(more);
	});

	it('grows back when a lower announced limit is withdrawn', () => {
		const limiter = opened(120, { limit: 60 });
		limiter.answered(limiter.sent(), 200, { limit: 1_000 });
		expect(goes(limiter, 200)).toBe(118);
	});

	it('has something to spare while more than a quarter is free', () => {
		const limiter = opened(8);
		const spare = [1, 2, 3, 4, 5, 6].map(() => {
			limiter.sent();
			return limiter.hasSpare(200);
		});
		expect(spare).toEqual([true, true, true, true, false, false]);
	});
});

describe('another client of the key', () => {
	const resetAt = 40_000;

	it('leaves us the remaining requests, minus unanswered ones, until the reset', () => {
		const limiter = opened(120, { remaining: 65, resetAt });
		const tickets = [limiter.sent(), limiter.sent()];
		expect(goes(limiter, 200)).toBe(63);
		expect(limiter.wait(200)).toBe(NEVER);
		for (const ticket of tickets) limiter.answered(ticket, 300, { remaining: 0, resetAt });
		expect(limiter.hasSpare(300)).toBe(false);
	});

	it('is detected by one request at a time where less than half is left', () => {
		const limiter = opened(120, { remaining: 50, resetAt });
		for (let answered = 1; answered <= 4; answered++) {
			const ticket = limiter.sent();
			expect(limiter.wait(200)).toBe(NEVER);
			limiter.answered(ticket, 200, { remaining: 50 - answered, resetAt });
		}
		expect(goes(limiter, 200)).toBe(46);
	});

	it('takes turns with us near the end of a window, and the last one is left to it', () => {
		let remaining = 118;
		const limiter = opened(120, { remaining, resetAt });
		const takeOneEach = (ticket: Ticket) => {
			remaining -= 2;
			limiter.answered(ticket, 200, { remaining, resetAt });
		};
		while (remaining > 4) takeOneEach(limiter.sent());
		const two = [limiter.sent(), limiter.sent()];
		expect(limiter.wait(200)).toBe(NEVER);
		for (const ticket of two) limiter.answered(ticket, 200, { remaining: 2, resetAt });
		const last = limiter.sent();
		expect(limiter.wait(200)).toBe(NEVER);
		limiter.answered(last, 200, { remaining: 1, resetAt });
		expect(limiter.wait(200)).toBe(resetAt - 200);
	});

	it('is waited for until the reset, and then one request is sent first', () => {
		const limiter = opened(120, { remaining: 0, resetAt });
		expect(limiter.wait(1_000)).toBe(39_000);
		expect(goes(limiter, resetAt)).toBe(1);
		expect(limiter.wait(resetAt)).toBe(NEVER);
	});

	it('counts by the lowest number seen in the window, in whatever order answers come', () => {
		const limiter = opened(120, { remaining: 80, resetAt });
		const [late, early] = [limiter.sent(), limiter.sent()];
		limiter.answered(early, 200, { remaining: 78, resetAt });
		limiter.answered(late, 300, { remaining: 79, resetAt });
		expect(goes(limiter, 300)).toBe(78);
	});

	it('is not judged by answers of an older window', () => {
		const limiter = new RateLimiter(120, false);
		limiter.answered(limiter.sent(), 100, { remaining: 10, resetAt: 20_000 });
		const slow = limiter.sent();
		limiter.answered(limiter.sent(), 15_000, { remaining: 80, resetAt: 70_000 });
		limiter.answered(slow, 16_000, { remaining: 1, resetAt: 20_000 });
		expect(goes(limiter, 16_000)).toBe(80);
	});

	it('is forgotten when a window shows that it has left', () => {
		const limiter = opened(120, { remaining: 0, resetAt });
		expect(limiter.wait(resetAt)).toBe(0);
		limiter.answered(limiter.sent(), resetAt, { remaining: 119, resetAt: resetAt + MINUTE });
		expect(goes(limiter, resetAt)).toBe(118);
	});
});

describe('after a 429', () => {
	it('no request is sent before the time, and then one is sent first', () => {
		const limiter = opened(120);
		const others = [limiter.sent(), limiter.sent()];
		limiter.hold(10_000);
		expect(limiter.hasSpare(5_000)).toBe(false);
		for (const ticket of others) limiter.answered(ticket, 5_000);
		expect(limiter.wait(6_000)).toBe(4_000);
		limiter.hold(8_000);
		expect(limiter.wait(6_000)).toBe(4_000);
		expect(goes(limiter, 10_000)).toBe(1);
	});

	it('of the probe itself, the next one is a probe again', () => {
		const limiter = new RateLimiter(120, false);
		const probe = limiter.sent();
		limiter.answered(probe, 100, {});
		limiter.hold(1_000);
		expect(goes(limiter, 1_000)).toBe(1);
	});
});

const reading = fc.record(
	{
		limit: fc.nat(12),
		remaining: fc.nat(12),
		resetAt: fc.integer({ min: -MINUTE, max: 2 * MINUTE }),
	},
	{ requiredKeys: [] },
);
const move = fc.oneof(
	{ weight: 5, arbitrary: fc.constant({ kind: 'send' as const }) },
	{
		weight: 4,
		arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(), reading }),
	},
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(MINUTE) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('hold' as const), ms: fc.nat(MINUTE) }) },
);

type Move = typeof move extends fc.Arbitrary<infer One> ? One : never;

/** A limiter driven by the moves, and checked against its limit. */
class Played {
	readonly #limiter: RateLimiter;
	readonly #limit: number;
	readonly #unanswered: Ticket[] = [];
	readonly #sentAt: number[] = [];
	#now = 0;

	constructor(limit: number) {
		this.#limit = limit;
		this.#limiter = new RateLimiter(limit, false);
	}

	play(one: Move): void {
		if (one.kind === 'pass') this.#now += one.ms;
		if (one.kind === 'hold') this.#limiter.hold(this.#now + one.ms);
		if (one.kind === 'send' && this.#limiter.wait(this.#now) <= 0) this.#send();
		if (one.kind === 'answer') this.#answer(one.which, one.reading);
		const ms = this.#limiter.wait(this.#now);
		expect(ms).toBeGreaterThanOrEqual(0);
		if (this.#unanswered.length === 0) expect(ms).toBeLessThanOrEqual(2 * MINUTE);
	}

	/** Once everything is answered, the next request may go after a few waits. */
	end(): void {
		for (const ticket of this.#unanswered) this.#limiter.answered(ticket, this.#now);
		for (let waits = 0; this.#limiter.wait(this.#now) > 0; waits++) {
			expect(waits).toBeLessThan(5);
			this.#now += this.#limiter.wait(this.#now);
		}
	}

	#send(): void {
		this.#unanswered.push(this.#limiter.sent());
		this.#sentAt.push(this.#now);
		const inAMinute = this.#sentAt.filter((at) => at > this.#now - MINUTE);
		expect(inAMinute.length).toBeLessThanOrEqual(this.#limit);
	}

	#answer(which: number, { resetAt, ...rest }: RateReading): void {
		const [ticket] = this.#unanswered.splice(which % (this.#unanswered.length || 1), 1);
		const at = resetAt === undefined ? {} : { resetAt: this.#now + resetAt };
		if (ticket !== undefined) this.#limiter.answered(ticket, this.#now, { ...rest, ...at });
	}
}

it('whatever the answers: within the limit, and never stuck without unanswered requests', () => {
	const moves = fc.array(move, { maxLength: 120 });
	fc.assert(
		fc.property(moves, fc.integer({ min: 1, max: 8 }), (all, limit) => {
			const played = new Played(limit);
			for (const one of all) played.play(one);
			played.end();
		}),
		{ numRuns: 500 },
	);
});

/** Sends `requests` batches of one person by several workers, until all are accepted. */
async function drive(run: FakeRun, requests: number, workers: number): Promise<void> {
	let next = 0;
	const work = async () => {
		while (next < requests) {
			const userId = `u${next++}`;
			const written = await run.client.upsertPeople([userId], [JSON.stringify({ userId })]);
			expect(written.refused).toBe(false);
		}
	};
	await run.clock.run(Promise.all(Array.from({ length: workers }, work)));
}

const patient = { give_up_after_minutes: 1440 };

const switches = fc.record({
	window: fc.constantFrom<Switches['window'][]>('fixed', 'clock', 'rolling'),
	resetFormat: fc.constantFrom<Switches['resetFormat'][]>(
		...(['seconds-ceil', 'seconds-floor', 'milliseconds', 'delta'] as const),
	),
	clockSkewMs: fc.constantFrom(0, 0, 3_600_000, -3_600_000, 86_400_123, 1_500, -1_500),
	dateHeader: fc.boolean(),
	rateHeaders: fc.boolean(),
	retryAfter: fc.constantFrom<Switches['retryAfter'][]>('none', 'seconds', 'date'),
	countRefused: fc.boolean(),
});
const latencyMs = fc.constantFrom<[number, number][]>(
	[20, 150],
	[0, 0],
	[1, 5_000],
	[9_000, 50_000],
);
const seed = fc.integer({ min: 1, max: 1_000_000 });
const workers = fc.integer({ min: 1, max: 16 });
const startMs = fc.nat(MINUTE);

describe('in front of Flameup', () => {
	it('alone, gets no 429, whatever the window, headers, clocks and latencies are', async () => {
		const limits = fc.record({
			limit: fc.constantFrom(5, 20, 120),
			below: fc.constantFrom(0, 3),
			announcedLimit: fc.constantFrom(0, 2, 15, 1_000),
		});
		await fc.assert(
			fc.asyncProperty(
				...[switches, limits, latencyMs, workers, seed, startMs],
				async (given, { limit, below, announcedLimit }, latency, count, chance, start) => {
					const flameup = { ...given, limit, announcedLimit, latencyMs: latency, seed: chance };
					const requests_per_minute = limit - below;
					const pace = { ...patient, requests_per_minute };
					const run = createFakeRun({ flameup, pace, startMs: start });
					await drive(run, limit * 2 + 10, count);
					const lower = given.rateHeaders && announcedLimit > 0 ? announcedLimit : limit;
					expect(mostInAMinute(run.fake.exchanges)).toBeLessThanOrEqual(
						Math.min(requests_per_minute, lower),
					);
					expect(run.client.stats.rateLimited).toBe(0);
				},
			),
			{ numRuns: 30 },
		);
	}, 120_000);

	it('beside a client who uses up a part of each window, gets at most one 429 a window', async () => {
		const steady = switches.map((given) => ({ ...given, rateHeaders: true, dateHeader: true }));
		await fc.assert(
			fc.asyncProperty(
				...[steady, fc.constantFrom(1, 60, 110, 119), workers, seed],
				async (given, preused, count, chance) => {
					const run = createFakeRun({
						flameup: { ...given, preused, seed: chance },
						pace: patient,
					});
					await drive(run, (120 - preused) * 3 + 5, count);
					const { tooManyRequests, windows } = run.fake.flameup.stats();
					expect(tooManyRequests).toBeLessThanOrEqual(windows);
				},
			),
			{ numRuns: 30 },
		);
	}, 120_000);

	it.each(
		(['fixed', 'clock', 'rolling'] as const).flatMap((window) =>
			[0, 1_500, 30_000, 58_500].map((start) => [window, start] as const),
		),
	)('beside such a client, %s windows, from %i ms on, meets none', async (window, start) => {
		const flameup = { window, preused: 60, resetFormat: 'milliseconds' } as const;
		const run = createFakeRun({ flameup, pace: patient, startMs: start });
		await drive(run, 200, 4);
		expect(run.client.stats.rateLimited).toBe(0);
	});

	it.each<[string, FakeRunOptions['flameup'], number]>([
		['with all headers', {}, 1],
		['with Retry-After only', { rateHeaders: false, retryAfter: 'seconds' }, 4],
		['with no headers at all', { rateHeaders: false, dateHeader: false }, 8],
	])('beside a client who comes and goes, makes progress: %s', async (_name, flameup, most) => {
		const run = createFakeRun({ flameup: { ...flameup, window: 'rolling' }, pace: patient });
		let isOver = false;
		const foreign = async () => {
			for (let i = 0; !isOver; i++) {
				await run.clock.sleep(i % 200 === 0 ? 50_000 : 200);
				run.fake.foreign();
			}
		};
		void foreign();
		await drive(run, 400, 4);
		isOver = true;
		const minutes = (run.clock.now() - (run.fake.exchanges[0]?.startedAt ?? 0)) / MINUTE;
		expect(minutes).toBeLessThan(4);
		expect(run.client.stats.rateLimited / Math.ceil(minutes)).toBeLessThanOrEqual(most);
	});

	it('obeys a limit that is lowered while it runs', async () => {
		const run = createFakeRun({ pace: patient });
		await drive(run, 150, 4);
		run.fake.flameup.set({ limit: 30 });
		await run.clock.run(run.clock.sleep(MINUTE));
		const before = run.fake.exchanges.length;
		await drive(run, 100, 4);
		expect(mostInAMinute(run.fake.exchanges.slice(before))).toBe(30);
		expect(run.client.stats.rateLimited).toBe(0);
	});
});

describe('senders of one key at their own paces', () => {
	const paces = (limiter: RateLimiter, pace: number, now: number) => {
		let sent = 0;
		while (sent < 1_000 && limiter.wait(now, pace) <= 0) {
			limiter.answered(limiter.sent(pace), now);
			sent++;
		}
		return sent;
	};

	it('a lower pace counts for its own requests alone', () => {
		const limiter = new RateLimiter(30, false);
		limiter.admit(120);
		expect(paces(limiter, 30, 0)).toBe(30);
		expect(limiter.wait(0, 30)).toBe(MINUTE);
		expect(paces(limiter, 120, 0)).toBe(90);
		expect(limiter.wait(0, 120)).toBe(MINUTE);
		expect(paces(limiter, 30, MINUTE)).toBe(30);
	});

	it('a faster sender does not keep a slower one from its share', () => {
		const limiter = new RateLimiter(120, false);
		expect(paces(limiter, 120, 0)).toBe(120);
		expect(limiter.wait(1_000, 30)).toBe(MINUTE - 1_000);
		expect(paces(limiter, 120, MINUTE)).toBe(120);
		expect(limiter.wait(MINUTE + 1, 30)).toBe(MINUTE - 1);
		expect(paces(limiter, 30, 2 * MINUTE)).toBe(30);
	});

	it('a pace never exceeds the announced limit', () => {
		const limiter = opened(120, { limit: 10 });
		expect(paces(limiter, 60, 100)).toBe(9);
	});

	it('the accounting is idle once no request counts', () => {
		const limiter = new RateLimiter(120, false);
		expect(limiter.isIdle(0)).toBe(true);
		const ticket = limiter.sent();
		expect(limiter.isIdle(10 * MINUTE)).toBe(false);
		limiter.answered(ticket, 100);
		limiter.hold(2 * MINUTE);
		expect(limiter.isIdle(MINUTE + 100)).toBe(false);
		expect(limiter.isIdle(2 * MINUTE)).toBe(true);
	});
});
