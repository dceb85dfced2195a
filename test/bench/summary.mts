import { cpus } from 'node:os';
import { aims } from './aims.mts';
import { PINNED } from './cores.mts';
import type { Shape } from './records.mts';
import type { Sample } from './sample.mts';
import { median, table, whole } from './table.mts';

/** A peer's medians over all rounds. */
export type Figures = {
	name: string;
	recordsPerSecond: number;
	cpuPerMillion: number;
	/** CPU over that of the parse floors around it, each run by itself. */
	ratios: number[];
	peakSmall: number;
	peak: number;
};

/** The two sizes that were run, and how long the server waited before each answer. */
type Setup = { small: Shape; full: Shape; latency: number };

const MEGABYTE = 1e6;

/** The section's text: what was run, the figures, what arrived, which aims are reached. */
export function summary(samples: Sample[], setup: Setup) {
	const byName = Map.groupBy(samples, ({ peer }) => peer.name);
	const figures = [...byName].map(([name, own]) => figuresOf(name, own, setup));
	const delivering = samples.filter(({ peer }) => peer.delivers);
	const lost = samples.filter(({ losses }) => losses.length > 0);
	const judged = new Set(delivering.map(({ peer }) => peer.name));
	for (const { peer } of lost) judged.delete(peer.name);
	return [
		title(setup),
		table([headings(setup), ...figures.map(row)]),
		deliveries(delivering),
		...lost.map(({ peer, losses }) => `LOST: ${peer.name} ${losses.join('; ').trim()}`),
		...figures.filter(({ name }) => judged.has(name)).map((of) => aims(of, setup)),
	].join('\n\n');
}

function figuresOf(name: string, own: Sample[], { small, full }: Setup): Figures {
	const at = (size: Shape) => own.filter(({ shape }) => shape === size);
	const peakAt = (size: Shape) => median(at(size).map(({ run }) => run.peakBytes)) / MEGABYTE;
	const cpuSeconds = median(at(full).map(({ run }) => run.cpuSeconds));
	return {
		name,
		recordsPerSecond: full.records / median(at(full).map(({ run }) => run.seconds)),
		cpuPerMillion: (cpuSeconds / full.records) * 1e6,
		ratios: at(full).map(({ run, floorCpuSeconds }) => run.cpuSeconds / floorCpuSeconds),
		peakSmall: peakAt(small),
		peak: peakAt(full),
	};
}

function title({ full: { records, perState }, latency }: Setup) {
	const processors = `${cpus().length} × ${cpus()[0]?.model}`;
	const cores = PINNED ? 'what is measured has a core to itself' : 'cores not assigned';
	return [
		`Throughput: ${whole(records)} records through a pipe, a STATE every ${whole(perState)}`,
		`no rate limit${latency > 0 ? `, ${latency} ms until each answer` : ''}; medians`,
		`Node ${process.versions.node}, ${processors}, ${cores}`,
	].join('\n');
}

const headings = ({ small, full }: Setup) => [
	'',
	'records/s',
	'CPU s per 1M',
	'CPU × parse floor',
	`peak MB at ${whole(small.records)}`,
	`at ${whole(full.records)}`,
	'ratio',
];

const row = (of: Figures) => [
	of.name,
	whole(of.recordsPerSecond),
	of.cpuPerMillion.toFixed(2),
	`${median(of.ratios).toFixed(2)} (${Math.min(...of.ratios).toFixed(2)}–${Math.max(...of.ratios).toFixed(2)})`,
	of.peakSmall.toFixed(0),
	of.peak.toFixed(0),
	(of.peak / of.peakSmall).toFixed(2),
];

function deliveries(samples: Sample[]) {
	const sum = (of: (sample: Sample) => number) => samples.reduce((all, one) => all + of(one), 0);
	const people = sum(({ totals }) => totals.people);
	const requests = sum(({ totals }) => totals.requests);
	const busy = sum(({ totals }) => totals.cpuSeconds) / sum(({ run }) => run.seconds);
	const lines = [
		`${whole(sum(({ shape }) => shape.records))} records in, ${whole(people)} people out`,
		`${whole(requests)} requests, ${(people / (requests || 1)).toFixed(1)} people in each`,
		`server busy for ${(busy * 100).toFixed(0)} % of the time`,
	];
	if (samples.every(({ losses }) => losses.length === 0))
		lines.push('each person arrived once; each STATE came back unchanged and in order');
	return lines.join('\n');
}
