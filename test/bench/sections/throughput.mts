import { join } from 'node:path';
import { byPeer, deliveries, digits, figuresOf, lossesOf, middle } from '../figures.mts';
import type { Aim, Chart, Finding } from '../finding.mts';
import { measure, type Sample, type Setting } from '../measure.mts';
import { FAROS, LINE_FLOOR, OURS, PARSE_FLOOR, type Peer } from '../peers.mts';
import { writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';
import { whole } from '../table.mts';

/** Memory that grows with the sync shows in comparison with a sync of this size. */
const SMALL = 100_000;

const MOST = { ratio: 2.2, megabytes: 110 };

/** With the mean of the parse floors right before and after: the machine's speed at that moment. */
type Paired = Sample & { floorCpuSeconds: number };

/** A peer's medians over all rounds of one number of records before each STATE. */
type Figures = ReturnType<typeof figuresOf> & {
	name: string;
	small: ReturnType<typeof figuresOf>;
	/** CPU over that of the floors around it. */
	ratio: number;
	ratios: number[];
};

/** Everyone at full speed, for two sizes, in comparison with the floors. */
export const throughput: Section = {
	seconds: ({ records, rounds, states, peers }) => {
		const all = records + Math.min(records, SMALL);
		const perRecord = 13e-6 + peers.length * 12e-6;
		return states.length * (all * 10e-6 + rounds * all * perRecord);
	},
	async run({ options, senders, folder }) {
		const { records, states, seed, rounds } = options;
		const sizes = [...new Set([Math.min(SMALL, records), records])];
		const server = await startSink();
		const everyone = [LINE_FLOOR, ...senders({ apiUrl: server.apiUrl, limited: false })];
		const samples: Paired[] = [];
		for (const shape of states.flatMap((perState) =>
			sizes.map((size) => ({ records: size, perState, seed })),
		)) {
			const file = join(folder, 'source.jsonl');
			console.error(`Writing ${shape.records} records, a STATE every ${shape.perState} …`);
			writeRecords(file, shape);
			for (let round = 1; round <= rounds; round++) {
				console.error(`Round ${round} of ${rounds}, ${shape.records} records`);
				const setting = { shape, source: ['cat', file], server, folder };
				samples.push(...(await playRound(everyone, setting)));
			}
		}
		server.stop();
		return findingOf(samples, sizes, rounds);
	},
};

function findingOf(samples: Paired[], sizes: number[], rounds: number): Finding {
	const parts = [...Map.groupBy(samples, ({ shape }) => shape.perState)].map(([perState, own]) => ({
		caption: `A STATE every ${whole(perState)}`,
		figures: figuresFor(own),
	}));
	const sending = samples.filter(({ peer }) => peer.delivers);
	const busy = middle(sending, ({ totals, run }) => totals.cpuSeconds / run.seconds);
	const records = Math.max(...sizes);
	return {
		section: 'throughput',
		title: 'Full speed',
		notes: [
			`No latency, no rate limit; ${sizes.map(whole).join(' and ')} records; medians of ${rounds}. CPU × parse floor: each run by the floors right before and after it, in brackets the lowest and the highest.`,
			`${deliveries(samples)} The server was busy for ${(busy * 100).toFixed(0)} % of the time.`,
		],
		tables: parts.map(({ caption, figures }) => ({
			caption,
			rows: tableOf(figures, sizes),
		})),
		aims: parts.flatMap(({ caption, figures }) => aims(figures, sizes, caption)),
		losses: lossesOf(samples),
		charts: charts(parts.at(-1)?.figures ?? [], records),
	};
}

/** Floor, peer, floor, peer, …, floor: each peer lies between the two that it is compared with. */
async function playRound(everyone: Peer[], setting: Setting): Promise<Paired[]> {
	let before = await measure(PARSE_FLOOR, setting);
	const samples = [{ ...before, floorCpuSeconds: before.run.cpuSeconds }];
	for (const peer of everyone) {
		const sample = await measure(peer, setting);
		const after = await measure(PARSE_FLOOR, setting);
		const floorCpuSeconds = (before.run.cpuSeconds + after.run.cpuSeconds) / 2;
		samples.push({ ...sample, floorCpuSeconds });
		samples.push({ ...after, floorCpuSeconds: after.run.cpuSeconds });
		before = after;
	}
	return samples;
}

function figuresFor(samples: Paired[]): Figures[] {
	return [...byPeer(samples)].map(([name, own]) => {
		const sizes = [...Map.groupBy(own, ({ shape }) => shape.records).values()];
		const [small = [], full = small] = sizes;
		const ratios = full.map(({ run, floorCpuSeconds }) => run.cpuSeconds / floorCpuSeconds);
		return {
			name,
			...figuresOf(full),
			small: figuresOf(small),
			ratios,
			ratio: middle(ratios, (one) => one),
		};
	});
}

function tableOf(figures: Figures[], [small = 0, full]: number[]) {
	const at = (label: string, size = small) => `${label} at ${whole(size)}`;
	const atSmall = (label: string, of: (figures: Figures['small']) => string): Column[] =>
		full === undefined ? [] : [[at(label), ({ small }) => of(small)]];
	const speed = (of: Figures['small']) => whole(of.recordsPerSecond);
	const peak = (of: Figures['small']) => digits(of.peakMegabytes, 0);
	const columns: Column[] = [
		['', ({ name }) => name],
		...atSmall('records/s', speed),
		[at('records/s', full), speed],
		['CPU s per 1M', ({ cpuPerMillion }) => digits(cpuPerMillion, 2)],
		['CPU × parse floor', ({ ratio, ratios }) => `${digits(ratio, 2)} (${rangeOf(ratios)})`],
		['people/request', ({ peoplePerRequest }) => digits(peoplePerRequest, 1)],
		...atSmall('peak MB', peak),
		[at('peak MB', full), peak],
		['first state, s', ({ firstState }) => digits(firstState, 2)],
		['last state, s', ({ lastState }) => digits(lastState, 2)],
	];
	const rows = figures.map((of) => columns.map(([, cell]) => cell(of)));
	return [columns.map(([heading]) => heading), ...rows];
}

type Column = [heading: string, cell: (of: Figures) => string];

const rangeOf = (values: number[]) =>
	[Math.min(...values), Math.max(...values)].map((end) => digits(end, 2)).join('–');

function aims(figures: Figures[], sizes: number[], caption: string): Aim[] {
	const of = (peer: string) => figures.find(({ name }) => name === peer);
	const [ours, faros] = [of(OURS), of(FAROS)];
	if (!ours) return [];
	const over = (mine: number, theirs = Number.NaN) => mine / theirs;
	const [small = 0, full = Number.NaN] = sizes;
	const { cpuPerMillion, peakMegabytes: peak, ratio } = ours;
	const growth = Number.isNaN(full) ? full : over(peak, ours.small.peakMegabytes);
	return [
		{ label: 'CPU × the parse floor', value: ratio, atMost: MOST.ratio },
		{ label: 'CPU × faros', value: over(cpuPerMillion, faros?.cpuPerMillion), atMost: 0.6 },
		{ label: 'peak MB', value: peak, atMost: MOST.megabytes },
		{ label: `peak × that at ${whole(small)} records`, value: growth, atMost: 1.15 },
		{ label: 'peak × faros', value: over(peak, faros?.peakMegabytes), atMost: 0.33 },
	].map(({ label, ...aim }) => ({ label: `${caption}: ${label}`, ...aim }));
}

function charts(figures: Figures[], records: number): Chart[] {
	const bars = (of: (figures: Figures) => number) =>
		figures.map((one) => ({ name: one.name, value: of(one) }));
	const at = `${whole(records)} records`;
	return [
		{
			title: `CPU × parse floor, ${at}`,
			bars: bars(({ ratio }) => ratio),
			better: 'lower',
			digits: 2,
			aim: MOST.ratio,
		},
		{
			title: `Peak memory, MB, ${at}`,
			bars: bars(({ peakMegabytes }) => peakMegabytes),
			better: 'lower',
			digits: 0,
			aim: MOST.megabytes,
		},
		{
			title: `Records a second, ${at}`,
			bars: bars(({ recordsPerSecond }) => recordsPerSecond),
			better: 'higher',
			digits: 0,
		},
	];
}
