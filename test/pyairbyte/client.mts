import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { python } from './environment.mts';

/** A destination as passed to PyAirbyte. */
export interface DestinationSpec {
	executable: string;
	config: Record<string, unknown>;
}

/** A source as passed to PyAirbyte: an executable, or a manifest that PyAirbyte runs itself. */
export type SourceSpec = { config: object; streams: string[] } & (
	| { executable: string }
	| { manifest: object }
);

/** The timeout of one request. */
const patienceMs = 300_000;

/** Starts a Python program that runs requests with PyAirbyte, one after another. */
export function startClient(folder: string, env: NodeJS.ProcessEnv) {
	const program = path.join(import.meta.dirname, 'client.py');
	const child = spawn(python, [program], { cwd: folder, env, stdio: 'pipe', detached: true });
	const ended = once(child, 'exit');
	child.stdin.on('error', () => undefined);
	const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	let output = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});
	const kill = () => {
		if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
	};

	return {
		/** The output of PyAirbyte and the connectors. */
		output: () => output,
		/** Sends one request; an exception of PyAirbyte is thrown under its own name. */
		async ask<Value>(action: string, given: object): Promise<Value> {
			child.stdin.write(`${JSON.stringify({ action, with: given })}\n`);
			const timer = setTimeout(kill, patienceMs);
			const { value: line } = await answers.next();
			clearTimeout(timer);
			if (line === undefined) {
				throw new Error(`The client ended during ${action}:\n${output.slice(-2000)}`);
			}
			const { value, error } = JSON.parse(line);
			if (error) throw Object.assign(new Error(error.text), { name: error.type });
			return value;
		},
		async stop() {
			child.stdin.end();
			await ended;
		},
	};
}
