import type { FakeFlameupOptions } from '../fake-flameup.mts';
import { createFakeRun, peopleWithMarkers } from '../fake-run.mts';

import { table } from './table.mts';

const PEOPLE = 36_000;
const PER_MARKER = 10;
const PER_REQUEST = 100;
const LIMIT = 120;
const MINUTE_MS = 60_000;
/** The runs begin off the minute, so that the windows of the clock are not those of the run. */
const START_MS = MINUTE_MS / 2;

const shared = { preused: LIMIT / 2 } as const;
const ahead = { clockSkewMs: 60 * MINUTE_MS } as const;

const CASES: readonly [name: string, switches: FakeFlameupOptions][] = [
	['fixed windows, reset in seconds', {}],
	['  rounded down', { resetFormat: 'seconds-floor' }],
	['  in milliseconds', { resetFormat: 'milliseconds' }],
	['  as seconds to wait', { resetFormat: 'delta' }],
	['  by a clock an hour ahead', ahead],
	['  no headers', { rateHeaders: false }],
	['  a limit of 1,000 announced', { announcedLimit: 1_000 }],
	['windows of the clock', { window: 'clock' }],
	['  reset as seconds to wait', { window: 'clock', resetFormat: 'delta' }],
	['rolling windows', { window: 'rolling' }],
	['  reset as seconds to wait', { window: 'rolling', resetFormat: 'delta' }],
	['shared key, fixed windows', shared],
	['  reset rounded down', { ...shared, resetFormat: 'seconds-floor' }],
	['  by a clock an hour ahead', { ...shared, ...ahead, resetFormat: 'milliseconds' }],
	['shared key, windows of the clock', { ...shared, window: 'clock' }],
	['shared key, rolling windows', { ...shared, window: 'rolling' }],
];

/** Sends the people once per case, and shows how the allowance was used. */
export async function limit(): Promise<{ text: string; arrived: boolean }> {
	const rows: string[][] = [];
	let arrived = true;
	for (const [name, switches] of CASES) {
		const run = await simulate(switches);
		rows.push([name, ...run.cells]);
		arrived &&= run.arrived;
	}
	const head = ['', 'people/request', 'share', '429s', 'T/T0'];
	return { text: `${TITLE}\n\n${table([head, ...rows])}\n\n${LEGEND}\n`, arrived };
}

const TITLE = `The limit: ${LIMIT} requests in 60 s, ${PEOPLE} people, a marker every ${PER_MARKER}, 4 in flight, 20-150 ms, simulated time`;

const LEGEND = `share: requests taken, of those allowed in the windows that the run touches (shared key: of our half).
T/T0: time to the last marker, by the time until the last window opens.`;

async function simulate(switches: FakeFlameupOptions) {
	const run = createFakeRun({ flameup: switches, startMs: START_MS });
	const startedAt = run.clock.now();
	await run.load(peopleWithMarkers(PEOPLE, PER_MARKER));
	const ms = run.clock.now() - startedAt;

	const ours = LIMIT - (switches.preused ?? 0);
	const windows = Math.ceil(PEOPLE / PER_REQUEST / ours);
	// A shared key is paced by Flameup's windows, and the first one of the clock ends early.
	const early = ours < LIMIT && switches.window === 'clock' ? START_MS : 0;
	const leastMs = (windows - 1) * MINUTE_MS - early;
	const { rateLimited } = run.client.stats;
	const taken = run.fake.exchanges.length - rateLimited;
	const share = taken / (ours * Math.ceil((ms + early) / MINUTE_MS));
	const held = [...run.fake.flameup.people().values()];
	return {
		arrived:
			held.length === PEOPLE &&
			held.every(({ writes }) => writes === 1) &&
			run.told.filter((told) => 'marker' in told).length === PEOPLE / PER_MARKER,
		cells: [
			(PEOPLE / taken).toFixed(1),
			`${(share * 100).toFixed(1)} %`,
			String(rateLimited),
			(ms / leastMs).toFixed(3),
		],
	};
}
