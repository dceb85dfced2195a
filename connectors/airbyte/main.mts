import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fstatSync, readFileSync } from 'node:fs';
import { setTimeout as timer } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ConfigError } from '../../src/errors';
import type { Clock } from '../../src/ports';
import {
	check,
	connectionStatus,
	discover,
	failure,
	readCatalog,
	readSettings,
	spec,
	write,
} from './destination';
import type { LogLevel, OutgoingMessage } from './protocol';
import { createRedactor } from './redact';
import { peekApiKey } from './settings';
import { createTransport } from './transport.mjs';

const USAGE = `Usage: destination-flameup <command>

  spec                                 print what can be configured
  check    --config FILE               test the API key and the workspace
  discover --config FILE               print what can be written
  write    --config FILE --catalog FILE   send the records on standard input

Messages go in and out as one JSON object a line, as Airbyte's protocol has them.
`;

/** The first that parses JSON with the text of each number and knows the proxy settings. */
const OLDEST_NODE = [22, 21] as const;

/** How long a stopped run waits for its reader. */
const LAST_WORDS_MS = 1_000;

/** Hides the key from the moment it has been read. */
let redact = createRedactor(undefined);

const clock: Clock = {
	// Since 1970, but it never goes back when the system's clock is set.
	now: () => performance.timeOrigin + performance.now(),
	random: Math.random,
	sleep: (ms, signal) =>
		timer(ms, undefined, { signal: signal as AbortSignal | undefined }).catch(() => undefined),
};

/** The members of messages that people wrote; all the others are the protocol's own words. */
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
		throw new ConfigError(`The option --${option} is missing. Give it the path of a JSON file.`);
	}
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new ConfigError(`The file ${path} of --${option} could not be read (${code}).`);
	}
}

function readConfig(path: string | undefined) {
	const text = readText(path, 'config');
	redact = createRedactor(peekApiKey(text));
	return readSettings(text);
}

async function runCheck(path: string | undefined): Promise<void> {
	try {
		const settings = readConfig(path);
		const { close, transport } = createTransport(settings.api_url, 1);
		print(await check(settings, transport, clock));
		close();
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		print(connectionStatus(false, error.message));
	}
}

/** Standard input until its end, or until the run stops. */
async function* input(signal: AbortSignal): AsyncGenerator<Buffer> {
	signal.addEventListener('abort', () => process.stdin.destroy());
	try {
		yield* process.stdin as AsyncIterable<Buffer>;
	} catch (error) {
		if (signal.aborted) return;
		const { code } = error as NodeJS.ErrnoException;
		throw new ConfigError(
			`Standard input could not be read (${code}). Pipe Airbyte messages into it.`,
		);
	}
}

async function runWrite(config: string | undefined, catalog: string | undefined): Promise<void> {
	const settings = readConfig(config);
	const streams = readCatalog(readText(catalog, 'catalog'));
	const stdin = fstatSync(0);
	// Not a terminal, a folder, or /dev/null, which is what Node finds when standard input is closed.
	if (!stdin.isFIFO() && !stdin.isSocket() && !stdin.isFile()) {
		throw new ConfigError('There is no input. Pipe Airbyte messages into standard input.');
	}
	const stop = new AbortController();
	let signalled: NodeJS.Signals | undefined;
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		process.once(signal, () => {
			signalled = signal;
			stop.abort();
		});
	}
	const { close, transport } = createTransport(settings.api_url, settings.pace.requests_in_flight);
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
			hash: (text) => createHash('sha256').update(text).digest('hex').slice(0, 12),
		});
	} catch (error) {
		print(failure(error, clock.now()));
		process.exitCode = 1;
	}
	close();
	if (signalled !== undefined) {
		await Promise.race([flushed(), clock.sleep(LAST_WORDS_MS)]);
		// By now the default action is back: the caller sees that we ended by the signal.
		process.kill(process.pid, signalled);
		await clock.sleep(1_000);
	}
}

const flushed = () =>
	new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));

async function run(): Promise<void> {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
		throw new ConfigError(
			`Node ${OLDEST_NODE.join('.')} or later is needed, and this is ${process.versions.node}.`,
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
		default:
			throw new ConfigError(`There is no such command. ${USAGE.trim()}`);
	}
}

// Nobody reads any more, so nobody is to be told.
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
