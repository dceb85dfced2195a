import { once } from 'node:events';
import { fstatSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as timer } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod/v4';
import { FlameupError, INVALID, REFUSED } from '../../src/errors';
import type { Clock, Storage } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import { readCommand, SEE_HELP } from './commandLine.mjs';
import {
	check,
	connectionStatus,
	discover,
	errorText,
	failure,
	isConfigError,
	preview,
	previewText,
	type RetryFilter,
	readCatalog,
	readSettings,
	retry,
	spec,
	type WriteOptions,
	write,
} from './destination';
import type { StorageAccess } from './fingerprints';
import { createFolderStorage } from './folderStorage.mjs';
import { InputError, whyUnreadable } from './inputError';
import { createKeyedDigest } from './keyedDigest.mts';
import { isSupported } from './nodeVersion';
import type { LogLevel, OutgoingMessage } from './protocol';
import { createKeyRedactor, createRedactor } from './redact';
import { peekSecrets } from './settings';
import { createStoppable, type StoppableStorage } from './stoppableStorage';
import { storageSetting } from './storageText';
import { createSend, createTransport } from './transport.mjs';

const USAGE = `Usage: destination-flameup <command>

  spec                                 print what can be configured
  check    --config FILE               test the API key and the workspace
  discover --config FILE               print what can be written
  write    --config FILE --catalog FILE   send the records on standard input
  preview  --config FILE --catalog FILE [--records N] [--json]
                                       show what would become of the first 1,000 (or N) records on
                                       standard input, and send nothing
  read-csv FILE [--stream NAME] [--write-catalog FILE] [--delimiter CHARACTER] [--encoding NAME]
           [--number COLUMN]           print the rows of a CSV file as records; a column is text,
                                       unless --number names it (may be repeated)
  retry    --config FILE --catalog FILE [--since DATE] [--code CODE]
                                       send rejected records again that the storage has kept
  hash     --config FILE USER_ID       print the hash that stands for a user ID in the log

Input and output are messages of Airbyte's protocol, one JSON object per line.
`;

/** How long a stopped run waits for its output to be read. */
const FLUSH_MS = 1_000;

const CSV_OPTIONS = {
	stream: { type: 'string' },
	'write-catalog': { type: 'string' },
	delimiter: { type: 'string' },
	encoding: { type: 'string' },
	number: { type: 'string', multiple: true },
} as const;

/** The most records that a preview keeps the user IDs of. */
const MOST_PREVIEWED = 100_000;

/** Requests to S3 that may be under way at the same time. */
const S3_CONNECTIONS = 4;

/** The command is for people rather than for Airbyte, so errors are plain text. */
let isForPeople = false;

/** Hides the API key and other secrets as soon as they have been read. */
let redact = createRedactor();
/** The same, but leaves other texts that look like a key. */
let hideKey = (text: string): string => text;

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
		throw new InputError(`The file ${path} of --${option} ${whyUnreadable(error)}.`);
	}
}

function readConfig(path: string | undefined) {
	const text = readText(path, 'config');
	const secrets = peekSecrets(text);
	redact = createRedactor(...secrets);
	hideKey = createKeyRedactor(...secrets);
	return readSettings(text);
}

const connect = ({ api_key, api_url }: Settings, connections: number) =>
	createTransport({ url: api_url, apiKey: api_key, connections });

// Loaded when they are needed, because most commands start without them.
const crypto = () => process.getBuiltinModule('node:crypto');
const zlib = () => process.getBuiltinModule('node:zlib');

/** Keyed, so that user IDs cannot be guessed without the API key. */
function hash({ api_key }: Settings, userId: string): string {
	return crypto().createHmac('sha256', api_key).update(userId).digest('hex').slice(0, 12);
}

async function connectStorage({ storage }: Settings): Promise<Storage | undefined> {
	switch (storage.storage_type) {
		case 'none':
			return undefined;
		case 'folder':
			return createFolderStorage(storage.path);
		case 's3': {
			// Loaded only here, because it contains the code that signs requests.
			const { createS3Storage } = await import('./s3Storage.mjs');
			const connect = (url: string) => createSend(url, S3_CONNECTIONS);
			return createS3Storage({ settings: storage, environment: process.env, clock, connect });
		}
	}
}

