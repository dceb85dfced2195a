import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { type Failure, type FailureCode, toJson } from './failure';

/** Whom a row is about, as far as it is known. */
export interface Who {
	readonly user_id?: string;
	readonly email?: string;
	readonly id?: string;
}

/** How each row ended, in whatever order they end; every item is paired with its row. */
export class Results {
	readonly #rows: number;
	readonly #succeeded = new Map<number, readonly IDataObject[]>();
	readonly #failed = new Map<number, Failure>();
	/** Of rows that have not succeeded. */
	readonly #who = new Map<number, Who>();
	/** Failed rows by code. */
	readonly failures = new Map<FailureCode, number>();

	constructor(rows: number) {
		this.#rows = rows;
	}

	/** How many rows succeeded. */
	get succeeded(): number {
		return this.#succeeded.size;
	}

	/** The failed row that comes first in the input, if there is one. */
	get firstFailure(): { readonly row: number; readonly failure: Failure } | undefined {
		const [first] = inOrder(this.#failed);
		return first && { row: first[0], failure: first[1] };
	}

	/** Notes whom a row is about, in case it fails. */
	concerns(row: number, who: Who): void {
		this.#who.set(row, who);
	}

	/** Without items the row is only counted. */
	succeed(row: number, ...items: IDataObject[]): void {
		this.#who.delete(row);
		this.#succeeded.set(row, items);
	}

	fail(row: number, failure: Failure): void {
		this.#failed.set(row, failure);
		this.failures.set(failure.code, (this.failures.get(failure.code) ?? 0) + 1);
	}

	/** Fails every row that has not ended yet. */
	failRest(failure: Failure): void {
		for (let row = 0; row < this.#rows; row++) {
			if (!this.#succeeded.has(row) && !this.#failed.has(row)) this.fail(row, failure);
		}
	}

	/** Rows that succeeded, in the order of the input. */
	succeededRows(): number[] {
		return inOrder(this.#succeeded).map(([row]) => row);
	}

	/** Items of failed rows come last, or n8n would take the run for a failed one. */
	items(): INodeExecutionData[] {
		const items: INodeExecutionData[] = [];
		for (const [row, jsons] of inOrder(this.#succeeded)) {
			for (const json of jsons) items.push({ json, pairedItem: { item: row } });
		}
		for (const [row, failure] of inOrder(this.#failed)) {
			items.push({ json: toJson(failure, this.#who.get(row)), pairedItem: { item: row } });
		}
		return items;
	}
}

const inOrder = <T>(map: ReadonlyMap<number, T>): [number, T][] =>
	[...map].sort(([a], [b]) => a - b);
