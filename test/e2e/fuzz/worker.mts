import { parentPort, workerData } from 'node:worker_threads';
import { fc, properties } from './properties.mts';

/** What main.mts was called with. */
export interface FuzzOptions {
	readonly root: string;
	readonly cases: number;
	readonly seed: number;
	/** Only this one, and only from here. */
	readonly property?: string;
	readonly path?: string;
}

/** Cases between two signs of life. */
const PER_SIGN = 20;

const options: FuzzOptions = workerData;
let seen = 0;
const all = properties(options.root, () => {
	if (seen++ % PER_SIGN === 0) parentPort?.postMessage(seen);
});
for (const { name, property, share } of all) {
	if (options.property !== undefined && options.property !== name) continue;
	const { path, seed } = options;
	const began = Date.now();
	const details = await fc.check(property, {
		seed,
		numRuns: Math.ceil(options.cases * share),
		...(path !== undefined && { path }),
	});
	const seconds = Math.round((Date.now() - began) / 1000);
	if (!details.failed) {
		console.log(`ok   ${name}: ${details.numRuns} cases (${seconds} s)`);
		continue;
	}
	process.exitCode = 1;
	console.log(
		`FAIL ${name}, after ${details.numRuns} cases (${seconds} s): ${shown(details.errorInstance)}`,
	);
	console.log(
		`     with ${fc.stringify((details.counterexample as unknown[] | null)?.map(readable)).slice(0, 4_000)}`,
	);
	console.log(
		`     again: --property '${name}' --seed ${details.seed} --path '${details.counterexamplePath}'`,
	);
}

/** With the place it came from, unless it is the judge's own sentence. */
function shown(error: unknown): unknown {
	return error instanceof Error && error.name !== 'Error' ? error.stack : error;
}

function readable(part: unknown): unknown {
	return part instanceof Uint8Array ? Buffer.from(part).toString('utf8') : part;
}
