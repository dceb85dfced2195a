/** Lines of input as a source writes them. */

interface Where {
	readonly stream?: string;
	readonly namespace?: string | null;
}

/** A RECORD line. */
export const record = (data: unknown, { namespace, stream = 'people' }: Where = {}): string =>
	`${JSON.stringify({
		type: 'RECORD',
		record: { stream, ...(namespace !== undefined && { namespace }), data, emitted_at: 1 },
	})}\n`;

/** A STREAM state line with a cursor. */
export const state = (cursor: number, { namespace, stream = 'people' }: Where = {}): string =>
	`${JSON.stringify({
		type: 'STATE',
		state: {
			type: 'STREAM',
			stream: {
				stream_descriptor: { name: stream, ...(namespace !== undefined && { namespace }) },
				stream_state: { cursor },
			},
			id: cursor,
		},
	})}\n`;

/** Records of people numbered from `from` to `to`, with a state after every `every`; its cursor is the last person. */
export function people(from: number, to: number, every = 10, more: object = {}): string {
	let lines = '';
	for (let n = from; n <= to; n++) {
		lines += record({ id: `p${n}`, email: `p${n}@example.com`, ...more });
		if (n % every === 0) lines += state(n);
	}
	return lines;
}

/** The cursor of a state that `state` wrote, with or without statistics. */
export const cursorOf = (line: string): number => JSON.parse(line).state.stream.stream_state.cursor;

/** The last person that a run has acknowledged; 0 when it has acknowledged none. */
export const lastCursor = (states: readonly string[]): number => {
	const last = states.at(-1);
	return last === undefined ? 0 : cursorOf(last);
};

/** IDs p1 to p… that `people` writes. */
export const ids = (to: number): string[] => Array.from({ length: to }, (_, i) => `p${i + 1}`);

/** States with the statistics removed, or reset to their original null. */
export const withoutStats = (line: string, before: 'absent' | 'null' = 'absent'): string => {
	const STATS =
		/,?"destinationStats":\{"recordCount":\d+,"rejectedRecordCount":\d+,"additionalStats":\{[^}]*\}\}/;
	return before === 'null'
		? line.replace(STATS, (stats) => stats.replace(/\{.*$/, 'null'))
		: line.replace(STATS, '');
};

/** The sum of what the statistics of states say. */
export function sumOfStats(states: readonly string[]) {
	const sum = {
		recordCount: 0,
		rejectedRecordCount: 0,
		created: 0,
		updated: 0,
		merged: 0,
		unchanged: 0,
		deleted_in_source: 0,
		skipped: 0,
		requests: 0,
	};
	for (const line of states) {
		const { additionalStats, ...counts } = JSON.parse(line).state.destinationStats;
		for (const [name, value] of Object.entries({ ...counts, ...additionalStats })) {
			sum[name as keyof typeof sum] += value as number;
		}
	}
	return sum;
}
