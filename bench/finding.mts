import { table } from './table.mts';

/** What a section found: all that is printed, written and drawn. */
export type Finding = {
	section: string;
	title: string;
	/** How it was measured, one sentence or more each. */
	notes: string[];
	tables: Table[];
	aims: Aim[];
	/** What did not arrive; a benchmark that loses people measures nothing. */
	losses: string[];
	charts: Chart[];
};

/** Rows of text, under a caption where there are several tables; the first row is the head. */
export type Table = { caption?: string; rows: string[][] };

/** A figure, and how low or how high it should be; null where what it needs was not run. */
export type Aim = { label: string; value: number | null; atMost?: number; atLeast?: number };

/** Bars of one measure, one per peer, and the aim that ours has. */
export type Chart = {
	title: string;
	better: 'lower' | 'higher';
	bars: { name: string; value: number }[];
	/** Digits after the point. */
	digits: number;
	aim?: number;
};

/** The finding as plain text. */
export const textOf = ({ title, notes, tables, aims, losses }: Finding) =>
	[
		[title, ...notes].join('\n'),
		...tables.flatMap(({ caption = '', rows }) => [caption, table(rows)]),
		...losses.map((loss) => `LOST: ${loss}`),
		aims.map((aim) => `  ${verdict(aim).padEnd(12)} ${sentence(aim)}`).join('\n'),
	]
		.filter(Boolean)
		.join('\n\n');

/** Whether the aim is reached. */
export function verdict({ value, atMost = Infinity, atLeast = -Infinity }: Aim) {
	if (isMissing(value)) return 'not measured';
	return value <= atMost && value >= atLeast ? 'reached' : 'NOT reached';
}

/** The aim with its figure. */
export function sentence({ label, value, atMost, atLeast }: Aim) {
	const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
	return `${label}: ${isMissing(value) ? 'none' : shown(value)}, ${limit}`;
}

/** JSON has no NaN. */
const isMissing = (value: number | null): value is null => value === null || Number.isNaN(value);

const shown = (value: number) => String(Number(value.toFixed(Math.abs(value) >= 10 ? 2 : 3)));
