import { table } from '../../bench/table.mts';
import type { Cell } from './cells.mts';
import { matrix } from './cells.mts';

import {
	type Figures,
	figuresOf,
	judgeCore,
	judgeDestination,
	judgeTraffic,
	printedBy,
	type Verdict,
} from './judge.mts';
import { runCore, runDestination, sceneOf } from './run.mts';

/** What one cell came to. */
interface Result {
	readonly cell: Cell;
	readonly figures: Figures;
	readonly verdict: Verdict;
}

const NO_FIGURES: Figures = {
	received: 0,
	upserted: 0,
	rejected: 0,
	requests: 0,
	rateLimited: 0,
	failed: true,
};

/** Runs one cell through the destination and through the core alone. */
export async function runCell(cell: Cell): Promise<Result> {
	try {
		const scene = sceneOf(cell);
		const written = await runDestination(scene);
		const printed = printedBy(written);
		const core = await runCore(scene);
		const verdict = [
			...judgeDestination(printed, scene, written.fake.flameup),
			...judgeTraffic(written.fake, scene),
			...judgeCore(core, scene).map((text) => `core: ${text}`),
		];
		return { cell, figures: figuresOf(printed), verdict };
	} catch (error) {
		return { cell, figures: NO_FIGURES, verdict: [`it broke: ${String(error)}`] };
	}
}

/** The cell as it can be given to --cell. */
export const asOption = ({ group: _, ...cell }: Cell): string => `--cell '${JSON.stringify(cell)}'`;

/** Runs every cell in simulated time, prints the table, and tells whether all kept the promises. */
export async function runMatrix(cells: readonly Cell[]): Promise<boolean> {
	const results: Result[] = [];
	for (const cell of cells) results.push(await runCell(cell));
	console.log(tableOf(results));
	return printFailed(results);
}

/** One line for each cell that did not keep its promises. */
export function printFailed(results: readonly Result[]): boolean {
	const failed = results.filter(({ verdict }) => verdict.length > 0);
	for (const { cell, verdict } of failed) {
		console.log(`FAIL ${cell.group}: ${verdict.join('; ')}\n     ${asOption(cell)}`);
	}
	return failed.length === 0;
}

/** The values of a cell, as the table's rows have them. */
function* valuesOf({ crowd, settings = {}, switches }: Cell): Generator<[string, string]> {
	yield ['crowd', crowd];
	for (const [name, value] of Object.entries(switches)) {
		if (name === 'keys') yield [name, JSON.stringify(switches.keys?.[0]?.permissions)];
		else if (name === 'faults') for (const kind of Object.values(value)) yield ['fault', kind];
		else if (name === 'faultKinds' && switches.faultKinds?.length === 1)
			yield ['fault', `${value}`];
		else yield [name, String(value)];
	}
	for (const part of Object.values(settings)) {
		if (typeof part !== 'object') continue;
		for (const [name, value] of Object.entries(part)) yield [name, String(value)];
	}
}

function tableOf(results: readonly Result[]): string {
	const groups = Map.groupBy(results, ({ cell }) => cell.group);
	const byValue = new Map<string, Map<string, Result[]>>();
	for (const result of results) {
		for (const [axis, value] of new Set([...valuesOf(result.cell)].map((one) => one.join('\n')))
			.values()
			.map((text) => text.split('\n') as [string, string])) {
			const values = byValue.get(axis) ?? new Map<string, Result[]>();
			byValue.set(axis, values);
			values.set(value, [...(values.get(value) ?? []), result]);
		}
	}
	const head = ['', 'cells', 'failing', 'requests/100', '429s', 'rejected', 'runs failed', ''];
	const rows = [
		...[...groups].map(([name, some]) => rowOf(name, some)),
		rowOf('all', results),
		head.map(() => ''),
		...[...byValue].flatMap(([axis, values]) =>
			[...values]
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([value, some]) => rowOf(`${axis} ${value}`, some)),
		),
	];
	return table([head, ...rows]);
}

function rowOf(name: string, results: readonly Result[]): string[] {
	const sum = (of: (figures: Figures) => number) =>
		results.reduce((total, { figures }) => total + of(figures), 0);
	const failing = results.filter(({ verdict }) => verdict.length > 0).length;
	const received = sum((figures) => figures.received);
	return [
		name,
		String(results.length),
		String(failing),
		((sum((figures) => figures.requests) * 100) / Math.max(1, received)).toFixed(1),
		String(sum((figures) => figures.rateLimited)),
		`${((sum((figures) => figures.rejected) * 100) / Math.max(1, received)).toFixed(1)} %`,
		String(sum((figures) => (figures.failed ? 1 : 0))),
		failing === 0 ? 'ok' : 'FAIL',
	];
}

/** Every cell. */
export const cells = matrix;
