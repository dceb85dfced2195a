import { table } from '../../../bench/table.mts';
import { type Cell, corners, matrix } from './cells.mts';

import {
	type Figures,
	figuresOf,
	judgeCore,
	judgeDestination,
	judgeTraffic,
	printedBy,
} from './judge.mts';
import { printFailed, type Result } from './result.mts';
import { runCore, runDestination, sceneOf } from './run.mts';
import { runProcesses } from './sockets.mts';

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
		return { cell, figures: undefined, verdict: [`it broke: ${String(error)}`] };
	}
}

/** Runs every cell in simulated time. */
export async function runCells(cells: readonly Cell[]): Promise<Result[]> {
	const results: Result[] = [];
	for (const cell of cells) results.push(await runCell(cell));
	return results;
}

/** Every way to run a cell, for main.mts. */
export { corners, matrix, printFailed, runProcesses };

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

/** The table: a row for each group of cells, and one for each value of each switch. */
export function tableOf(results: readonly Result[]): string {
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
		results.reduce((total, { figures }) => total + (figures ? of(figures) : 0), 0);
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
