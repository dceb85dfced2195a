import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CORES, onCore } from './cores.mts';

/** What a command did with a source file on its stdin, and what that took. */
export type Run = {
	exitCode: number;
	seconds: number;
	cpuSeconds: number;
	peakBytes: number;
	output: string;
	errors: string;
};

const METER = join(import.meta.dirname, 'meter.py');

/** Every peer gets this very Node, and reaches the server on loopback without a proxy. */
const ENVIRONMENT = {
	...process.env,
	PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
	NO_PROXY: '127.0.0.1',
	no_proxy: '127.0.0.1',
};

/** Runs `cat source | command`; what it prints goes by way of files beside the source. */
export async function run(command: string[], source: string): Promise<Run> {
	const output = `${source}.output`;
	const errors = `${source}.errors`;
	const metered = ['python3', METER, source, output, errors, ...onCore(CORES.measured, command)];
	const [file = '', ...args] = onCore(CORES.others, metered);
	const { stdout } = await promisify(execFile)(file, args, { env: ENVIRONMENT });
	const printed = { output: readFileSync(output, 'utf8'), errors: readFileSync(errors, 'utf8') };
	return { ...JSON.parse(stdout), ...printed };
}
