import { roll } from '../../../simulator/roll.mts';
import type { Switches } from '../../../simulator/switches.mts';
import { isObject } from '../json.mts';
import type { Crowd } from './source.mts';

/** One combination of Flameup, source and settings. */
export interface Cell {
	readonly group: string;
	readonly crowd: Crowd;
	readonly rows?: number;
	readonly seed?: number;
	readonly switches: Partial<Switches>;
	/** Switches that change after this many requests; for processes only. */
	readonly later?: { readonly after: number; readonly switches: Partial<Switches> };
	/** Merged into a configuration for the simulator. */
	readonly settings?: {
		readonly pace?: {
			readonly follow_announced_limit?: boolean;
			readonly requests_in_flight?: number;
			readonly timeout_seconds?: number;
			readonly give_up_after_minutes?: number;
		};
		readonly batches?: { readonly people_per_request?: number };
		readonly mapping?: { readonly empty_values?: 'send' };
		readonly workspace_id?: string;
	};
}

/** The values of an axis; each is merged into the cell. */
export type Axis = readonly Partial<Cell>[];

/** Merges two objects deeply; `over` wins. */
export function laidOver<T extends object>(under: T, over: object): T {
	const below = new Map<string, unknown>(Object.entries(under));
	const merged = Object.entries(over).map(([name, value]) => {
		const old = below.get(name);
		return [name, isObject(value) && isObject(old) ? laidOver(old, value) : value];
	});
	return { ...under, ...Object.fromEntries(merged) };
}

/** Every combination of the axes' values. */
export function cross(group: string, ...axes: readonly Axis[]): Cell[] {
	let cells: Cell[] = [{ group, crowd: 'good', switches: {} }];
	for (const axis of axes) cells = cells.flatMap((cell) => axis.map((one) => laidOver(cell, one)));
	return cells;
}

/** Cells that cover every pair of values of two axes; chosen greedily. */
export function pairwise(group: string, axes: readonly Axis[]): Cell[] {
	const open = new Set<string>();
	const pair = (a: number, i: number, b: number, j: number) => `${a}.${i}-${b}.${j}`;
	axes.forEach((one, a) => {
		for (let b = a + 1; b < axes.length; b++) {
			one.forEach((_, i) => {
				axes[b]?.forEach((_, j) => void open.add(pair(a, i, b, j)));
			});
		}
	});
	const cells: Cell[] = [];
	while (open.size > 0) {
		// Begins with an uncovered pair, then gives each axis the value with most new pairs.
		const [first = ''] = open;
		const fixed = new Map(
			first.split('-').map((end) => end.split('.').map(Number) as [number, number]),
		);
		const chosen = new Map(fixed);
		axes.forEach((axis, a) => {
			if (fixed.has(a)) return;
			const news = axis.map((_, i) => {
				let sum = roll(1, cells.length, a, i);
				for (const [b, j] of chosen) {
					if (open.has(b < a ? pair(b, j, a, i) : pair(a, i, b, j))) sum++;
				}
				return sum;
			});
			chosen.set(a, news.indexOf(Math.max(...news)));
		});
		let cell: Cell = { group, crowd: 'good', switches: {} };
		for (const [a, i] of chosen) {
			for (const [b, j] of chosen) if (a < b) open.delete(pair(a, i, b, j));
			cell = laidOver(cell, axes[a]?.[i] ?? {});
		}
		cells.push(cell);
	}
	return cells;
}
