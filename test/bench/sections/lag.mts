import { setTimeout as sleep } from 'node:timers/promises';
import { losses } from '../delivery.mts';
import { feed, type Schedule } from '../feeder.mts';
import { deliveries, digits, lossesOf } from '../figures.mts';
import { OURS } from '../peers.mts';
import type { Bench, Section } from '../section.mts';
import { startLimited } from '../server.mts';
import { median } from '../table.mts';

const PER_STATE = 10;
const INPUT_SECONDS = 70;
const STALL_SECONDS = 30;
/** Half a batch is on its way when the source falls silent, with five STATEs. */
const BEFORE_STALL = 1_050;
/** Processes that start at the same time on one core would be late for the first STATE. */
const BETWEEN_MS = 700;

type Case = { name: string; schedule: Schedule };

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
	steady(190),
	{
		name: `50 records/s, silent for ${STALL_SECONDS} s`,
		schedule: {
			records: 50 * (INPUT_SECONDS - STALL_SECONDS),
			dueMs: (record) => record * 20 + (record > BEFORE_STALL ? STALL_SECONDS * 1000 : 0),
		},
	},
];

/** How soon a state comes back from sources that are slower than the limit; all at the same time. */
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
		const ours = runs.filter(({ peer }) => peer.name === OURS);
		return {
			section: 'lag',
			title: 'Slow sources',
			notes: [
				`${INPUT_SECONDS} s of input, a STATE every ${PER_STATE} records, 120 requests a minute, 20 to 150 ms to answer. Lag: from the moment at which the source writes a STATE until it has come back; single runs, all at the same time.`,
				deliveries(runs),
			],
			tables: [
				{
					caption: '',
					rows: [
						['', 'lag p50, s', 'lag max, s', '429s', 'people/request'],
						...runs.map((run) => [
							`${run.peer.name}: ${run.one.name}`,
							digits(run.middleLag, 2),
							digits(run.longestLag, 2),
							String(run.totals.rateLimited),
							digits(run.totals.people / run.totals.requests, 1),
						]),
					],
				},
			],
			aims: ours.flatMap(({ one: { name, schedule }, longestLag, totals }) => [
				{ label: `longest lag, s, ${name}`, value: longestLag, atMost: 5 },
				{ label: `429s, ${name}`, value: totals.rateLimited, atMost: 0 },
				...(schedule.records === 190 * INPUT_SECONDS
					? [
							{
								label: `people per request, ${name}`,
								value: totals.people / totals.requests,
								atLeast: 95,
							},
						]
					: []),
			]),
			losses: lossesOf(runs),
			charts: [
				{
					title: 'Slow sources: longest wait of a state, s',
					bars: names.map((name) => ({
						name,
						value: Math.max(
							...runs.filter(({ peer }) => peer.name === name).map((run) => run.longestLag),
						),
					})),
					digits: 1,
					aim: 5,
				},
			],
		};
	},
};

async function runCase(one: Case, who: string, { senders, options: { seed } }: Bench) {
	const server = await startLimited();
	const peer = senders({ apiUrl: server.apiUrl, limited: true }).find(({ name }) => name === who);
	if (!peer) throw new Error(`There is no ${who}`);
	const shape = { records: one.schedule.records, perState: PER_STATE, seed };
	const fed = await feed(peer.command, shape, one.schedule);
	const totals = await server.collect();
	server.stop();
	return {
		one,
		peer,
		shape,
		totals,
		middleLag: median(fed.lags),
		longestLag: Math.max(...fed.lags),
		losses: losses(peer, fed, totals, shape),
	};
}
