import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Switches } from '../../simulator/switches.mts';
import { deliveries, digits, lossesOf } from '../figures.mts';
import type { Aim, Finding } from '../finding.mts';
import { measure } from '../measure.mts';
import { OURS, PARSE_FLOOR, type Senders } from '../peers.mts';
import { writeRecords } from '../records.mts';
import { type Measures, run } from '../run.mts';
import type { Bench, Section } from '../section.mts';
import { startLimited } from '../server.mts';
import { whole } from '../table.mts';
import {
	LIMIT,
	MINUTE_MS,
	PER_REQUEST,
	START_MS,
	USAGE_HEADINGS,
	USAGE_LEGEND,
	usageAims,
	usageCells,
	usageOf,
} from '../usage.mts';

const WINDOWS = 3;
const PER_STATE = 10;
/** Long enough for a burst at the start of a window to end, so that no run disturbs the next. */
const BETWEEN_MS = 6_000;

type Case = { name: string; switches: Partial<Switches>; who: 'everyone' | 'ours' };

const CASES: Case[] = [
	{ name: 'fixed windows, reset in seconds', switches: {}, who: 'everyone' },
	{ name: 'reset as seconds to wait', switches: { resetFormat: 'delta' }, who: 'ours' },
	{ name: 'shared key', switches: { preused: LIMIT / 2 }, who: 'ours' },
	{ name: 'windows of the clock', switches: { window: 'clock' }, who: 'ours' },
];

/** The built destination at the rate limit, in real time; several runs at once. */
export const real: Section = {
	seconds: ({ peers }) => (2.3 * MINUTE_MS + (CASES.length + peers.length) * BETWEEN_MS) / 1000,
	async run(bench) {
		const tasks = CASES.flatMap((one) => whoRuns(one, bench.senders).map((who) => ({ one, who })));
		for (const one of CASES) writeRecords(fileOf(one, bench), shapeOf(one, bench));
		console.error(`${tasks.length} runs against the limit, at the same time …`);
		const runs = await Promise.all(
			tasks.map(async ({ one, who }, index) => {
				await sleep(index * BETWEEN_MS);
				return runCase(one, who, bench);
			}),
		);
		return findingOf(runs, await floorRun(bench));
	},
};

type CaseRun = Awaited<ReturnType<typeof runCase>>;

function findingOf(runs: CaseRun[], floor: Measures): Finding {
	const samples = runs.map(({ sample }) => sample);
	const compared = runs.filter(({ one }) => one.who === 'everyone');
	const ours = runs.filter(({ sample }) => sample.peer.name === OURS);
	return {
		section: 'real',
		title: 'The limit, in real time',
		notes: [
			`${LIMIT} requests in 60 s, ${whole(WINDOWS * LIMIT * PER_REQUEST)} people (shared key: half of them, as half of the requests are gone), a STATE every ${PER_STATE}, 20 to 150 ms to answer; single runs, most of which wait, at the same time. A 429 tells with Retry-After how long to wait.`,
			USAGE_LEGEND,
			deliveries(samples),
		],
		tables: [{ rows: [HEADINGS, ...runs.map(row)] }],
		aims: [
			...usageAims(ours.map(({ usage }) => usage)),
			...ours.slice(0, 1).flatMap(({ sample }) => costAims(sample.run, floor)),
		],
		losses: lossesOf(samples),
		charts: [
			{
				title: 'At the limit: time × the least possible',
				bars: compared.map(({ sample, usage }) => ({
					name: sample.peer.name,
					value: usage.timeRatio,
				})),
				better: 'lower',
				digits: 3,
			},
		],
	};
}

const HEADINGS = [
	'',
	...USAGE_HEADINGS,
	'first state, s',
	'last state, s',
	'CPU s',
	'CPU % after 1 min',
	'peak MB',
];

const STEADY = 'CPU after the first minute, % of a core';

const row = ({ name, usage, sample: { run } }: CaseRun) => [
	name,
	...usageCells(usage),
	digits(run.firstStateSeconds, 2),
	digits(run.lastStateSeconds, 2),
	digits(run.cpuSeconds, 2),
	digits(100 * (run.steadyCpu ?? Number.NaN), 2),
	digits(run.peakBytes / 1e6, 0),
];

const costAims = ({ peakBytes, steadyCpu }: Measures, floor: Measures): Aim[] => [
	{ label: STEADY, value: 100 * (steadyCpu ?? Number.NaN), atMost: 0.5 },
	{ label: 'peak × that of the parse floor', value: peakBytes / floor.peakBytes, atMost: 1.5 },
];

const shapeOf = ({ switches }: Case, { options: { seed } }: Bench) => {
	const allowed = LIMIT - (switches.preused ?? 0);
	return {
		records: WINDOWS * allowed * PER_REQUEST,
		perState: PER_STATE,
		seed,
		kind: 'languages',
	} as const;
};

const fileOf = (one: Case, bench: Bench) =>
	join(bench.folder, `limit-${shapeOf(one, bench).records}.jsonl`);

/** The names of the peers that run a case. */
const whoRuns = ({ who }: Case, senders: Senders) =>
	who === 'ours' ? [OURS] : senders({ apiUrl: '', limited: true }).map(({ name }) => name);

async function runCase(one: Case, who: string, bench: Bench) {
	const { senders, folder } = bench;
	const shape = shapeOf(one, bench);
	const server = await startLimited(one.switches);
	const peer = senders({ apiUrl: server.apiUrl, limited: true }).find(({ name }) => name === who);
	if (!peer) throw new Error(`There is no ${who}`);
	if (one.switches.window === 'clock') await sleep(untilMiddleOfMinute());
	const sample = await measure(peer, {
		shape,
		source: ['cat', fileOf(one, bench)],
		server,
		folder,
	});
	server.stop();
	const { requests: taken, rateLimited, windows } = sample.totals;
	const usage = usageOf({
		people: shape.records,
		taken,
		rateLimited,
		windows,
		allowed: LIMIT - (one.switches.preused ?? 0),
		ms: 1000 * (sample.run.lastStateSeconds ?? Number.NaN),
	});
	return { one, name: `${who}: ${one.name}`, sample, usage };
}

const untilMiddleOfMinute = () => (START_MS - (Date.now() % MINUTE_MS) + MINUTE_MS) % MINUTE_MS;

function floorRun(bench: Bench) {
	const source = ['cat', fileOf(CASES[0] as Case, bench)];
	return run(PARSE_FLOOR.command, source, bench.folder);
}
