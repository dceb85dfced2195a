import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

/** A new user's folder and environment. */
export interface Place {
	readonly folder: string;
	readonly home: string;
}

/** The result of commands. */
export interface Ran {
	readonly code: number | null;
	readonly output: string;
}

/** How long commands may run, and how long one in the background may take to print its first line. */
const LONGEST_MS = 600_000;
const LONGEST_START_MS = 30_000;

/** npm keeps the machine's own configuration and cache, although the home is new. */
const NPM = {
	npm_config_userconfig: path.join(homedir(), '.npmrc'),
	npm_config_cache: path.join(homedir(), '.npm'),
};

/** As in a user's shell, without this repository's tools and the variables that npm and vitest have set. */
function environment({ home }: Place): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(
		([name]) => !/^(?:npm_|NODE|INIT_CWD|VITE|WRITE_DOCS)/i.test(name),
	);
	const folders = (process.env.PATH ?? '').split(path.delimiter);
	const PATH = folders.filter((one) => !one.includes('node_modules')).join(path.delimiter);
	return { ...Object.fromEntries(kept), ...NPM, PATH, HOME: home };
}

/** A shell of its own process group, which stops at the first command that fails. */
const open = (commands: string, place: Place): ChildProcess =>
	spawn('sh', ['-eu', '-c', commands], {
		cwd: place.folder,
		env: environment(place),
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});

function outputOf(child: ChildProcess): () => string {
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	}
	return () => output;
}

/** Ends the shell and all that it has started. */
async function end(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, 'exit');
	process.kill(-child.pid, 'SIGTERM');
	await ended;
}

/** Runs the commands to their end. */
export async function run(commands: string, place: Place): Promise<Ran> {
	const child = open(commands, place);
	const output = outputOf(child);
	const closed = once(child, 'close');
	const timer = setTimeout(() => void end(child), LONGEST_MS);
	const [code] = (await closed) as [number | null];
	clearTimeout(timer);
	return { code, output: output() };
}

/** Whether there is a line that is not one of those with which npm begins. */
const hasBegun = (output: string): boolean => /^[^\s>].*\n/m.test(output);

/** Starts commands that run until they are stopped; resolves once they have printed a line. Returns how to stop them. */
export async function runInBackground(
	commands: string,
	place: Place,
): Promise<() => Promise<void>> {
	const child = open(commands, place);
	const output = outputOf(child);
	for (let waited = 0; !hasBegun(output()) && waited < LONGEST_START_MS; waited += 50) {
		if (child.exitCode !== null) break;
		await after(50);
	}
	if (!hasBegun(output()) || child.exitCode !== null) {
		await end(child);
		throw new Error(`It did not start: ${commands}\n${output()}`);
	}
	return () => end(child);
}
