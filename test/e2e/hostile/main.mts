import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled } from '../../bundled.mts';

const { values } = parseArgs({
	options: {
		/** One cell as JSON, as a failing line shows it. */
		cell: { type: 'string' },
		/** One group of cells only. */
		group: { type: 'string' },
		/** Of real processes only, or of simulated time only. */
		only: { type: 'string' },
	},
});
const url = await bundled(join(import.meta.dirname, 'matrix.mts'));
const {
	corners,
	matrix,
	printFailed,
	runCells,
	runProcesses,
	tableOf,
}: typeof import('./matrix.mts') = await import(url);
const began = Date.now();
const chosen = (cells: ReturnType<typeof matrix>) => {
	if (values.cell !== undefined) return [{ group: 'one', ...JSON.parse(values.cell) }];
	return cells.filter(({ group }) => values.group === undefined || group === values.group);
};
let kept = true;

async function section(title: string, name: string, run: typeof runCells, cells = matrix()) {
	if (values.only !== undefined && values.only !== name) return;
	const started = Date.now();
	const results = await run(chosen(cells));
	console.log(`${title}: ${results.length} cells, ${seconds(started)}\n\n${tableOf(results)}\n`);
	kept = printFailed(results) && kept;
}

const seconds = (since: number) => `${Math.round((Date.now() - since) / 1000)} s`;

await section('The destination and the core alone, in simulated time', 'simulated', runCells);
if (values.cell === undefined || values.only === 'processes') {
	await section('The built connector, over real sockets', 'processes', runProcesses, corners());
}
console.log(`${kept ? 'Every promise was kept' : 'FAILED'} (${seconds(began)})`);
if (!kept) process.exitCode = 1;
process.exit();
