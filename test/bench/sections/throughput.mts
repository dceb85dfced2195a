import { join } from 'node:path';
import { byPeer, deliveries, digits, figuresOf, lossesOf, middle } from '../figures.mts';
import type { Aim, Chart } from '../finding.mts';
import { measure, type Sample, type Setting } from '../measure.mts';
import { FAROS, LINE_FLOOR, OURS, PARSE_FLOOR, type Peer } from '../peers.mts';
import { type Shape, writeRecords } from '../records.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';
import { whole } from '../table.mts';

/** Memory that grows with the sync shows in comparison with a sync of this size. */
const SMALL = 100_000;

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
		for (const perState of states) {
			for (const size of sizes) {
				const shape = { records: size, perState, seed };
				const file = join(folder, 'source.jsonl');
				console.error(`Writing ${size} records, a STATE every ${perState} …`);
				writeRecords(file, shape);
				const setting = { shape, source: ['cat', file], server, folder };
				for (let round = 1; round <= rounds; round++) {
					console.error(`Round ${round} of ${rounds}, ${size} records`);
					samples.push(...(await playRound(everyone, setting)));
				}
			}
		}
		server.stop();
		const sections = states.map((perState) => ({
			perState,
			figures: figuresFor(samples.filter(({ shape }) => shape.perState === perState)),
		}));
		const busy = samples.filter(({ peer }) => peer.delivers);
		const share = middle(busy, ({ totals, run }) => totals.cpuSeconds / run.seconds);
		return {
			section: 'throughput',
			title: 'Full speed',
			notes: [
				`No latency, no rate limit; ${sizes.map(whole).join(' and ')} records; medians of ${rounds}. CPU × parse floor: each run by the floors right before and after it, in brackets the lowest and the highest.`,
				`${deliveries(samples)} The server was busy for ${(share * 100).toFixed(0)} % of the time.`,
			],
			tables: sections.map(({ perState, figures }) => ({
				caption: `A STATE every ${whole(perState)}`,
				rows: [headings(sizes), ...figures.map(row)],
			})),
			aims: sections.flatMap(({ perState, figures }) => aims(figures, records, perState)),
			losses: lossesOf(samples),
			charts: charts(sections.at(-1)?.figures ?? [], records),
		};
	},
};

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
		const of = (some: Paired[]) => figuresOf(some, some[0]?.shape as Shape);
		const ratios = full.map(({ run, floorCpuSeconds }) => run.cpuSeconds / floorCpuSeconds);
		return { name, ...of(full), small: of(small), ratios, ratio: middle(ratios, (one) => one) };
	});
}

const headings = ([small = 0, full = small]: number[]) => [
	'',
	`records/s at ${whole(small)}`,
	`at ${whole(full)}`,
	'CPU s per 1M',
	'CPU × parse floor',
	'people/request',
	`peak MB at ${whole(small)}`,
	`at ${whole(full)}`,
	'first state, s',
	'last state, s',
];

const row = (of: Figures) => [
	of.name,
	whole(of.small.recordsPerSecond),
	whole(of.recordsPerSecond),
	digits(of.cpuPerMillion, 2),
	`${digits(of.ratio, 2)} (${digits(Math.min(...of.ratios), 2)}–${digits(Math.max(...of.ratios), 2)})`,
	digits(of.peoplePerRequest, 1),
	digits(of.small.peakMegabytes, 0),
	digits(of.peakMegabytes, 0),
	digits(of.firstState, 2),
	digits(of.lastState, 2),
];

function aims(figures: Figures[], records: number, perState: number): Aim[] {
	const of = (peer: string) => figures.find(({ name }) => name === peer);
	const [ours, faros] = [of(OURS), of(FAROS)];
	if (!ours) return [];
	const over = (mine: number, theirs: number | undefined) => mine / (theirs ?? Number.NaN);
	const at = `${whole(records)} records, a STATE every ${whole(perState)}`;
	const { cpuPerMillion, peakMegabytes, ratio, small } = ours;
	return [
		{ label: `CPU × the parse floor, ${at}`, value: ratio, atMost: 2.2 },
		{ label: `CPU × faros, ${at}`, value: over(cpuPerMillion, faros?.cpuPerMillion), atMost: 0.6 },
		{ label: `peak MB, ${at}`, value: peakMegabytes, atMost: 110 },
		{
			label: `peak × that at ${whole(Math.min(records, SMALL))}, ${at}`,
			value: records > SMALL ? over(peakMegabytes, small.peakMegabytes) : null,
			atMost: 1.15,
		},
		{
			label: `peak × faros, ${at}`,
			value: over(peakMegabytes, faros?.peakMegabytes),
			atMost: 0.33,
		},
	];
}

function charts(figures: Figures[], records: number): Chart[] {
	const bars = (of: (figures: Figures) => number) =>
		figures.map((one) => ({ name: one.name, value: of(one) }));
	const at = `${whole(records)} records`;
	return [
		{ title: `CPU × parse floor, ${at}`, bars: bars(({ ratio }) => ratio), digits: 2, aim: 2.2 },
		{
			title: `Peak memory, MB, ${at}`,
			bars: bars(({ peakMegabytes }) => peakMegabytes),
			digits: 0,
			aim: 110,
		},
		{
			title: `Records a second, ${at}`,
			bars: bars(({ recordsPerSecond }) => recordsPerSecond),
			digits: 0,
		},
	];
}
