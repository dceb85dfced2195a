import { join } from 'node:path';
import { byPeer, deliveries, digits, figuresOf, lossesOf } from '../figures.mts';
import type { Finding } from '../finding.mts';
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
const PER_STATE = 10;

/** All peers without a rate limit, against a slow server. */
export const latency: Section = {
	seconds: ({ latency, rounds, peers, 'latency-records': records }) => {
		const oneByOne = (records / BATCH_SIZE) * (latency / 1000 + 0.003);
		return rounds * oneByOne * (1 / IN_FLIGHT + peers.length);
	},
	async run({ options, senders, folder }) {
		const { answers, kinds, latency, rounds, seed, 'latency-records': records } = options;
		const server = await startSink(answers, latency);
		const shape = { records, perState: PER_STATE, seed, kind: kinds.at(-1) ?? 'languages' };
		const file = join(folder, 'source.jsonl');
		writeRecords(file, shape);
		const samples: Sample[] = [];
		for (let round = 1; round <= rounds; round++) {
			console.error(`Round ${round} of ${rounds}, ${records} records, ${latency} ms to answer`);
			for (const peer of senders({ apiUrl: server.apiUrl, limited: false })) {
				samples.push(await measure(peer, { shape, source: ['cat', file], server, folder }));
			}
		}
		server.stop();
		return findingOf(samples, options);
	},
};

function findingOf(samples: Sample[], { latency, rounds, ...options }: Options): Finding {
	const records = options['latency-records'];
	const ideal = (IN_FLIGHT * BATCH_SIZE * 1000) / latency;
	const figures = [...byPeer(samples)].map(([name, some]) => ({ name, ...figuresOf(some) }));
	const speed = (peer: string) =>
		figures.find(({ name }) => name === peer)?.recordsPerSecond ?? Number.NaN;
	return {
		section: 'latency',
		title: `${latency} ms to answer`,
		notes: [
			`${whole(records)} records, because one request after the other takes ${latency} s for 100,000; a STATE every ${PER_STATE}; no rate limit; medians of ${rounds}. The ideal of ${IN_FLIGHT} in flight is ${whole(ideal)} people a second.`,
			deliveries(samples),
		],
		tables: [{ rows: [HEADINGS, ...figures.map((of) => row(of, ideal))] }],
		aims: [
			{ label: 'records/s × the ideal', value: speed(OURS) / ideal, atLeast: 0.95 },
			{ label: 'records/s × faros', value: speed(OURS) / speed(FAROS), atLeast: 3.6 },
		],
		losses: lossesOf(samples),
		charts: [
			{
				title: `Records a second, ${latency} ms to answer`,
				bars: figures.map(({ name, recordsPerSecond }) => ({ name, value: recordsPerSecond })),
				better: 'higher',
				digits: 0,
			},
		],
	};
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

type Figures = ReturnType<typeof figuresOf> & { name: string };

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
