import type { Aim } from './finding.mts';

/** The rate limit that Flameup documents. */
export const LIMIT = 120;
export const MINUTE_MS = 60_000;
export const PER_REQUEST = 100;
/** Runs start in the middle of a clock window, so that clock windows differ from windows of the run. */
export const START_MS = MINUTE_MS / 2;

/** How a run used the allowance. */
export type Usage = {
	peoplePerRequest: number;
	/** Requests sent, as a share of those available to us in the windows of the run. */
	share: number;
	rateLimited: number;
	/** Time to the last STATE, relative to the time until the last required window opens. */
	timeRatio: number;
};

/** Computes usage from the counts. */
export function usageOf(run: {
	people: number;
	/** Requests that were not answered with 429. */
	taken: number;
	rateLimited: number;
	/** Requests per window that another client of the key leaves us. */
	allowed: number;
	windows: number;
	ms: number;
	/** By how much the first window is shorter than a minute. */
	earlyMs?: number;
}): Usage {
	const needed = Math.ceil(run.people / PER_REQUEST / run.allowed);
	return {
		peoplePerRequest: run.people / run.taken,
		share: run.taken / (run.allowed * run.windows),
		rateLimited: run.rateLimited,
		timeRatio: run.ms / ((needed - 1) * MINUTE_MS - (run.earlyMs ?? 0)),
	};
}

/** The headings of the usage columns. */
export const USAGE_HEADINGS = ['people/request', 'share', '429s', 'T/T0'];

/** The cells of these columns. */
export const usageCells = ({ peoplePerRequest, share, rateLimited, timeRatio }: Usage) => [
	peoplePerRequest.toFixed(1),
	`${(share * 100).toFixed(1)} %`,
	String(rateLimited),
	timeRatio.toFixed(3),
];

/** The targets of our runs; each is for the worst of them. */
export function usageAims(usages: Usage[]): Aim[] {
	const all = (of: (usage: Usage) => number) => usages.map(of);
	const least = (of: (usage: Usage) => number) => Math.min(...all(of));
	const most = (of: (usage: Usage) => number) => Math.max(...all(of));
	return [
		{ label: 'people per request', value: least((of) => of.peoplePerRequest), atLeast: 99.9 },
		{ label: 'share of the allowance, %', value: least((of) => of.share * 100), atLeast: 99.5 },
		{ label: '429s', value: most((of) => of.rateLimited), atMost: 0 },
		{ label: 'T/T0', value: most((of) => of.timeRatio), atMost: 1.05 },
	];
}

/** An explanation of the headings. */
export const USAGE_LEGEND =
	'Share: requests sent, as a share of those allowed in the windows of the run (shared key: of the half that is left). T/T0: time to the last state, relative to the time until the last window opens.';
