import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Message, parseMessage } from './message.mts';

/** What a connector did with one command. */
export interface Run {
	messages: Message[];
	exitCode: number | null;
	/** What it said when it failed: its error message, or else the end of its stderr. */
	complaint: string;
}

/** What the caller wants to feed in, and to hear while it runs. */
interface RunOptions {
	signal: AbortSignal;
	input?: Iterable<string>;
	onMessage?: (message: Message) => void;
}

const KILL_AFTER_MS = 3_000;

/** Our own Node first, and none of the environment's proxies: the demo stays on this machine. */
const environment = () => ({
	PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
});

/** Ends the process politely, then not. */
const endOnAbort = (child: ReturnType<typeof spawn>, signal: AbortSignal) => {
	const end = () => {
		child.kill('SIGTERM');
		const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
		child.once('close', () => clearTimeout(timer));
	};
	signal.addEventListener('abort', end, { once: true });
	child.once('close', () => signal.removeEventListener('abort', end));
};

/** Runs one connector command as Airbyte does: messages in through stdin, messages out of stdout. */
export const runConnector = async (
	executable: string,
	args: string[],
	{ signal, input = [], onMessage }: RunOptions,
): Promise<Run> => {
	signal.throwIfAborted();
	const child = spawn(executable, args, { env: environment(), stdio: 'pipe' });
	endOnAbort(child, signal);
	const closed = once(child, 'close');
	const messages: Message[] = [];
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr = (stderr + text).slice(-2_000);
	});
	createInterface({ input: child.stdout }).on('line', (line) => {
		const message = parseMessage(line);
		if (!message) return;
		messages.push(message);
		onMessage?.(message);
	});
	// A connector that stops reading early tells why by its exit status and its last messages.
	const fed = pipeline(Readable.from(input), child.stdin).catch(() => undefined);
	const [exitCode] = (await closed) as [number | null];
	await fed;
	signal.throwIfAborted();
	const error = messages.findLast(({ trace }) => trace?.error)?.trace?.error?.message;
	return { messages, exitCode, complaint: error ?? stderr.trim() };
};
