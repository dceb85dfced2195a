import { join } from 'node:path';
import {
	deliveries,
	digits,
	figuresOf,
	lossesOf,
	middle,
	type Ratios,
	ratiosOf,
	ratioText,
} from '../figures.mts';
import type { Aim, Chart, Finding, Table } from '../finding.mts';
import { measurePaired, type Paired, type Sample } from '../measure.mts';
import type { Options } from '../options.mts';
import { BENTHOS, FAROS, LINE_FLOOR, OURS, PARSE_FLOOR } from '../peers.mts';
import { KINDS, type Kind, writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';
import { whole } from '../table.mts';

const PER_STATE = 1_000;
const MOST = { ratio: 4, megabytes: 90, betweenKinds: 1.25 };

/** All peers at full speed on each kind of data, and ours on more records, compared with the floors. */
export const throughput: Section = {
	seconds: ({ kinds, peers, records, rounds, ...options }) => {
		const ours = (records + options['peer-records']) * 45e-6;
		const theirs = peers.length * options['peer-records'] * 60e-6;
		return kinds.length * (records * 12e-6 + rounds * (ours + theirs));
	},
	async run({ options, senders, folder }) {
		const server = await startSink(options.answers);
		const everyone = senders({ apiUrl: server.apiUrl, limited: false });
		const ours = everyone.filter(({ name }) => name.startsWith(OURS));
		const samples: Paired[] = [];
		const runs = [
			{ records: options['peer-records'], peers: [LINE_FLOOR, ...everyone] },
			{ records: options.records, peers: ours },
		];
		for (const kind of options.kinds) {
			for (const { peers, records } of runs) {
				const shape = { records, perState: PER_STATE, seed: options.seed, kind };
				const file = join(folder, 'source.jsonl');
				writeRecords(file, shape);
				for (let round = 1; round <= options.rounds; round++) {
					console.error(`Round ${round} of ${options.rounds}, ${records} records, ${KINDS[kind]}`);
					const setting = { shape, source: ['cat', file], server, folder };
					samples.push(...(await measurePaired(peers, setting)));
				}
			}
		}
		server.stop();
		return findingOf(samples, options);
	},
};

/** A peer's medians over all rounds of one source. */
type Figures = ReturnType<typeof figuresOf> &
	Ratios & { name: string; kind: Kind; records: number };

function findingOf(samples: Paired[], options: Options): Finding {
	const { answers, kinds, records, rounds } = options;
	const figures = [...Map.groupBy(samples, keyOf).values()].map(figuresFor);
	const small = figures.filter((one) => one.records === options['peer-records']);
	const sending = samples.filter(({ peer }) => peer.delivers);
	const busy = middle(sending, ({ totals, run }) => totals.cpuSeconds / run.seconds);
	const listed = answers === 'empty' ? 'list nobody' : 'list everybody with their attributes';
	return {
		section: 'throughput',
		title: 'Full speed',
		notes: [
			`No latency, no rate limit; answers ${listed}; a STATE every ${whole(PER_STATE)}; medians of ${rounds}. CPU × parse floor: each run relative to the floors right before and after it; lowest and highest in brackets.`,
			`${deliveries(samples)} The server was busy for ${(busy * 100).toFixed(0)} % of the time.`,
		],
		tables: [
			...kinds.map((kind) => ({
				caption: `Data: ${KINDS[kind]}`,
				rows: [HEADINGS, ...figures.filter((one) => one.kind === kind).map(row)],
			})),
			timeTable(small, kinds),
		],
		aims: [
			...kinds.flatMap((kind) => aims(figures, kind, options)),
			betweenKinds(figures, records),
		],
		losses: lossesOf(samples),
		charts: kinds.flatMap((kind) => {
			const textOnly = kind !== kinds.at(-1) && ({ textOnly: true } as const);
			const own = charts(small.filter((one) => one.kind === kind));
			return own.map((one) => ({ ...one, detail: KINDS[kind], ...textOnly }));
		}),
	};
}

const keyOf = ({ peer, shape: { kind, records } }: Sample) => `${kind} ${records} ${peer.name}`;

function figuresFor(samples: Paired[]): Figures {
	const [{ peer, shape }] = samples as [Paired];
	return { ...shape, name: peer.name, ...figuresOf(samples), ...ratiosOf(samples) };
}

const HEADINGS = [
	'',
	'records',
	'records/s',
	'CPU s per 1M',
	'CPU × parse floor',
	'people/request',
	'peak MB',
	'first state, s',
	'last state, s',
];

const row = (of: Figures) => [
	of.name,
	whole(of.records),
	whole(of.recordsPerSecond),
	digits(of.cpuPerMillion, 2),
	ratioText(of),
	digits(of.peoplePerRequest, 1),
	digits(of.peakMegabytes, 0),
	digits(of.firstState, 2),
	digits(of.lastState, 2),
];

/** What the floors take of our CPU time, and what is left for the destination's own work. */
function timeTable(figures: Figures[], kinds: Kind[]): Table {
	const cpu = (peer: string, kind: Kind) =>
		figures.find((one) => one.kind === kind && one.name === peer)?.cpuPerMillion ?? Number.NaN;
	const rows = kinds.map((kind) => {
		const [lines, parsed, all] = [LINE_FLOOR.name, PARSE_FLOOR.name, OURS].map((peer) =>
			cpu(peer, kind),
		) as [number, number, number];
		return [
			KINDS[kind],
			...[lines, parsed - lines, all - parsed, all].map((cpu) => digits(cpu, 2)),
		];
	});
	return {
		caption: `Where the time goes: CPU s per 1M at ${whole(figures[0]?.records ?? 0)} records`,
		rows: [
			['', 'start Node, find the lines', 'parse them', 'map, batch, send and confirm', OURS],
			...rows,
		],
	};
}

function aims(figures: Figures[], kind: Kind, options: Options): Aim[] {
	const of = (peer: string, records: number) =>
		figures.find((one) => one.kind === kind && one.name === peer && one.records === records);
	const ours = of(OURS, options.records);
	const small = of(OURS, options['peer-records']);
	const over = (mine = Number.NaN, theirs = Number.NaN) => mine / theirs;
	const [faros, benthos] = [FAROS, BENTHOS].map((name) => of(name, options['peer-records']));
	return [
		{ label: 'CPU × the parse floor', value: ours?.ratio ?? null, atMost: MOST.ratio },
		{ label: 'CPU × faros', value: over(small?.ratio, faros?.ratio), atMost: 0.6 },
		{ label: 'CPU × Benthos', value: over(small?.ratio, benthos?.ratio), atMost: 0.4 },
		{ label: 'peak MB', value: ours?.peakMegabytes ?? null, atMost: MOST.megabytes },
		{
			label: `peak × that at ${whole(options['peer-records'])} records`,
			value: over(ours?.peakMegabytes, small?.peakMegabytes),
			atMost: 1.15,
		},
		{
			label: 'peak × faros',
			value: over(small?.peakMegabytes, faros?.peakMegabytes),
			atMost: 0.33,
		},
	].map(({ label, ...aim }) => ({ label: `${KINDS[kind]}: ${label}`, ...aim }));
}

function betweenKinds(figures: Figures[], records: number): Aim {
	const ratios = figures
		.filter((one) => one.name === OURS && one.records === records)
		.map(({ ratio }) => ratio);
	const value = Math.max(...ratios) / Math.min(...ratios);
	const label = 'CPU × the parse floor, highest kind × lowest';
	return { label, value, atMost: MOST.betweenKinds };
}

function charts(figures: Figures[]): Chart[] {
	const [first] = figures;
	const bars = (of: (figures: Figures) => number) =>
		figures.map((one) => ({ name: one.name, value: of(one) }));
	const at = `${whole(first?.records ?? 0)} records`;
	return [
		{
			title: `CPU × parse floor, ${at}`,
			bars: bars(({ ratio }) => ratio),
			better: 'lower',
			digits: 2,
		},
		{
			title: `Peak memory, MB, ${at}`,
			bars: bars(({ peakMegabytes }) => peakMegabytes),
			better: 'lower',
			digits: 0,
		},
		{
			title: `Records a second, ${at}`,
			bars: bars(({ recordsPerSecond }) => recordsPerSecond),
			better: 'higher',
			digits: 0,
		},
	];
}
