import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundled, temporaryFolder } from '../bundle.mts';

const { values } = parseArgs({
	options: { cell: { type: 'string' }, group: { type: 'string' } },
});
const url = await bundled(join(import.meta.dirname, 'matrix.mts'), temporaryFolder());
const { cells, printFailed, runCell, runMatrix }: typeof import('./matrix.mts') = await import(url);
const began = Date.now();
let kept: boolean;
if (values.cell !== undefined) {
	const result = await runCell({ group: 'one', ...JSON.parse(values.cell) });
	console.log(result.figures);
	kept = printFailed([result]);
} else {
	kept = await runMatrix(
		cells().filter(({ group }) => values.group === undefined || group === values.group),
	);
}
console.log(
	`\n${kept ? 'All promises kept' : 'FAILED'} (${Math.round((Date.now() - began) / 1000)} s)`,
);
if (!kept) process.exitCode = 1;
