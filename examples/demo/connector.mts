import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Message, parseMessage } from './message.mts';

/** The result of one connector command. */
export interface Run {
	messages: Message[];
	exitCode: number | null;
	/** Its error message if it failed, or else the end of its stderr. */
	complaint: string;
}

/** The input of a command, and a callback for its messages. */
interface RunOptions {
	signal: AbortSignal;
	input?: Iterable<string>;
	onMessage?: (message: Message) => void;
}

const KILL_AFTER_MS = 3_000;

/** Prefers our own Node, and drops proxy settings, so that the demo stays on this machine. */
const environment = () => ({
	PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
});

/** Ends the process with SIGTERM, and with SIGKILL if it does not react. */
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
	// If a connector stops reading early, its exit status and last messages say why.
	const fed = pipeline(Readable.from(input), child.stdin).catch(() => undefined);
	const [exitCode] = (await closed) as [number | null];
	await fed;
	signal.throwIfAborted();
	const error = messages.findLast(({ trace }) => trace?.error)?.trace?.error?.message;
	return { messages, exitCode, complaint: error ?? stderr.trim() };
};
