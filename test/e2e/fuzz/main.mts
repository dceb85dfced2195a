import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { bundled } from '../../bundled.mts';
import { processes } from './processes.mts';

const { values } = parseArgs({
	options: {
		cases: { type: 'string', default: '4000' },
		seed: { type: 'string', default: '1' },
		property: { type: 'string' },
		path: { type: 'string' },
		/** Real processes with changed lines, and half as many for each kind of file; 0 for none. */
		runs: { type: 'string', default: '16' },
		/** Of lines for one process, whose memory is watched. */
		megabytes: { type: 'string', default: '60' },
	},
});

/** So long without a new case means that the last one hangs. */
const HANGS_MS = 60_000;

const root = join(import.meta.dirname, '../../..');
const url = await bundled(join(import.meta.dirname, 'worker.mts'));
const options = { ...values, cases: Number(values.cases), seed: Number(values.seed), root };
const worker = new Worker(new URL(url), { workerData: options });
let last = Date.now();
worker.on('message', () => {
	last = Date.now();
});
const watch = setInterval(() => {
	if (Date.now() - last < HANGS_MS) return;
	console.error(`A case hangs, soon after the last line above (--seed ${values.seed}).`);
	process.exit(1);
}, 1_000);
worker.on('exit', (code) => {
	clearInterval(watch);
	if (code !== 0) process.exitCode = 1;
	void others();
});

async function others(): Promise<void> {
	if (options.runs === '0' || options.property !== undefined) return;
	const { seed } = options;
	const [runs, megabytes] = [Number(values.runs), Number(values.megabytes)];
	if (!(await processes({ root, seed, runs, megabytes }))) process.exitCode = 1;
}
