import type { FakeFlameupOptions } from '../test/core/fake-flameup.mts';
import { createFakeRun, peopleWithMarkers } from '../test/core/fake-run.mts';
import type { Finding } from './finding.mts';
import { whole } from './table.mts';
import {
	LIMIT,
	MINUTE_MS,
	START_MS,
	USAGE_HEADINGS,
	USAGE_LEGEND,
	usageAims,
	usageCells,
	usageOf,
} from './usage.mts';

const PEOPLE = 36_000;
const PER_MARKER = 10;

const shared = { preused: LIMIT / 2 } as const;
const ahead = { clockSkewMs: 60 * MINUTE_MS } as const;

const CASES: readonly [name: string, switches: FakeFlameupOptions][] = [
	['fixed windows, reset in seconds', {}],
	['fixed windows, reset rounded down', { resetFormat: 'seconds-floor' }],
	['fixed windows, reset in milliseconds', { resetFormat: 'milliseconds' }],
	['fixed windows, reset as seconds to wait', { resetFormat: 'delta' }],
	['fixed windows, a clock an hour ahead', ahead],
	['fixed windows, no headers', { rateHeaders: false }],
	['fixed windows, a limit of 1,000 announced', { announcedLimit: 1_000 }],
	['windows of the clock', { window: 'clock' }],
	['windows of the clock, reset as seconds to wait', { window: 'clock', resetFormat: 'delta' }],
	['rolling windows', { window: 'rolling' }],
	['rolling windows, reset as seconds to wait', { window: 'rolling', resetFormat: 'delta' }],
	['shared key, fixed windows', shared],
	['shared key, reset rounded down', { ...shared, resetFormat: 'seconds-floor' }],
	['shared key, a clock an hour ahead', { ...shared, ...ahead, resetFormat: 'milliseconds' }],
	['shared key, windows of the clock', { ...shared, window: 'clock' }],
	['shared key, rolling windows', { ...shared, window: 'rolling' }],
];

/** Sends the people once per case, and reports how much of the allowance was used. */
export async function limit(): Promise<Finding> {
	const runs = [];
	for (const [name, switches] of CASES) runs.push({ name, ...(await simulate(switches)) });
	return {
		section: 'limit',
		title: 'The limit, in simulated time',
		notes: [
			`The core alone: ${LIMIT} requests in 60 s, ${whole(PEOPLE)} people, a state every ${PER_MARKER}, 4 in flight, 20 to 150 ms to answer.`,
			USAGE_LEGEND,
		],
		tables: [
			{
				rows: [
					['', ...USAGE_HEADINGS],
					...runs.map(({ name, usage }) => [name, ...usageCells(usage)]),
				],
			},
		],
		aims: usageAims(runs.map(({ usage }) => usage)),
		losses: runs.filter(({ arrived }) => !arrived).map(({ name }) => `${name}: not all arrived`),
		charts: [],
	};
}

async function simulate(switches: FakeFlameupOptions) {
	const run = createFakeRun({ flameup: switches, startMs: START_MS });
	const startedAt = run.clock.now();
	await run.load(peopleWithMarkers(PEOPLE, PER_MARKER));
	const ms = run.clock.now() - startedAt;
	const allowed = LIMIT - (switches.preused ?? 0);
	// With a shared key, Flameup's windows determine the pace, and the first clock window ends early.
	const earlyMs = allowed < LIMIT && switches.window === 'clock' ? START_MS : 0;
	const { rateLimited } = run.client.stats;
	const taken = run.fake.exchanges.length - rateLimited;
	const windows = Math.ceil((ms + earlyMs) / MINUTE_MS);
	const held = [...run.fake.flameup.people().values()];
	return {
		usage: usageOf({ people: PEOPLE, taken, rateLimited, allowed, windows, ms, earlyMs }),
		arrived:
			held.length === PEOPLE &&
			held.every(({ writes }) => writes === 1) &&
			run.told.filter((told) => 'marker' in told).length === PEOPLE / PER_MARKER,
	};
}
