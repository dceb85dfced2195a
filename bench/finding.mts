import { BENTHOS, FAROS, NAIVE, OURS, SYSLOG_NG } from './peers.mts';
import { table } from './table.mts';

const PEERS = [FAROS, NAIVE, BENTHOS, SYSLOG_NG];

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

/** Bars for a measure, one per peer. */
export type Chart = {
	title: string;
	better: 'lower' | 'higher';
	bars: { name: string; value: number }[];
	/** Decimal places. */
	digits: number;
	/** What follows the title in a sentence. */
	detail?: string;
	/** Compared in words only, because the picture has enough of its kind. */
	textOnly?: true;
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

/** Where another peer is better than ours at the same, one sentence each. */
export const advantages = (charts: Chart[]): string[] => charts.flatMap(advantagesIn);

function advantagesIn({ title, detail, better, bars, digits }: Chart): string[] {
	const what = detail === undefined ? title : `${title}, ${detail}`;
	const sign = better === 'lower' ? 1 : -1;
	return bars
		.filter(({ name }) => name.startsWith(OURS))
		.flatMap((ours) => {
			const rivals = PEERS.map((peer) => peer + ours.name.slice(OURS.length));
			const shown = figure(ours.value, digits);
			return bars
				.filter(({ name, value }) => rivals.includes(name) && sign * (ours.value - value) > 0)
				.map(({ name, value }) => ({ name, other: figure(value, digits) }))
				.filter(({ other }) => other !== shown)
				.map(({ name, other }) => `${what}: ${name} ${other}, ${ours.name} ${shown}.`);
		});
}

/** A figure as people read it; NaN, for a value that was not measured, becomes null in a file. */
export const figure = (value: number | null, digits: number) =>
	value === null || Number.isNaN(value)
		? '–'
		: value.toLocaleString('en-US', {
				minimumFractionDigits: digits,
				maximumFractionDigits: digits,
			});

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
