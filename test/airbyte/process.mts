import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Message, ofType, readMessage } from './messages.mts';
import { keepPrinted } from './printed.mts';

/** The connector as it is shipped. */
export const EXECUTABLE = fileURLToPath(
	new URL('../../build/destination-flameup', import.meta.url),
);

/** One message, and when it came. */
export interface Received {
	readonly message: Message;
	readonly line: string;
	/** Milliseconds since the process was started. */
	readonly at: number;
}

/** How a process ended, and its output. */
export interface Ending {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly afterMs: number;
	/** Everything written to either output, unchanged. */
	readonly output: string;
	readonly stderr: string;
	readonly received: readonly Received[];
	/** STATE lines as they were printed. */
	readonly states: readonly string[];
	readonly logs: readonly string[];
	readonly errors: readonly { message: string; internal_message: string; failure_type: string }[];
}

export interface StartOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Another program than the connector itself, such as a shell that starts it. */
	readonly program?: string;
	/** False: standard output is left unread until `read` is called. */
	readonly reads?: boolean;
	/** Killed after this time. */
	readonly longestMs?: number;
	/** False: what it prints is not checked against Airbyte's own models, because its input was invalid. */
	readonly keepsPrinted?: boolean;
}

export type Connector = ReturnType<typeof start>;

const running = new Set<ChildProcess>();

/** Ends every connector that still runs. */
export function endAll(): void {
	for (const child of running) child.kill('SIGKILL');
}

/** Our own Node first, and nothing else of the test environment. */
export const PATH = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');

/** Starts the built connector. Throws when it has not been built. */
export function start(args: readonly string[], options: StartOptions = {}) {
	if (!existsSync(EXECUTABLE)) {
		throw new Error('There is no build/destination-flameup. Run "npm run build:airbyte" first.');
	}
	const startedAt = performance.now();
	const child = spawn(options.program ?? EXECUTABLE, args, {
		cwd: options.cwd,
		env: { PATH, ...options.env },
		stdio: 'pipe',
		...(options.longestMs !== undefined && { timeout: options.longestMs, killSignal: 'SIGKILL' }),
	});
	running.add(child);
	child.stdin.on('error', () => undefined);

	const received: Received[] = [];
	const broken: string[] = [];
	let output = '';
	let stderr = '';
	let rest = '';
	let onNews: (() => void)[] = [];
	const elapsed = () => performance.now() - startedAt;

	function news(): void {
		const waiting = onNews;
		onNews = [];
		for (const resolve of waiting) resolve();
	}

	function take(text: string): void {
		output += text;
		rest += text;
		if (!text.includes('\n')) return;
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			try {
				received.push({ message: readMessage(line), line, at: elapsed() });
			} catch (error) {
				broken.push(`${line.slice(0, 300)} (${error})`);
			}
		}
		news();
	}

	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const read = () => void child.stdout.setEncoding('utf8').on('data', take);
	if (options.reads !== false) read();

	const ended: Promise<Ending> = once(child, 'close').then(([code, signal]) => {
		running.delete(child);
		if (options.keepsPrinted !== false) keepPrinted(received.map(({ line }) => line));
		news();
		if (rest !== '' || broken.length > 0) {
			throw new Error(`Not one message a line on standard output: ${[...broken, rest].join('; ')}`);
		}
		const messages = received.map(({ message }) => message);
		return {
			code,
			signal,
			afterMs: elapsed(),
			output: output + stderr,
			stderr,
			received,
			states: statesIn(received),
			logs: ofType(messages, 'LOG').map(({ log }) => log.message),
			errors: ofType(messages, 'TRACE').map(({ trace }) => trace.error),
		};
	});
	ended.catch(() => undefined);

	return {
		child,
		ended,
		elapsed,
		read,
		get states() {
			return statesIn(received);
		},
		get logs() {
			return ofType(
				received.map(({ message }) => message),
				'LOG',
			).map(({ log }) => log.message);
		},
		/** Resolves once the system has taken the bytes: not while the connector does not read. */
		write: (bytes: string | Uint8Array) =>
			new Promise<void>((resolve) => void child.stdin.write(bytes, () => resolve())),
		/** Closes standard input, and waits for the end. */
		end(bytes: string | Uint8Array = ''): Promise<Ending> {
			child.stdin.end(bytes);
			return ended;
		},
		/** Sends a signal, and waits for the end. */
		kill(signal: NodeJS.Signals): Promise<Ending> {
			child.kill(signal);
			return ended;
		},
		/** Resolves when N states are back. */
		async acknowledged(states: number): Promise<void> {
			while (statesIn(received).length < states && child.exitCode === null) {
				await new Promise<void>((resolve) => onNews.push(resolve));
			}
		},
	};
}

const statesIn = (received: readonly Received[]): string[] =>
	received.filter(({ message }) => message.type === 'STATE').map(({ line }) => line);

/** Polls until a condition holds that no promise reports, such as in another process. */
export async function until(holds: () => boolean, withinMs = 40_000): Promise<void> {
	const last = performance.now() + withinMs;
	while (!holds()) {
		if (performance.now() > last) throw new Error(`Not within ${withinMs} ms: ${holds}`);
		await sleep(10);
	}
}
