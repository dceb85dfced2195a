import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { fstatSync, readFileSync } from 'node:fs';
import { setTimeout as timer } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FlameupError } from '../../src/errors';
import type { Clock } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import {
	check,
	connectionStatus,
	discover,
	errorText,
	failure,
	isConfigError,
	readCatalog,
	readSettings,
	spec,
	write,
} from './destination';
import { InputError } from './inputError';
import type { LogLevel, OutgoingMessage } from './protocol';
import { createRedactor } from './redact';
import { peekApiKey } from './settings';
import { createTransport } from './transport.mjs';

const USAGE = `Usage: destination-flameup <command>

  spec                                 print what can be configured
  check    --config FILE               test the API key and the workspace
  discover --config FILE               print what can be written
  write    --config FILE --catalog FILE   send the records on standard input
  hash     --config FILE USER_ID       print the hash that stands for a user ID in the log

Input and output are messages of Airbyte's protocol, one JSON object per line.
`;

/** The first minor version of each line that supports exact JSON numbers and the proxy settings. */
const OLDEST_NODE: Readonly<Record<number, number>> = { 22: 21, 24: 5 };
const NEWEST_LINE = 25;

/** How long a stopped run waits for its output to be read. */
const FLUSH_MS = 1_000;

/** Hides the API key as soon as it has been read. */
let redact = createRedactor(undefined);

const clock: Clock = {
	// Monotonic, unlike Date.now().
	now: () => performance.timeOrigin + performance.now(),
	random: Math.random,
	sleep: (ms, signal) =>
		timer(ms, undefined, { signal: signal as AbortSignal | undefined }).catch(() => undefined),
};

/** The message fields with free text; all others have fixed values of the protocol. */
const FREE_TEXT = new Set(['message', 'internal_message']);

const print = (message: OutgoingMessage): void => {
	const line = JSON.stringify(message, (name, value) =>
		FREE_TEXT.has(name) && typeof value === 'string' ? redact(value) : value,
	);
	process.stdout.write(`${line}\n`);
};

const log = (level: LogLevel, message: string): void =>
	print({ type: 'LOG', log: { level, message } });

function readText(path: string | undefined, option: string): string {
	if (path === undefined) {
		throw new InputError(`The option --${option} is missing. Set it to the path of a JSON file.`);
	}
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new InputError(`The file ${path} of --${option} could not be read (${code}).`);
	}
}

function readConfig(path: string | undefined) {
	const text = readText(path, 'config');
	redact = createRedactor(peekApiKey(text));
	return readSettings(text);
}

const connect = ({ api_key, api_url }: Settings, connections: number) =>
	createTransport({ url: api_url, apiKey: api_key, connections });

/** Keyed, so that user IDs cannot be guessed without the API key. */
const hash = ({ api_key }: Settings, userId: string): string =>
	createHmac('sha256', api_key).update(userId).digest('hex').slice(0, 12);

async function runCheck(path: string | undefined): Promise<void> {
	try {
		const settings = readConfig(path);
		const { close, transport } = connect(settings, 1);
		print(await check(settings, transport, clock));
		close();
	} catch (error) {
		if (!isConfigError(error)) throw error;
		print(connectionStatus(false, errorText(error)));
	}
}

/** Standard input until its end, or until the run stops. */
async function* input(signal: AbortSignal): AsyncGenerator<Buffer> {
	signal.addEventListener('abort', () => process.stdin.destroy());
	try {
		yield* process.stdin as AsyncIterable<Buffer>;
	} catch (error) {
		if (signal.aborted) return;
		const { code = 'unknown' } = error as NodeJS.ErrnoException;
		throw new FlameupError({ code: 'unreadable_input', fault: code });
	}
}

async function runWrite(config: string | undefined, catalog: string | undefined): Promise<void> {
	const settings = readConfig(config);
	const streams = readCatalog(readText(catalog, 'catalog'));
	const stdin = fstatSync(0);
	// Refuses terminals, folders and /dev/null, which Node opens if standard input is closed.
	if (!stdin.isFIFO() && !stdin.isSocket() && !stdin.isFile()) {
		throw new InputError('There is no input. Pipe Airbyte messages into standard input.');
	}
	const stop = new AbortController();
	let signalled: NodeJS.Signals | undefined;
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		process.once(signal, () => {
			signalled = signal;
			stop.abort();
		});
	}
	const { close, transport } = connect(settings, settings.pace.requests_in_flight);
	try {
		await write({
			settings,
			catalog: streams,
			input: input(stop.signal),
			transport,
			clock,
			stop,
			printState: (line) => void process.stdout.write(`${line}\n`),
			log,
			caughtUp: async () => {
				if (!process.stdout.writableNeedDrain || stop.signal.aborted) return;
				await once(process.stdout, 'drain', { signal: stop.signal }).catch(() => undefined);
			},
			hash: (userId) => hash(settings, userId),
		});
	} catch (error) {
		print(failure(error, clock.now(), settings.rejected_records.include_values));
		process.exitCode = 1;
	}
	close();
	if (signalled !== undefined) {
		await Promise.race([flushed(), clock.sleep(FLUSH_MS)]);
		// The handler has run once, so the signal now ends the process, as the caller expects.
		process.kill(process.pid, signalled);
		await clock.sleep(1_000);
	}
}

function runHash(config: string | undefined, userId: string | undefined): void {
	const settings = readConfig(config);
	if (userId === undefined)
		throw new InputError(
			'The user ID is missing. Put it after the options, and after -- if it begins with a hyphen.',
		);
	process.stdout.write(`${hash(settings, userId.trim())}\n`);
}

const flushed = () =>
	new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));

async function run(): Promise<void> {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major < NEWEST_LINE && minor < (OLDEST_NODE[major] ?? Number.POSITIVE_INFINITY)) {
		throw new InputError(
			`Node 22.21 or a later 22, or 24.5 or later, is required; this is ${process.versions.node}.`,
		);
	}
	const { positionals, values } = parseArgs({
		allowPositionals: true,
		strict: false,
		options: {
			config: { type: 'string' },
			catalog: { type: 'string' },
			help: { type: 'boolean', short: 'h' },
		},
	});
	const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
	const [config, catalog] = [text(values.config), text(values.catalog)];
	if (values.help) return void process.stdout.write(USAGE);
	switch (positionals[0]) {
		case 'spec':
			return print(spec());
		case 'check':
			return runCheck(config);
		case 'discover':
			readConfig(config);
			return print(discover());
		case 'write':
			return runWrite(config, catalog);
		case 'hash':
			return runHash(config, positionals[1]);
		default:
			throw new InputError(`Unknown command. ${USAGE.trim()}`);
	}
}

// Without a reader of standard output, nothing can be reported.
process.stdout.on('error', () => process.exit(1));
process.on('uncaughtException', (error) => {
	print(failure(error, clock.now()));
	void flushed().then(() => process.exit(1));
});
try {
	await run();
} catch (error) {
	print(failure(error, clock.now()));
	process.exitCode = 1;
}
await flushed();
process.exit();
