import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
	byPeer,
	deliveries,
	digits,
	figuresOf,
	lossesOf,
	ratiosOf,
	ratioText,
} from '../figures.mts';
import type { Aim, Finding } from '../finding.mts';
import { measurePaired, type Paired } from '../measure.mts';
import { FAROS, NAIVE, OURS, type Peer } from '../peers.mts';
import { changedOf, type Shape, writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';
import { whole } from '../table.mts';
import { LIMIT, PER_REQUEST } from '../usage.mts';

const PER_STATE = 1_000;
const CHANGED_EVERY = 100;
const MOST = { ratio: 3, megabytes: 110, bytesPerPerson: 60 };

const CHANGED = `${OURS}: send_changed`;
const FIRST_NIGHT = `${CHANGED}, the first night`;

/** A full refresh in which few people have changed since the last one; only ours can leave out the others. */
export const night: Section = {
	seconds: ({ peers, records, rounds }) => {
		const others = peers.filter((name) => name === 'faros' || name === 'naive').length;
		return records * (80e-6 + rounds * (60e-6 + others * 35e-6));
	},
	async run({ options: { answers, records, rounds, seed }, senders, folder }) {
		const server = await startSink(answers);
		const file = join(folder, 'source.jsonl');
		const play = (peers: Peer[], shape: Shape) =>
			measurePaired(peers, { shape, source: ['cat', file], server, folder });
		const storage = join(folder, 'storage');
		const target = { apiUrl: server.apiUrl, limited: false };
		const [remembering] = senders({ ...target, storage });
		if (!remembering) throw new Error(`${OURS} is missing`);
		const others = senders(target).filter(({ name }) => [OURS, FAROS, NAIVE].includes(name));

		console.error(`The first night, ${records} records`);
		const first: Shape = { records, perState: PER_STATE, seed, kind: 'languages' };
		writeRecords(file, first);
		mkdirSync(storage);
		const samples = await play([{ ...remembering, name: FIRST_NIGHT }], first);
		const kept = `${storage}-of-the-first-night`;
		cpSync(storage, kept, { recursive: true });

		const second = { ...first, changedEvery: CHANGED_EVERY };
		writeRecords(file, second);
		const changed = {
			...remembering,
			name: CHANGED,
			skipsUnchanged: true,
			prepare: () => {
				rmSync(storage, { recursive: true });
				cpSync(kept, storage, { recursive: true });
			},
		};
		for (let round = 1; round <= rounds; round++) {
			console.error(`Round ${round} of ${rounds}, the second night, ${records} records`);
			samples.push(...(await play([changed, ...others], second)));
		}
		server.stop();
		return findingOf(samples, second, rounds, bytesIn(join(kept, 'fingerprints')));
	},
};

const bytesIn = (folder: string) =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.reduce((all, { name, parentPath }) => all + statSync(join(parentPath, name)).size, 0);

/** A peer's figures over all rounds. */
type Figures = ReturnType<typeof figuresFor>;

function figuresFor(name: string, samples: Paired[]) {
	const requests = Math.max(...samples.map(({ totals }) => totals.requests));
	return { name, ...figuresOf(samples), ...ratiosOf(samples), requests };
}

function findingOf(samples: Paired[], shape: Shape, rounds: number, storedBytes: number): Finding {
	const { records } = shape;
	const figures = [...byPeer(samples)].map(([name, own]) => figuresFor(name, own));
	const senders = figures.filter(({ requests }) => requests > 0);
	return {
		section: 'night',
		title: 'The second night',
		notes: [
			`A full refresh of ${whole(records)} people, of whom ${whole(changedOf(shape))} have changed since the last one; a STATE every ${whole(PER_STATE)}. The run of the first night with \`changes: send_changed\` left ${whole(storedBytes)} bytes in its storage, a folder: ${digits(storedBytes / records, 2)} a person.`,
			`Requests: counted by the server. Minutes: the windows of a minute that they need at ${LIMIT} requests in each. Everything else at full speed: no latency, no rate limit; medians of ${rounds} (first night: a single run). CPU × parse floor: each run relative to the floors right before and after it; lowest and highest in brackets.`,
			deliveries(samples),
		],
		tables: [{ rows: [HEADINGS, ...figures.map(row)] }],
		aims: aims(figures, shape),
		losses: lossesOf(samples),
		charts: [
			{
				title: `The second night: requests for ${whole(records)} people`,
				bars: senders.map(({ name, requests }) => ({ name, value: requests })),
				better: 'lower',
				digits: 0,
			},
		],
	};
}

const HEADINGS = ['', 'requests', 'minutes', 'CPU s per 1M', 'CPU × parse floor', 'peak MB'];

const row = (of: Figures) => [
	of.name,
	of.requests === 0 ? '–' : whole(of.requests),
	of.requests === 0 ? '–' : whole(Math.ceil(of.requests / LIMIT)),
	digits(of.cpuPerMillion, 2),
	ratioText(of),
	digits(of.peakMegabytes, 0),
];

function aims(figures: Figures[], shape: Shape): Aim[] {
	const ours = figures.find(({ name }) => name === CHANGED);
	const { bytesPerPerson, megabytes, ratio } = MOST;
	return [
		{
			label: 'requests',
			value: ours?.requests ?? null,
			atMost: Math.ceil(changedOf(shape) / PER_REQUEST),
		},
		{ label: 'CPU × the parse floor', value: ours?.ratio ?? null, atMost: ratio },
		{
			label: `peak MB (${megabytes}, and ${bytesPerPerson} bytes a person)`,
			value: ours?.peakMegabytes ?? null,
			atMost: megabytes + (shape.records * bytesPerPerson) / 1e6,
		},
	];
}
