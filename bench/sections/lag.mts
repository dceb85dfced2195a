import { setTimeout as sleep } from 'node:timers/promises';
import { losses } from '../delivery.mts';
import { feed, type Schedule } from '../feeder.mts';
import { deliveries, digits, lossesOf } from '../figures.mts';
import type { Aim, Finding } from '../finding.mts';
import { OURS } from '../peers.mts';
import type { Bench, Section } from '../section.mts';
import { startLimited } from '../server.mts';
import { median } from '../table.mts';

const PER_STATE = 10;
const INPUT_SECONDS = 70;
const STALL_SECONDS = 30;
const MOST_LAG = 5;
/** The source pauses after half a batch with five STATEs. */
const BEFORE_STALL = 1_050;
/** Keeps processes from starting at the same time on one core, which would delay the first STATE. */
const BETWEEN_MS = 700;

/** A source, and whether its rate is near the limit, so requests must be full. */
type Case = { name: string; schedule: Schedule; full?: boolean };

const steady = (perSecond: number): Case => ({
	name: `${perSecond} records/s`,
	schedule: {
		records: perSecond * INPUT_SECONDS,
		dueMs: (record) => (record * 1000) / perSecond,
	},
});

const CASES: Case[] = [
	steady(5),
	steady(50),
	{ ...steady(190), full: true },
	{
		name: `50 records/s, silent for ${STALL_SECONDS} s`,
		schedule: {
			records: 50 * (INPUT_SECONDS - STALL_SECONDS),
			dueMs: (record) => record * 20 + (record > BEFORE_STALL ? STALL_SECONDS * 1000 : 0),
		},
	},
];

/** How soon states come back for sources slower than the limit; all cases run at the same time. */
export const lag: Section = {
	seconds: () => INPUT_SECONDS + 20,
	async run(bench) {
		const names = bench.senders({ apiUrl: '', limited: true }).map(({ name }) => name);
		const tasks = CASES.flatMap((one) => names.map((who) => ({ one, who })));
		console.error(`${tasks.length} slow sources, at the same time …`);
		const runs = await Promise.all(
			tasks.map(async ({ one, who }, index) => {
				await sleep(index * BETWEEN_MS);
				return runCase(one, who, bench);
			}),
		);
		return findingOf(runs);
	},
};

type CaseRun = Awaited<ReturnType<typeof runCase>>;

const findingOf = (runs: CaseRun[]): Finding => ({
	section: 'lag',
	title: 'Slow sources',
	notes: [
		`${INPUT_SECONDS} s of input, a STATE every ${PER_STATE} records, 120 requests a minute, 20 to 150 ms to answer. Lag: the time from when the source writes a STATE until it comes back. Single runs, all at the same time.`,
		deliveries(runs),
	],
	tables: [{ rows: [HEADINGS, ...runs.map(row)] }],
	aims: runs.filter(({ peer }) => peer.name === OURS).flatMap(aims),
	losses: lossesOf(runs),
	charts: [
		{
			title: 'Slow sources: longest wait of a state, s',
			bars: [...Map.groupBy(runs, ({ peer }) => peer.name)].map(([name, own]) => ({
				name,
				value: Math.max(...own.map(({ longestLag }) => longestLag)),
			})),
			better: 'lower',
			digits: 1,
		},
	],
});

const HEADINGS = ['', 'lag p50, s', 'lag max, s', '429s', 'people/request'];

const row = ({ one, peer, middleLag, longestLag, totals, peoplePerRequest }: CaseRun) => [
	`${peer.name}: ${one.name}`,
	digits(middleLag, 2),
	digits(longestLag, 2),
	String(totals.rateLimited),
	digits(peoplePerRequest, 1),
];

function aims({ one: { name, full }, longestLag, totals, peoplePerRequest }: CaseRun): Aim[] {
	const filled = { label: `people per request, ${name}`, value: peoplePerRequest, atLeast: 95 };
	return [
		{ label: `longest lag, s, ${name}`, value: longestLag, atMost: MOST_LAG },
		{ label: `429s, ${name}`, value: totals.rateLimited, atMost: 0 },
		...(full ? [filled] : []),
	];
}

async function runCase(one: Case, who: string, { senders, options: { seed } }: Bench) {
	const server = await startLimited();
	const peer = senders({ apiUrl: server.apiUrl, limited: true }).find(({ name }) => name === who);
	if (!peer) throw new Error(`There is no ${who}`);
	const shape = {
		records: one.schedule.records,
		perState: PER_STATE,
		seed,
		kind: 'languages',
	} as const;
	const fed = await feed(peer.command, shape, one.schedule);
	const totals = await server.collect();
	server.stop();
	return {
		one,
		peer,
		shape,
		totals,
		peoplePerRequest: totals.people / totals.requests,
		middleLag: median(fed.lags),
		longestLag: Math.max(...fed.lags),
		losses: losses(peer, fed, totals, shape),
	};
}
