import { join } from 'node:path';
import { byPeer, deliveries, digits, figuresOf, lossesOf } from '../figures.mts';
import type { Aim } from '../finding.mts';
import { measure, type Sample } from '../measure.mts';
import { BATCH_SIZE } from '../peers/people.mts';
import { FAROS, OURS } from '../peers.mts';
import { writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';
import { whole } from '../table.mts';

/** What ours keeps in flight by default. */
const IN_FLIGHT = 4;

/** Everyone without a rate limit, before a server that takes its time to answer. */
export const latency: Section = {
	seconds: ({ latency, rounds, states, peers, 'latency-records': records }) => {
		const oneByOne = (records / BATCH_SIZE) * (latency / 1000 + 0.003);
		return states.length * rounds * oneByOne * (1 / IN_FLIGHT + peers.length);
	},
	async run({ options, senders, folder }) {
		const { latency, rounds, seed, states, 'latency-records': records } = options;
		const server = await startSink(latency);
		const everyone = senders({ apiUrl: server.apiUrl, limited: false });
		const samples: Sample[] = [];
		for (const perState of states) {
			const shape = { records, perState, seed };
			const file = join(folder, 'source.jsonl');
			writeRecords(file, shape);
			for (let round = 1; round <= rounds; round++) {
				console.error(`Round ${round} of ${rounds}, ${records} records, a STATE every ${perState}`);
				for (const peer of everyone) {
					samples.push(await measure(peer, { shape, source: ['cat', file], server, folder }));
				}
			}
		}
		server.stop();
		const ideal = (IN_FLIGHT * BATCH_SIZE * 1000) / latency;
		const parts = states.map((perState) => {
			const own = samples.filter(({ shape }) => shape.perState === perState);
			const figures = [...byPeer(own)].map(([name, some]) => ({
				name,
				...figuresOf(some, { records, perState, seed }),
			}));
			return { perState, figures };
		});
		return {
			section: 'latency',
			title: `${latency} ms to answer`,
			notes: [
				`${whole(records)} records, because one request after the other takes ${(latency / 100_000).toFixed(4)} s a record; no rate limit; medians of ${rounds}. The ideal of ${IN_FLIGHT} in flight is ${whole(ideal)} records a second.`,
				deliveries(samples),
			],
			tables: parts.map(({ perState, figures }) => ({
				caption: `A STATE every ${whole(perState)}`,
				rows: [
					HEADINGS,
					...figures.map((of) => [
						of.name,
						whole(of.recordsPerSecond),
						digits(of.recordsPerSecond / ideal, 2),
						digits(of.cpuPerMillion, 2),
						digits(of.peakMegabytes, 0),
						digits(of.peoplePerRequest, 1),
						digits(of.firstState, 2),
						digits(of.lastState, 2),
					]),
				],
			})),
			aims: parts.flatMap(({ perState, figures }): Aim[] => {
				const speed = (peer: string) =>
					figures.find(({ name }) => name === peer)?.recordsPerSecond ?? Number.NaN;
				const at = `a STATE every ${whole(perState)}`;
				return [
					{ label: `records/s × the ideal, ${at}`, value: speed(OURS) / ideal, atLeast: 0.93 },
					{ label: `records/s × faros, ${at}`, value: speed(OURS) / speed(FAROS), atLeast: 3.6 },
				];
			}),
			losses: lossesOf(samples),
			charts: [
				{
					title: `Records a second, ${latency} ms to answer`,
					bars: (parts.at(-1)?.figures ?? []).map(({ name, recordsPerSecond }) => ({
						name,
						value: recordsPerSecond,
					})),
					digits: 0,
				},
			],
		};
	},
};

const HEADINGS = [
	'',
	'records/s',
	'× ideal',
	'CPU s per 1M',
	'peak MB',
	'people/request',
	'first state, s',
	'last state, s',
];
