import { ConfigError, StoppedError } from '../../src/errors';
import { type Client, createClient } from '../../src/flameup/client';
import { createDryClient } from '../../src/flameup/dryRun';
import { createLoader } from '../../src/loading/loader';
import type { Clock, Stop, Transport } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import { createAccounts } from './accounts';
import { type Checkpoint, takeCheckpoint } from './checkpoints';
import { LineSplitter } from './lines';
import {
	type ConfiguredStream,
	IGNORED_TYPES,
	type IncomingMessage,
	isObject,
	type LogLevel,
	parseMessage,
	streamLabel,
} from './protocol';
import { progressText, summaryLines } from './sentences';
import { createStreams, findStream, type RecordRef } from './streams';

/** Records and characters that may be unsettled before reading pauses: about ten batches. */
const MAX_PENDING = { records: 1_000, characters: 16_000_000 } as const;

const PROGRESS_MS = 60_000;

/** How long requests under way may take to come to their end when the run is to stop. */
const GRACE_MS = 5_000;

/** The longest that a timer can run. */
const FOREVER_MS = 2 ** 31 - 1;

/** What `write` needs of its host. */
export interface WriteOptions {
	readonly settings: Settings;
	readonly catalog: readonly ConfiguredStream[];
	/** Standard input; ends early when `stop` is aborted. */
	readonly input: AsyncIterable<Buffer>;
	readonly transport: Transport;
	readonly clock: Clock;
	/** Aborted from outside to end the run in order, and from inside when it fails. */
	readonly stop: Stop;
	/** Prints one STATE as it is. */
	printState(line: string): void;
	log(level: LogLevel, message: string): void;
	/** Waits until the reader of our output has caught up. */
	caughtUp(): Promise<void> | undefined;
	/** A short one-way hash, to tell of a user ID without naming it. */
	hash(text: string): string;
}

/** What the input held besides records and states. */
export interface Oddities {
	unreadableLines: number;
	unknownTypes: number;
	emailsLeftOut: number;
	miscountedAnswers: number;
}

/** Reads messages until the input ends, and sends every record. Throws why the run failed. */
export async function write(options: WriteOptions): Promise<void> {
	const { clock, log, settings, stop } = options;
	const startedAt = clock.now();
	const streams = createStreams(options.catalog, settings);
	const odd: Oddities = {
		unreadableLines: 0,
		unknownTypes: 0,
		emailsLeftOut: 0,
		miscountedAnswers: 0,
	};
	const client: Client = settings.dry_run ? createDryClient() : connect(options);
	const accounts = createAccounts({
		policy: settings.rejected_records,
		streams: [...streams.values()],
		stats: client.stats,
		acknowledges: !settings.dry_run,
		printState: options.printState,
		log,
		hash: options.hash,
		onOverLimit: (error) => loader.fail(error),
	});
	const loader = createLoader<RecordRef, Checkpoint>(
		{
			client,
			batches: settings.batches,
			requestsInFlight: settings.pace.requests_in_flight,
			clock,
			stop,
			maxPending: MAX_PENDING,
			flushesByAge: true,
		},
		{
			outcome: accounts.settled,
			marker: accounts.release,
			miscounted: () => odd.miscountedAnswers++,
		},
	);

	function takeRecord(record: NonNullable<IncomingMessage['record']>): void {
		const stream = findStream(streams, { name: record.stream, namespace: record.namespace });
		if (stream === undefined) {
			throw new ConfigError(
				`A record came for the stream ${streamLabel(record)}, which is not in the catalog. Refresh the schema of the connection.`,
			);
		}
		accounts.totals.received++;
		stream.report.received++;
		stream.incoming.received++;
		const ref = { stream, number: stream.report.received, counts: stream.incoming };
		const mapped = stream.mapper.toPerson(record.data);
		if (ref.number === 1) log('INFO', `Stream ${stream.name}: ${stream.mapper.describe()}.`);
		if ('emailLeftOut' in mapped) odd.emailsLeftOut++;
		loader.add(ref, mapped);
	}

	function takeState(state: NonNullable<IncomingMessage['state']>, text: string): void {
		const descriptor = state.stream?.stream_descriptor;
		const owner = descriptor && findStream(streams, descriptor);
		const owners = descriptor ? (owner ? [owner] : []) : [...streams.values()];
		loader.mark(takeCheckpoint(text.trimEnd(), owners, streams.values()), text.length);
	}

	function takeLine(text: string): void {
		const message = parseMessage(text);
		if (message?.type === 'RECORD' && isObject(message.record)) takeRecord(message.record);
		else if (message?.type === 'STATE' && isObject(message.state)) takeState(message.state, text);
		else if (message !== undefined) odd.unknownTypes += IGNORED_TYPES.has(message.type) ? 0 : 1;
		else if (text.trim() !== '') odd.unreadableLines++;
	}

	async function readAll(): Promise<void> {
		const lines = new LineSplitter();
		for await (const chunk of options.input) {
			lines.push(chunk, takeLine);
			await options.caughtUp();
			await loader.room();
		}
		if (stop.signal.aborted) throw new StoppedError(STOPPED);
		lines.end(takeLine);
	}

	async function run(): Promise<void> {
		try {
			await readAll();
		} catch (error) {
			loader.fail(error);
		}
		await loader.end();
		accounts.judge();
	}

	async function outOfTime(): Promise<never> {
		while (!stop.signal.aborted) await clock.sleep(FOREVER_MS, stop.signal);
		await clock.sleep(GRACE_MS);
		throw loader.failure ?? new StoppedError(STOPPED);
	}

	async function tellProgress(): Promise<void> {
		for (;;) {
			await clock.sleep(PROGRESS_MS, stop.signal);
			if (stop.signal.aborted) return;
			log('INFO', progressText(accounts.totals, client.stats, startedAt, clock.now()));
		}
	}

	for (const { name, replaces } of streams.values()) {
		if (replaces) log('WARN', `Stream ${name}: ${NOBODY_IS_DELETED}`);
	}
	if (settings.dry_run) log('WARN', 'Dry run: nobody is sent, and no state is saved.');
	void tellProgress();
	try {
		await Promise.race([run(), outOfTime()]);
	} finally {
		const elapsedMs = clock.now() - startedAt;
		for (const [level, text] of summaryLines(
			streams.values(),
			accounts.totals,
			client.stats,
			odd,
			elapsedMs,
		)) {
			log(level, text);
		}
	}
}

const STOPPED =
	'The sync was stopped before its end. What was saved until then is acknowledged; run it again to send the rest.';

const NOBODY_IS_DELETED =
	'overwrite is asked for, but Flameup has no way to delete people, so nobody is; records are added to the people there.';

const connect = ({ clock, settings, stop, transport }: WriteOptions): Client =>
	createClient({
		apiUrl: settings.api_url,
		workspaceId: settings.workspace_id,
		apiKey: settings.api_key,
		pace: settings.pace,
		transport,
		clock,
		signal: stop.signal,
	});
