import { byPeer, deliveries, digits, figuresOf, lossesOf, middle } from './figures.mts';
import type { Aim, Chart, Finding } from './finding.mts';
import type { Sample } from './measure.mts';
import { FAROS, OURS } from './peers.mts';
import { median, whole } from './table.mts';

const MOST = { ratio: 2.2, megabytes: 110 };

/**
 * A sample with the mean CPU time of the parse floors before and after it, which reflects the machine's
 * speed.
 */
export type Paired = Sample & { floorCpuSeconds: number };

/** A peer's medians over all rounds of one number of records before each STATE. */
type Figures = ReturnType<typeof figuresOf> & {
	name: string;
	small: ReturnType<typeof figuresOf>;
	/** CPU time relative to the floors around it. */
	ratio: number;
	ratios: number[];
};

/** The results of runs at full speed; the sizes are those of their sources, the smaller one first. */
export function fullSpeed(samples: Paired[], sizes: number[], rounds: number): Finding {
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
			`No latency, no rate limit; ${sizes.map(whole).join(' and ')} records; medians of ${rounds}. CPU × parse floor: each run relative to the floors right before and after it; lowest and highest in brackets.`,
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
			ratio: median(ratios),
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
	const { peakMegabytes: peak, ratio } = ours;
	const growth = Number.isNaN(full) ? full : over(peak, ours.small.peakMegabytes);
	return [
		{ label: 'CPU × the parse floor', value: ratio, atMost: MOST.ratio },
		{ label: 'CPU × faros', value: over(ratio, faros?.ratio), atMost: 0.6 },
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