/** This computer and the space of its process IDs: containers may share a host name, but not that. */
function hostId(): string {
	try {
		return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
	} catch {
		return hostname();
	}
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== 'ESRCH';
	}
}

async function accessStorage(
	settings: Settings,
): Promise<(StorageAccess & { readonly storage: StoppableStorage }) | undefined> {
	const connected = await connectStorage(settings);
	if (connected === undefined) return undefined;
	const storage = createStoppable(connected, clock, storageSetting(settings));
	const host = hostId();
	return {
		storage,
		keyedDigest: createKeyedDigest,
		gzip: (text) => zlib().gzipSync(text),
		gunzip: (bytes) =>
			zlib().gunzipSync(bytes, { finishFlush: zlib().constants.Z_SYNC_FLUSH }).toString(),
		holder: { host, pid: process.pid, run: crypto().randomUUID() },
		hasEnded: (other) => other.host === host && other.pid !== undefined && !isRunning(other.pid),
	};
}

async function runCheck(path: string | undefined): Promise<void> {
	try {
		const settings = readConfig(path);
		const { close, transport } = connect(settings, 1);
		print(await check(settings, transport, clock, await connectStorage(settings)));
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

/** Throws InputError for terminals, folders and /dev/null, which Node opens if standard input is closed. */
function checkStdin(): void {
	const stdin = fstatSync(0);
	if (stdin.isFIFO() || stdin.isSocket() || stdin.isFile()) return;
	throw new InputError('There is no input. Pipe Airbyte messages into standard input.');
}

async function runWrite(config: string | undefined, catalog: string | undefined): Promise<void> {
	await sync(config, catalog, (options, signal) => {
		checkStdin();
		return write({ ...options, input: input(signal) });
	});
}

async function runRetry(): Promise<void> {
	const { options: given } = readCommand(RETRY_OPTIONS);
	const filter = retryFilter(given.since, given.code);
	await sync(given.config, given.catalog, ({ access, ...options }) => {
		if (access !== undefined) return retry({ ...options, access }, filter);
		throw new InputError('No storage is set. Set storage to the one of the sync to be repeated.');
	});
}

const RETRY_OPTIONS = {
	config: { type: 'string' },
	catalog: { type: 'string' },
	since: { type: 'string' },
	code: { type: 'string' },
} as const;

/** Which records are sent again, by the options of `retry`. */
function retryFilter(since: string | undefined, code: string | undefined): RetryFilter {
	if (since !== undefined && !z.iso.date().safeParse(since).success) {
		throw new InputError('The option --since must be a date such as 2026-03-31.');
	}
	const known = [...INVALID, ...REFUSED].find((one) => one === code);
	if (code !== undefined && known === undefined) {
		throw new InputError(
			`The option --code must be one of ${[...INVALID, ...REFUSED].join(', ')}.`,
		);
	}
	return {
		...(since !== undefined && { since: Date.parse(since) }),
		...(known && { code: known }),
	};
}

/** Runs a command that sends people until it ends, fails or is stopped by a signal. */
async function sync(
	config: string | undefined,
	catalog: string | undefined,
	command: (options: Omit<WriteOptions, 'input'>, signal: AbortSignal) => Promise<void>,
): Promise<void> {
	const settings = readConfig(config);
	const streams = readCatalog(readText(catalog, 'catalog'));
	const access = await accessStorage(settings);
	const stop = new AbortController();
	let signalled: NodeJS.Signals | undefined;
	for (const signal of ['SIGTERM', 'SIGINT'] as const) {
		process.once(signal, () => {
			signalled = signal;
			stop.abort();
			access?.storage.stop();
		});
	}
	const { close, transport } = connect(settings, settings.pace.requests_in_flight);
	const options = {
		settings,
		catalog: streams,
		transport,
		clock,
		stop,
		printState: (line: string) => void process.stdout.write(`${line}\n`),
		log,
		caughtUp: async () => {
			if (!process.stdout.writableNeedDrain || stop.signal.aborted) return;
			await once(process.stdout, 'drain', { signal: stop.signal }).catch(() => undefined);
		},
		hash: (userId: string) => hash(settings, userId),
		access,
	};
	try {
		await command(options, stop.signal);
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

async function runPreview(): Promise<void> {
	const { options } = readCommand({
		config: { type: 'string' },
		catalog: { type: 'string' },
		records: { type: 'string' },
		json: { type: 'boolean' },
	});
	const records = readCount(options.records ?? '1000');
	const settings = readConfig(options.config);
	const catalog = readCatalog(readText(options.catalog, 'catalog'));
	checkStdin();
	const { signal } = new AbortController();
	const found = await preview({
		...{ settings, catalog, clock, records },
		input: input(signal),
		access: await accessStorage(settings),
	});
	const failures = found.failures.map((error) => errorText(error, true));
	const text = options.json
		? `${JSON.stringify({ ...found, failures }, null, 2)}\n`
		: previewText(found, failures);
	process.stdout.write(hideKey(text));
	if (failures.length > 0) process.exitCode = 1;
}

async function runReadCsv(): Promise<void> {
	const { given, options } = readCommand(CSV_OPTIONS, 1);
	const [path] = given;
	if (path === undefined) {
		throw new InputError('The file is missing: destination-flameup read-csv people.csv');
	}
	// Loaded only here, because it contains the parser.
	const { readCsv } = await import('./readCsv.mjs');
	const note = await readCsv(path, options, {
		emittedAt: Date.now(),
		async print(text) {
			if (!process.stdout.write(text)) await once(process.stdout, 'drain');
		},
	});
	process.stderr.write(`${note}\n`);
}

function readCount(text: string): number {
	const count = Number(text);
	if (/^\d+$/.test(text) && count >= 1 && count <= MOST_PREVIEWED) return count;
	throw new InputError('The option --records must be a whole number from 1 to 100,000.');
}

function runHash(config: string | undefined, [userId, ...others]: readonly string[]): void {
	const settings = readConfig(config);
	if (userId === undefined)
		throw new InputError(
			'The user ID is missing. Put it after the options, and after -- if it begins with a hyphen.',
		);
	if (others.length > 0)
		throw new InputError('There are several user IDs. Put one with spaces in quotation marks.');
	process.stdout.write(`${hash(settings, userId.trim())}\n`);
}

/** Reports why a command failed. */
function report(error: unknown): void {
	if (isForPeople) process.stderr.write(`${redact(errorText(error))}\n`);
	else print(failure(error, clock.now()));
}

const flushed = () =>
	new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));

const unknown = (command: string | undefined): string =>
	command === undefined ? 'The command is missing.' : `There is no command ${command}.`;

async function run(): Promise<void> {
	if (!isSupported(process.versions.node)) {
		throw new InputError(
			`Node 22.21 or a later 22, or 24.5 or later, is required; this is ${process.versions.node}.`,
		);
	}
	const { positionals, values } = parseArgs({
		allowPositionals: true,
		// Newer platforms may add options.
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
	isForPeople = positionals[0] === 'preview' || positionals[0] === 'read-csv';
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
		case 'preview':
			return runPreview();
		case 'read-csv':
			return runReadCsv();
		case 'retry':
			return runRetry();
		case 'hash':
			return runHash(config, positionals.slice(1));
		default:
			throw new InputError(`${unknown(positionals[0])} ${SEE_HELP}`);
	}
}

// Without a reader of standard output, nothing can be reported.
process.stdout.on('error', () => process.exit(1));
process.on('uncaughtException', (error) => {
	report(error);
	void flushed().then(() => process.exit(1));
});
try {
	await run();
} catch (error) {
	report(error);
	process.exitCode = 1;
}
await flushed();
process.exit();
