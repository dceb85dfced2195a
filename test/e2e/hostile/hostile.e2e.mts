import { expect, it } from 'vitest';
import { expectBudget, expectPace } from './budget.mts';
import { corners, matrix } from './cells.mts';
import type { Cell } from './combine.mts';
import { evidenceOf } from './evidence.mts';
import { expectInvariants } from './invariants.mts';
import { type Run, runProcess, runSimulated } from './run.mts';
import { runTwoNights } from './secondNight.mts';

/** Processes at once. */
const AT_ONCE = 2;

/** One in so many cells is followed by a second night. */
const SECOND_NIGHTS = 20;

/** Failing cells that are shown in full. */
const SHOWN = 3;

async function simulate(cell: Cell): Promise<Run> {
	const run = await runSimulated(cell);
	expectInvariants(evidenceOf(run));
	expectPace(run.fake, run.scene);
	expectBudget(run);
	return run;
}

async function connect(cell: Cell): Promise<Run> {
	const { ending, ...run } = await runProcess(cell);
	expectInvariants(evidenceOf(run));
	expectBudget(run);
	expect(ending.stderr, 'standard error').toBe('');
	expect(ending.code, 'exit code').toBe(run.failure === undefined ? 0 : 1);
	expect(ending.errors.length, 'traces').toBe(ending.code);
	return run;
}

/** A test for each group of cells; it continues after a failure and shows the first few failures. */
function groups(place: string, cells: readonly Cell[], atOnce: number, run: typeof simulate): void {
	for (const [group, some] of Map.groupBy(cells, (cell) => cell.group)) {
		it(`${place}: ${group} (${some.length} cells)`, async ({ annotate }) => {
			const failed: string[] = [];
			const sums = { requests: 0, rateLimited: 0, failed: 0 };
			const left = [...some];
			async function work(): Promise<void> {
				for (let cell = left.shift(); cell !== undefined; cell = left.shift()) {
					try {
						const { exchanges, failure, rateLimited } = await run(cell);
						sums.requests += exchanges.length;
						sums.rateLimited += rateLimited;
						sums.failed += failure === undefined ? 0 : 1;
					} catch (error) {
						failed.push(`${error}\nagain: ${command(cell, place)}`);
					}
				}
			}
			await Promise.all(Array.from({ length: atOnce }, work));
			const { requests, rateLimited, failed: runs } = sums;
			await annotate(`${requests} requests, ${rateLimited} answers of 429, ${runs} runs failed`);
			if (failed.length === 0) return;
			const shown = failed.slice(0, SHOWN).join('\n\n');
			expect.fail(`${failed.length} of ${some.length} cells failed:\n\n${shown}`);
		});
	}
}

const command = (cell: Cell, place: string) =>
	`CELL='${JSON.stringify(cell)}' npm run test:hostile -- -t '${place}'`;

const { CELL } = process.env;
const only: Cell[] | undefined = CELL === undefined ? undefined : [JSON.parse(CELL)];
groups('simulated', only ?? matrix(), 1, simulate);
groups('processes', only ?? corners(), AT_ONCE, connect);

/** All cells but those whose settings do not fit Flameup. */
const reachable = matrix().filter(({ group }) => group !== 'access');
const twice = only ?? reachable.filter((_, place) => place % SECOND_NIGHTS === 0);
it(`second nights: only what is certain is left out (${twice.length} cells)`, async ({
	annotate,
}) => {
	const failed: string[] = [];
	let unchanged = 0;
	for (const cell of twice) {
		try {
			unchanged += await runTwoNights(cell);
		} catch (error) {
			failed.push(`${error}\nagain: ${command(cell, 'second nights')}`);
		}
	}
	await annotate(`${unchanged} records were left out`);
	expect(failed.slice(0, SHOWN).join('\n\n')).toBe('');
	// It proves nothing if everyone is sent.
	if (only === undefined) expect(unchanged).toBeGreaterThan(10_000);
});
