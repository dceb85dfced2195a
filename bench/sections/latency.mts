import { join } from 'node:path';
import { byPeer, deliveries, digits, figuresOf, lossesOf } from '../figures.mts';
import type { Aim, Finding } from '../finding.mts';
import { measure, type Sample } from '../measure.mts';
import type { Options } from '../options.mts';
import { BATCH_SIZE } from '../peers/people.mts';
import { FAROS, OURS } from '../peers.mts';
import { writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';
import { whole } from '../table.mts';

/** Our default number of requests in flight. */
const IN_FLIGHT = 4;

/** All peers without a rate limit, against a slow server. */
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
		return findingOf(samples, options);
	},
};

function findingOf(samples: Sample[], { latency, rounds, ...options }: Options): Finding {
	const records = options['latency-records'];
	const ideal = (IN_FLIGHT * BATCH_SIZE * 1000) / latency;
	const parts = byCadence(samples);
	return {
		section: 'latency',
		title: `${latency} ms to answer`,
		notes: [
			`${whole(records)} records, because one request after the other takes ${latency} s for 100,000; no rate limit; medians of ${rounds}. The ideal of ${IN_FLIGHT} in flight is ${whole(ideal)} records a second.`,
			deliveries(samples),
		],
		tables: parts.map(({ caption, figures }) => ({
			caption,
			rows: [HEADINGS, ...figures.map((of) => row(of, ideal))],
		})),
		aims: parts.flatMap(({ caption, figures }) => aims(figures, ideal, caption)),
		losses: lossesOf(samples),
		charts: [
			{
				title: `Records a second, ${latency} ms to answer`,
				bars: (parts.at(-1)?.figures ?? []).map(({ name, recordsPerSecond }) => ({
					name,
					value: recordsPerSecond,
				})),
				better: 'higher',
				digits: 0,
			},
		],
	};
}

type Figures = ReturnType<typeof figuresOf> & { name: string };

const byCadence = (samples: Sample[]) =>
	[...Map.groupBy(samples, ({ shape }) => shape.perState)].map(([perState, own]) => ({
		caption: `A STATE every ${whole(perState)}`,
		figures: [...byPeer(own)].map(([name, some]) => ({ name, ...figuresOf(some) })),
	}));

const row = (of: Figures, ideal: number) => [
	of.name,
	whole(of.recordsPerSecond),
	digits(of.recordsPerSecond / ideal, 2),
	digits(of.cpuPerMillion, 2),
	digits(of.peakMegabytes, 0),
	digits(of.peoplePerRequest, 1),
	digits(of.firstState, 2),
	digits(of.lastState, 2),
];

function aims(figures: Figures[], ideal: number, caption: string): Aim[] {
	const speed = (peer: string) =>
		figures.find(({ name }) => name === peer)?.recordsPerSecond ?? Number.NaN;
	return [
		{ label: `${caption}: records/s × the ideal`, value: speed(OURS) / ideal, atLeast: 0.93 },
		{ label: `${caption}: records/s × faros`, value: speed(OURS) / speed(FAROS), atLeast: 3.6 },
	];
}

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
