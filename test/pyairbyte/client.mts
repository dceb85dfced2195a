import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { python } from './environment.mts';

/** What PyAirbyte gave back, or the exception that it raised. */
export type Answer<Value> =
	| { value: Value; error?: undefined }
	| { value?: undefined; error: { type: string; text: string } };

/** A connector as PyAirbyte is told of it. */
export interface ConnectorWish {
	executable: string;
	config: Record<string, unknown>;
	stream?: string;
}

export type Client = ReturnType<typeof startClient>;

/** The longest that one request may take. */
const patienceMs = 300_000;

/** Starts a Python program in which PyAirbyte does what it is asked, one request after another. */
export function startClient(folder: string, env: NodeJS.ProcessEnv) {
	const program = path.join(import.meta.dirname, 'client.py');
	const child = spawn(python, [program], { cwd: folder, env, stdio: 'pipe', detached: true });
	const kill = () => {
		try {
			if (child.pid) process.kill(-child.pid, 'SIGKILL');
		} catch {
			// it has ended already
		}
	};
	process.on('exit', kill);
	child.once('exit', () => {
		kill();
		process.off('exit', kill);
	});
	child.stdin.on('error', () => undefined);
	const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	let output = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		output += text;
	});

	return {
		/** Everything that PyAirbyte and the connectors have printed. */
		output: () => output,
		/** Asks for one thing and waits for the answer. */
		async ask<Value>(action: string, given: object): Promise<Answer<Value>> {
			child.stdin.write(`${JSON.stringify({ action, with: given })}\n`);
			const timer = setTimeout(kill, patienceMs);
			const { value: line } = await answers.next();
			clearTimeout(timer);
			if (line === undefined) {
				throw new Error(`The client ended during ${action}:\n${output.slice(-2000)}`);
			}
			return JSON.parse(line);
		},
		stop: () => void child.stdin.end(),
	};
}
