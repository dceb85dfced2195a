import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { type Failure, toJson } from './failure';

/** How each row ended, in whatever order they end. */
export interface Results {
	/** Rows that came to a good end. */
	readonly succeeded: number;
	/** The failed row that comes first, if there is one. */
	readonly firstFailure: { readonly row: number; readonly failure: Failure } | undefined;
	/** Failed rows by code. */
	readonly failures: ReadonlyMap<string, number>;
	isSettled(row: number): boolean;
	/** Without items the row is only counted. */
	succeed(row: number, ...items: IDataObject[]): void;
	fail(row: number, failure: Failure): void;
	/** Fails every row that has no end yet. */
	failRest(failure: Failure): void;
	/** Rows that came to a good end, in order. */
	succeededRows(): number[];
	/** First the good items, so that n8n does not take the run for a failed one; then the failed rows. */
	items(): INodeExecutionData[];
}

/** Each item is paired with the row that it came from. */
export function createResults(rows: number): Results {
	const good = new Map<number, readonly IDataObject[]>();
	const bad = new Map<number, Failure>();
	const failures = new Map<string, number>();
	const inOrder = <T>(map: ReadonlyMap<number, T>): [number, T][] =>
		[...map].sort(([a], [b]) => a - b);
	const isSettled = (row: number) => good.has(row) || bad.has(row);

	function fail(row: number, failure: Failure): void {
		bad.set(row, failure);
		const { code } = failure.details;
		failures.set(code, (failures.get(code) ?? 0) + 1);
	}

	return {
		get succeeded() {
			return good.size;
		},
		get firstFailure() {
			let first: [number, Failure] | undefined;
			for (const entry of bad) if (first === undefined || entry[0] < first[0]) first = entry;
			return first && { row: first[0], failure: first[1] };
		},
		failures,
		isSettled,
		succeed: (row, ...items) => void good.set(row, items),
		fail,
		failRest(failure) {
			for (let row = 0; row < rows; row++) if (!isSettled(row)) fail(row, failure);
		},
		succeededRows: () => inOrder(good).map(([row]) => row),
		items() {
			const items: INodeExecutionData[] = [];
			for (const [row, jsons] of inOrder(good)) {
				for (const json of jsons) items.push({ json, pairedItem: { item: row } });
			}
			for (const [row, failure] of inOrder(bad)) {
				items.push({ json: toJson(failure, row), pairedItem: { item: row } });
			}
			return items;
		},
	};
}
