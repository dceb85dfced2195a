import type { Paired, Sample } from './measure.mts';
import type { Totals } from './sink.mts';
import { median } from './table.mts';

/** The median of a figure over samples. */
export const middle = <T,>(samples: T[], of: (sample: T) => number | null) =>
	median(samples.map((sample) => of(sample) ?? Number.NaN));

/** The figures common to all sections, for a peer's runs of one shape. */
export function figuresOf(samples: Sample[]) {
	const records = samples[0]?.shape.records ?? Number.NaN;
	const sum = (of: (totals: Totals) => number) =>
		samples.reduce((all, { totals }) => all + of(totals), 0);
	return {
		recordsPerSecond: records / middle(samples, ({ run }) => run.seconds),
		cpuPerMillion: (middle(samples, ({ run }) => run.cpuSeconds) / records) * 1e6,
		peakMegabytes: middle(samples, ({ run }) => run.peakBytes) / 1e6,
		peoplePerRequest: sum(({ people }) => people) / sum(({ requests }) => requests),
		firstState: middle(samples, ({ run }) => run.firstStateSeconds),
		lastState: middle(samples, ({ run }) => run.lastStateSeconds),
	};
}

/** The CPU time of each run relative to the floors around it, and the median. */
export type Ratios = { ratio: number; ratios: number[] };

export function ratiosOf(samples: Paired[]): Ratios {
	const ratios = samples.map(({ run, floorCpuSeconds }) => run.cpuSeconds / floorCpuSeconds);
	return { ratio: median(ratios), ratios };
}

/** The median, with the lowest and the highest in brackets. */
export const ratioText = ({ ratio, ratios }: Ratios) =>
	`${digits(ratio, 2)} (${digits(Math.min(...ratios), 2)}–${digits(Math.max(...ratios), 2)})`;

/** The samples by peer, in order of first appearance. */
export const byPeer = <T extends Sample>(samples: T[]) =>
	Map.groupBy(samples, ({ peer }) => peer.name);

/** A number with a fixed number of digits, or a dash if there is none. */
export const digits = (value: number | null, count: number) =>
	value !== null && Number.isFinite(value) ? value.toFixed(count) : '–';

/** All losses with the peer's name, without duplicates. */
export const lossesOf = (samples: Pick<Sample, 'peer' | 'losses'>[]) => [
	...new Set(samples.flatMap(({ peer, losses }) => losses.map((loss) => `${peer.name}: ${loss}`))),
];

/** Summarizes input and output of all runs. */
export function deliveries(samples: Pick<Sample, 'peer' | 'shape' | 'totals' | 'losses'>[]) {
	const delivering = samples.filter(({ peer }) => peer.delivers);
	const records = delivering.reduce((all, { shape }) => all + shape.records, 0);
	const people = delivering.reduce((all, { totals }) => all + totals.people, 0);
	const whole = (count: number) => count.toLocaleString('en-US');
	const complete = delivering.every(({ losses }) => losses.length === 0);
	return `${whole(records)} records in, ${whole(people)} people out; ${
		complete
			? 'everybody arrived, and each STATE came back unchanged and in order.'
			: 'NOT everything arrived correctly.'
	}`;
}
