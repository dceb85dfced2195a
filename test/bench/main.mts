/**
 * The benchmark: `npm run bench -- [--records 1000000] [--rounds 3] [--states 1000] [--seed 1]
 * [--latency 0] [--destination build/destination-flameup]`. Figures go to stdout, progress to
 * stderr. It fails only if people or STATEs were lost, never because of time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowance } from './allowance.mts';
import { readOptions } from './options.mts';
import { throughput } from './throughput.mts';

/** Each prints its figures and tells whether everything arrived. */
const SECTIONS = [throughput, allowance];

const options = readOptions(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), 'flameup-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

for (const section of SECTIONS) {
	const arrived = await section(options, folder);
	if (!arrived) process.exitCode = 1;
}
