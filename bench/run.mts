import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { owned } from './children.mts';
import { onOwnCore } from './cores.mts';

/** The command that writes a source's messages. */
export type Source = string[];

/** The resources that a command used for a source on its stdin. */
export type Measures = {
	seconds: number;
	cpuSeconds: number;
	peakBytes: number;
	/** Seconds from the start until a STATE appeared in its output; null if there was none. */
	firstStateSeconds: number | null;
	lastStateSeconds: number | null;
	/** CPU seconds a second after the first minute, without start-up; null for shorter runs. */
	steadyCpu: number | null;
};

/** How a command ended, and what it printed. */
export type Ending = { exitCode: number | string; output: string; errors: string };

/** The full result of one run of a command. */
export type Run = Measures & Ending;

const METER = join(import.meta.dirname, 'meter.py');
/** A longer run is killed and counts as failed. */
const LONGEST_SECONDS = 3_600;

/** Every peer uses the same Node, and no proxy. */
export const ENVIRONMENT = {
	...process.env,
	PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
	NO_PROXY: '127.0.0.1',
	no_proxy: '127.0.0.1',
};

/** Runs `source | command`; the output is written to files in the folder. */
export async function run(command: string[], source: Source, folder: string): Promise<Run> {
	const own = mkdtempSync(join(folder, 'run-'));
	const [output, errors] = [join(own, 'output'), join(own, 'errors')];
	const told = [METER, output, errors, String(LONGEST_SECONDS), JSON.stringify(source)];
	const metered = promisify(execFile)('python3', [...told, ...onOwnCore(command)], {
		env: ENVIRONMENT,
	});
	owned(metered.child);
	const { stdout } = await metered;
	const printed = { output: readFileSync(output, 'utf8'), errors: readFileSync(errors, 'utf8') };
	rmSync(own, { recursive: true });
	return { ...JSON.parse(stdout), ...printed };
}
