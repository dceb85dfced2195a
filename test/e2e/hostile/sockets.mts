import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../../../simulator/server.mts';
import { endAll, start } from '../../airbyte/process.mts';
import { requestBudget } from './budget.mts';
import type { Cell } from './cells.mts';
import { figuresOf, judgeDestination, reportIn } from './judge.mts';
import type { Result } from './result.mts';
import { sceneOf } from './run.mts';
import { linesOf, refuse } from './source.mts';

/** Longer than any of these cells takes, on a slow machine too. */
const LONGEST_MS = 60_000;

/** As many processes at once. */
const AT_ONCE = 2;

/** Runs one cell through the built connector, over a real socket and in real time. */
async function runProcess(cell: Cell): Promise<Result> {
	const simulator = await startSimulator({
		...cell.switches,
		refuse: refuse(sceneOf(cell).rows),
	});
	const folder = mkdtempSync(join(tmpdir(), 'flameup-hostile-'));
	try {
		const scene = sceneOf(cell, simulator.url);
		const config = join(folder, 'config.json');
		const catalog = join(folder, 'catalog.json');
		writeFileSync(config, scene.config);
		writeFileSync(catalog, scene.catalog);
		const connector = start(['write', '--config', config, '--catalog', catalog]);
		const timer = setTimeout(() => connector.child.kill('SIGKILL'), LONGEST_MS);
		const ending = await connector.end(linesOf(scene.rows));
		clearTimeout(timer);
		const { byStatus, requests } = simulator.flameup.stats();
		const printed = {
			states: ending.states,
			report: reportIn(ending.logs),
			failure: ending.errors[0],
			output: ending.output,
			requests,
			rateLimited: byStatus['429'] ?? 0,
		};
		const verdict = judgeDestination(printed, scene, simulator.flameup);
		const budget = requestBudget(scene, simulator.flameup);
		if (requests > budget) verdict.push(`${requests} requests, and ${budget} are allowed`);
		if (ending.stderr !== '') verdict.push(`on standard error: ${ending.stderr.slice(0, 200)}`);
		if (ending.code !== (ending.errors.length === 0 ? 0 : 1) || ending.errors.length > 1) {
			verdict.push(`exit code ${ending.code} with ${ending.errors.length} traces`);
		}
		return { cell, figures: figuresOf(printed), verdict };
	} finally {
		await simulator.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Runs each cell as a process of its own. */
export async function runProcesses(cells: readonly Cell[]): Promise<Result[]> {
	const results: Result[] = [];
	const left = [...cells];
	async function work(): Promise<void> {
		for (let cell = left.shift(); cell !== undefined; cell = left.shift()) {
			const one = cell;
			results.push(
				await runProcess(one).catch((error: unknown) => ({
					cell: one,
					figures: undefined,
					verdict: [`it broke: ${String(error)}`],
				})),
			);
		}
	}
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	endAll();
	return results;
}
