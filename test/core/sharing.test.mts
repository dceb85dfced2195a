import { describe, expect, it } from 'vitest';
import type { FakeFlameupOptions } from './fake-flameup.mts';
import { createFakeRun, type FakeRun, peopleWithMarkers } from './fake-run.mts';

const LIMIT = 120;
const MINUTE_MS = 60_000;
const CLIENTS = 5;
const PEOPLE_EACH = 7_200;

/** What Flameup does, and the delay between client starts. */
type Switches = FakeFlameupOptions & { apartMs?: number };

/** Four destinations and a node, which know nothing of each other, send through one key. */
async function share({ apartMs = 0, ...flameup }: Switches, seed: number) {
	const first = createFakeRun({ seed, flameup: { limit: LIMIT, ...flameup } });
	const runs: FakeRun[] = [first];
	while (runs.length < CLIENTS) {
		runs.push(createFakeRun({ beside: first, flushesByAge: runs.length < CLIENTS - 1 }));
	}
	const feeding = runs.map(async (run, i) => {
		await first.clock.sleep(i * apartMs);
		await run.feed(peopleWithMarkers(PEOPLE_EACH, 10, `c${i}-`));
		await run.loader.end();
	});
	await first.clock.run(Promise.all(feeding));
	return first.fake;
}

/** Requests accepted in each window but the last, which may be partial. */
function takenPerWindow({ exchanges }: FakeRun['fake'], startsAt: (arrivedAt: number) => number) {
	const windows = new Map<number, number>();
	for (const { arrivedAt, status } of exchanges.toSorted((a, b) => a.arrivedAt - b.arrivedAt)) {
		const start = startsAt(arrivedAt);
		windows.set(start, (windows.get(start) ?? 0) + (status === 200 ? 1 : 0));
	}
	return [...windows.values()].slice(0, -1);
}

function fixedWindows() {
	let start = Number.NEGATIVE_INFINITY;
	return (at: number) => {
		if (at >= start + MINUTE_MS) start = at;
		return start;
	};
}

const clockWindows = () => (at: number) => at - (at % MINUTE_MS);

const CASES: readonly [name: string, switches: Switches][] = [
	['reset in seconds', {}],
	['reset rounded down', { resetFormat: 'seconds-floor' }],
	['reset in milliseconds', { resetFormat: 'milliseconds' }],
	['reset as seconds to wait', { resetFormat: 'delta' }],
	['windows of the clock', { window: 'clock' }],
	['rolling windows', { window: 'rolling' }],
	['a clock an hour ahead', { clockSkewMs: 60 * MINUTE_MS }],
	['slow answers', { latencyMs: [300, 1_500] }],
	['quick answers', { latencyMs: [1, 5] }],
	['one begins after the other', { apartMs: 300 }],
];

describe('five clients of one key: all of the people, 97 % of the allowance, less than 1 % of 429s', () => {
	it.each(CASES)('%s', async (_name, switches) => {
		const sums = { requests: 0, tooMany: 0, taken: 0, windows: 0 };
		for (const seed of [1, 2, 3, 4, 5]) {
			const fake = await share(switches, seed);
			expect(fake.flameup.people().size).toBe(CLIENTS * PEOPLE_EACH);
			const startsAt = switches.window === 'clock' ? clockWindows() : fixedWindows();
			const windows = takenPerWindow(fake, startsAt);
			expect(windows.length).toBeGreaterThanOrEqual(2);
			sums.windows += windows.length;
			sums.taken += windows.reduce((sum, taken) => sum + taken, 0);
			sums.requests += fake.exchanges.length;
			sums.tooMany += fake.exchanges.filter(({ status }) => status === 429).length;
		}
		expect(sums.taken / (sums.windows * LIMIT)).toBeGreaterThanOrEqual(0.97);
		expect(sums.tooMany / sums.requests).toBeLessThan(0.01);
	});
});
