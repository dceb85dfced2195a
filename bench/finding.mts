import { table } from './table.mts';

/** The results of a section, to be printed, written and drawn. */
export type Finding = {
	section: string;
	title: string;
	/** How it was measured, one sentence or more each. */
	notes: string[];
	tables: Table[];
	aims: Aim[];
	/** Losses; a run that loses people is not a valid measurement. */
	losses: string[];
	charts: Chart[];
};

/** Rows of text, headings first; with a caption if there are several tables. */
export type Table = { caption?: string; rows: string[][] };

/** A figure and its target; null if the runs that it needs are missing. */
export type Aim = { label: string; value: number | null; atMost?: number; atLeast?: number };

/** Bars for a measure, one per peer, and our target. */
export type Chart = {
	title: string;
	better: 'lower' | 'higher';
	bars: { name: string; value: number }[];
	/** Decimal places. */
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

/** Whether the target is reached. */
export function verdict({ value, atMost = Infinity, atLeast = -Infinity }: Aim) {
	if (isMissing(value)) return 'not measured';
	return value <= atMost && value >= atLeast ? 'reached' : 'NOT reached';
}

/** The target with its figure. */
export function sentence({ label, value, atMost, atLeast }: Aim) {
	const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
	return `${label}: ${isMissing(value) ? 'none' : shown(value)}, ${limit}`;
}

/** JSON has no NaN. */
const isMissing = (value: number | null): value is null => value === null || Number.isNaN(value);

const shown = (value: number) => String(Number(value.toFixed(Math.abs(value) >= 10 ? 2 : 3)));
