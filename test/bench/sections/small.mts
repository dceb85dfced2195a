import { join } from 'node:path';
import { byPeer, deliveries, digits, figuresOf, lossesOf, middle } from '../figures.mts';
import { measure, type Sample } from '../measure.mts';
import { FAROS, OURS } from '../peers.mts';
import { writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startLimited } from '../server.mts';
import { whole } from '../table.mts';

const PEOPLE = 5_000;

/** A sync that is over before the limit matters, as most scheduled ones are. */
export const small: Section = {
	seconds: ({ rounds, peers }) => rounds * (2 + peers.length * 5),
	async run({ options: { rounds, seed }, senders, folder }) {
		const shape = { records: PEOPLE, perState: 10, seed };
		const file = join(folder, 'source.jsonl');
		writeRecords(file, shape);
		const server = await startLimited();
		const everyone = senders({ apiUrl: server.apiUrl, limited: true });
		const samples: (Sample & { round: number })[] = [];
		for (let round = 1; round <= rounds; round++) {
			console.error(`Round ${round} of ${rounds}, ${PEOPLE} people`);
			for (const peer of everyone) {
				const sample = await measure(peer, { shape, source: ['cat', file], server, folder });
				samples.push({ ...sample, round });
			}
		}
		server.stop();
		const last = ({ run }: Sample) => run.lastStateSeconds ?? Number.NaN;
		const against = (sample: (typeof samples)[number]) => {
			const faros = samples.find(
				({ peer, round }) => peer.name === FAROS && round === sample.round,
			);
			return faros ? last(sample) / last(faros) : Number.NaN;
		};
		const rows = [...byPeer(samples)].map(([name, own]) => ({
			name,
			ratio: middle(own, against),
			...figuresOf(own, shape),
		}));
		const ratio = rows.find(({ name }) => name === OURS)?.ratio ?? Number.NaN;
		return {
			section: 'small',
			title: `A small sync: ${whole(PEOPLE)} people`,
			notes: [
				`20 to 150 ms to answer, 120 requests a minute (a small sync needs 50), a STATE every 10; medians of ${rounds}.`,
				deliveries(samples),
			],
			tables: [
				{
					caption: '',
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
			aims: [{ label: 'time to the last state × faros', value: ratio, atMost: 0.3 }],
			losses: lossesOf(samples),
			charts: [
				{
					title: `${whole(PEOPLE)} people: seconds to the last state`,
					bars: rows.map(({ name, lastState }) => ({ name, value: lastState })),
					digits: 1,
				},
			],
		};
	},
};
