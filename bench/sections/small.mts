import { join } from 'node:path';
import { byPeer, deliveries, digits, figuresOf, lossesOf, middle } from '../figures.mts';
import type { Finding } from '../finding.mts';
import { measure, type Sample } from '../measure.mts';
import { FAROS, OURS } from '../peers.mts';
import { writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startLimited } from '../server.mts';
import { whole } from '../table.mts';

const PEOPLE = 5_000;

/** A sync too small to reach the limit, like most scheduled syncs. */
export const small: Section = {
	seconds: ({ rounds, peers }) => rounds * (2 + peers.length * 5),
	async run({ options: { rounds, seed }, senders, folder }) {
		const shape = { records: PEOPLE, perState: 10, seed, kind: 'languages' } as const;
		const file = join(folder, 'source.jsonl');
		writeRecords(file, shape);
		const server = await startLimited();
		const everyone = senders({ apiUrl: server.apiUrl, limited: true });
		const samples: Timed[] = [];
		for (let round = 1; round <= rounds; round++) {
			console.error(`Round ${round} of ${rounds}, ${PEOPLE} people`);
			for (const peer of everyone) {
				const sample = await measure(peer, { shape, source: ['cat', file], server, folder });
				samples.push({ ...sample, round });
			}
		}
		server.stop();
		return findingOf(samples, rounds);
	},
};

type Timed = Sample & { round: number };

function findingOf(samples: Timed[], rounds: number): Finding {
	const rows = [...byPeer(samples)].map(([name, own]) => ({
		name,
		ratio: middle(own, (sample) => againstFaros(sample, samples)),
		...figuresOf(own),
	}));
	const ours = rows.find(({ name }) => name === OURS);
	return {
		section: 'small',
		title: `A small sync: ${whole(PEOPLE)} people`,
		notes: [
			`20 to 150 ms to answer, 120 requests a minute (a small sync needs 50), a STATE every 10; medians of ${rounds}.`,
			deliveries(samples),
		],
		tables: [
			{
				rows: [
					['', 'first state, s', 'last state, s', 'last state × faros', 'people/request'],
					...rows.map((of) => [
						of.name,
						digits(of.firstState, 2),
						digits(of.lastState, 2),
						digits(of.ratio, 2),
						digits(of.peoplePerRequest, 1),
					]),
				],
			},
		],
		aims: [{ label: 'time to the last state × faros', value: ours?.ratio ?? null, atMost: 0.3 }],
		losses: lossesOf(samples),
		charts: [
			{
				title: `${whole(PEOPLE)} people: seconds to the first state`,
				bars: rows.map(({ name, firstState }) => ({ name, value: firstState })),
				better: 'lower',
				digits: 2,
				textOnly: true,
			},
			{
				title: `${whole(PEOPLE)} people: seconds to the last state`,
				bars: rows.map(({ name, lastState }) => ({ name, value: lastState })),
				better: 'lower',
				digits: 1,
			},
		],
	};
}

/** The time to the last STATE, relative to faros in the same round. */
function againstFaros({ round, run }: Timed, samples: Timed[]) {
	const faros = samples.find((other) => other.peer.name === FAROS && other.round === round);
	return (run.lastStateSeconds ?? Number.NaN) / (faros?.run.lastStateSeconds ?? Number.NaN);
}
