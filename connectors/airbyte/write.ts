import { FlameupError, type Problem, type Rejection } from '../../src/errors';
import { Client } from '../../src/flameup/client';
import { DryRunClient, type PeopleClient } from '../../src/flameup/dryRun';
import { Loader } from '../../src/loading/loader';
import type { Outcome } from '../../src/loading/outcomes';
import { isBlank, isObject } from '../../src/mapping/jsonValues';
import type { Mapped } from '../../src/mapping/mapper';
import type { Clock, Stop, Transport } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import { describe, type Vocabulary } from '../../src/texts';
import { type Checkpoint, Checkpoints } from './checkpoints';
import { LineSplitter } from './lines';
import { columnsText, progressText, rejectionText, summaryLines, troubleText } from './logMessages';
import {
	type ConfiguredStream,
	IGNORED_TYPES,
	type IncomingMessage,
	type LogLevel,
	parseMessage,
	streamLabel,
} from './protocol';
import { RejectionPolicy } from './rejectionPolicy';
import type { RecordRef, Stream } from './stream';
import { Streams } from './streams';
import { vocabulary } from './vocabulary';

/** Records and characters that may be unsettled before reading pauses: about ten batches. */
const MAX_PENDING = { records: 1_000, characters: 16_000_000 } as const;

const PROGRESS_MS = 60_000;

/** How long requests under way may take to come to their end when the run is to stop. */
const GRACE_MS = 5_000;

/** The longest that a timer can run. */
const FOREVER_MS = 2 ** 31 - 1;

/** So many lines without a single message are no Airbyte messages at all. */
const MOST_FOREIGN_LINES = 100;

/** People whom a dry run shows as they would be sent. */
const PEOPLE_SHOWN = 3;

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
	/** A short keyed hash, to tell of a user ID without naming it. */
	hash(text: string): string;
}

/** Reads messages until the input ends, and sends every record. Throws why the run failed. */
export async function write(options: WriteOptions): Promise<void> {
	await new Write(options).run();
}

/** One sync. */
class Write {
	readonly #options: WriteOptions;
	readonly #words: Vocabulary;
	readonly #client: PeopleClient;
	readonly #streams: Streams;
	readonly #policy: RejectionPolicy;
	readonly #checkpoints: Checkpoints;
	readonly #loader: Loader<RecordRef, Checkpoint>;
	readonly #startedAt: number;
	readonly #odd = { unknownTypes: 0, miscountedAnswers: 0 };
	#hasMessages = false;
	#lines = 0;
	#shown = 0;

	constructor(options: WriteOptions) {
		const { clock, settings, stop } = options;
		this.#options = options;
		this.#startedAt = clock.now();
		this.#words = vocabulary(settings.rejected_records.include_values);
		this.#streams = new Streams(options.catalog, settings);
		this.#client = settings.dry_run
			? new DryRunClient()
			: new Client({
					...options,
					signal: stop.signal,
					onTrouble: (problem) => this.#tellTrouble(problem),
				});
		this.#policy = new RejectionPolicy(settings.rejected_records, this.#streams.totals, (error) =>
			this.#loader.fail(error),
		);
		this.#checkpoints = new Checkpoints({
			streams: this.#streams,
			policy: this.#policy,
			stats: this.#client.stats,
			acknowledges: !settings.dry_run,
			printState: options.printState,
		});
		this.#loader = new Loader(
			{
				client: this.#client,
				settings,
				clock,
				stop,
				maxPending: MAX_PENDING,
				flushesByAge: true,
			},
			{
				outcome: (outcome) => this.#settle(outcome),
				marker: (checkpoint) => this.#checkpoints.release(checkpoint),
				miscounted: () => this.#odd.miscountedAnswers++,
			},
		);
	}

	async run(): Promise<void> {
		const { log, settings } = this.#options;
		for (const { name, replaces } of this.#streams.values()) {
			if (replaces) log('WARN', `Stream ${name}: ${NOBODY_IS_DELETED}`);
		}
		if (settings.dry_run) log('WARN', 'Dry run: nobody is sent, and no state is saved.');
		void this.#tellProgress();
		try {
			await Promise.race([this.#load(), this.#outOfTime()]);
		} finally {
			this.#summarize();
		}
	}

	async #load(): Promise<void> {
		try {
			await this.#readAll();
		} catch (error) {
			this.#loader.fail(error);
		}
		await this.#loader.end();
		this.#policy.judgeEnd();
		if (this.#loader.failure !== undefined) throw this.#loader.failure;
		this.#checkpoints.releaseWithheld();
	}

	async #readAll(): Promise<void> {
		const lines = new LineSplitter();
		const take = (text: string, isWhole: boolean) => this.#takeLine(text, isWhole);
		for await (const chunk of this.#options.input) {
			lines.push(chunk, take);
			await this.#options.caughtUp();
			await this.#loader.room();
		}
		if (this.#options.stop.signal.aborted) throw this.#stopped();
		lines.end(take);
		const { received } = this.#streams.input.report;
		if (!this.#hasMessages && received + this.#odd.unknownTypes > 0) throw NO_MESSAGES;
	}

	#takeLine(line: string, isWhole: boolean): void {
		this.#lines++;
		const text = line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line;
		const message = isWhole ? parseMessage(text) : undefined;
		const type = message?.type;
		if (type === 'RECORD' && isObject(message?.record)) this.#takeRecord(message.record);
		else if (type === 'STATE' && isObject(message?.state)) this.#takeState(message.state, text);
		else if (type === 'RECORD') this.#rejectLine({ code: 'invalid_record', why: 'no object' });
		else if (IGNORED_TYPES.has(type)) this.#hasMessages = true;
		else if (message !== undefined) this.#takeUnknown();
		else if (text.trim() !== '') this.#rejectLine({ code: 'unreadable_line' });
	}

	#takeRecord(record: NonNullable<IncomingMessage['record']>): void {
		this.#hasMessages = true;
		const stream = this.#streams.find({ name: record.stream, namespace: record.namespace });
		if (stream === undefined) {
			const problem = { code: 'record_of_unknown_stream', stream: streamLabel(record) } as const;
			throw new FlameupError(problem);
		}
		const ref = this.#streams.receive(stream);
		if (stream.settings?.skip_stream) this.#streams.skip(ref);
		else if (isDeleted(record.data)) this.#streams.delete(ref);
		else this.#takePerson(ref, record.data);
	}

	#takePerson(ref: RecordRef, data: unknown): void {
		const { stream } = ref;
		const mapped = stream.mapper.toPerson(data);
		if (!stream.isTold && isObject(data)) this.#describe(stream);
		if ('emailLeftOut' in mapped) this.#streams.emailsLeftOut++;
		this.#show(mapped);
		this.#loader.add(ref, mapped);
		this.#policy.judge();
	}

	/** Tells how the columns were understood, once there is a record; only then undeclared ones are known. */
	#describe(stream: Stream): void {
		stream.isTold = true;
		this.#options.log('INFO', columnsText(stream.name, stream.mapper.understanding()));
		if (!stream.isDeclared) this.#streams.checkOverlap();
	}

	#takeState(state: NonNullable<IncomingMessage['state']>, text: string): void {
		this.#hasMessages = true;
		const descriptor = state.stream?.stream_descriptor;
		const owner = descriptor && this.#streams.find(descriptor);
		const owners = descriptor ? (owner ? [owner] : []) : [...this.#streams.values()];
		this.#loader.mark(this.#checkpoints.take(text.trimEnd(), owners), text.length);
	}

	/** A line of no stream; it counts as a rejected record of the run. */
	#rejectLine(rejection: Rejection): void {
		const ref = this.#streams.receive(this.#streams.input, this.#lines);
		const { received } = this.#streams.input.report;
		if (!this.#hasMessages && received >= MOST_FOREIGN_LINES) throw NO_MESSAGES;
		this.#loader.add(ref, rejection);
	}

	#takeUnknown(): void {
		this.#odd.unknownTypes++;
		if (!this.#hasMessages && this.#odd.unknownTypes >= MOST_FOREIGN_LINES) throw NO_MESSAGES;
	}

	#settle(outcome: Outcome<RecordRef>): void {
		const { log, hash, settings } = this.#options;
		this.#streams.settle(outcome);
		if (outcome.status === 'upserted') {
			this.#checkpoints.releaseWithheld();
			return;
		}
		const { ref, rejection } = outcome;
		const told = ref.stream.report.rejections.get(rejection.code)?.count ?? 0;
		if (told <= settings.rejected_records.samples) {
			log('WARN', rejectionText(ref, rejection, hash, this.#words));
		}
		this.#policy.judge(outcome);
	}

	/** In a dry run the user sees the first people as they would be sent, if the log may hold values. */
	#show(mapped: Mapped | Rejection): void {
		const { log, settings } = this.#options;
		const shows = settings.dry_run && settings.rejected_records.include_values;
		if (!shows || 'code' in mapped || this.#shown >= PEOPLE_SHOWN) return;
		this.#shown++;
		log('INFO', `Would be sent: ${mapped.json}`);
	}

	async #outOfTime(): Promise<never> {
		const { clock, stop } = this.#options;
		while (!stop.signal.aborted) await clock.sleep(FOREVER_MS, stop.signal);
		await clock.sleep(GRACE_MS);
		throw this.#loader.failure ?? this.#stopped();
	}

	#stopped(): FlameupError {
		const { trouble } = this.#client.stats;
		return new FlameupError({ code: 'stopped', ...(trouble !== undefined && { trouble }) });
	}

	async #tellProgress(): Promise<void> {
		const { clock, log, stop } = this.#options;
		for (;;) {
			await clock.sleep(PROGRESS_MS, stop.signal);
			if (stop.signal.aborted) return;
			const { totals } = this.#streams;
			log('INFO', progressText(totals, this.#client.stats, this.#startedAt, clock.now()));
		}
	}

	#tellTrouble(problem: Problem): void {
		const { give_up_after_minutes } = this.#options.settings.pace;
		const text = troubleText(describe(problem, this.#words), give_up_after_minutes);
		this.#options.log('WARN', text);
	}

	#summarize(): void {
		const { clock, log, settings } = this.#options;
		const lines = summaryLines({
			streams: this.#streams,
			stats: this.#client.stats,
			odd: this.#odd,
			elapsedMs: clock.now() - this.#startedAt,
			isDryRun: settings.dry_run,
			words: this.#words,
		});
		for (const [level, text] of lines) log(level, text);
	}
}

const BYTE_ORDER_MARK = '\uFEFF';

/** What sources that read a database's log set on records of deleted rows; some databases store it in capitals. */
const DELETED_AT = ['_ab_cdc_deleted_at', '_AB_CDC_DELETED_AT'];

/** Flameup documents no way to delete, and sending the record would create the person again. */
const isDeleted = (data: unknown): boolean =>
	isObject(data) && DELETED_AT.some((column) => !isBlank(data[column]) && data[column] !== false);

const NO_MESSAGES = new FlameupError({ code: 'no_messages' });

const NOBODY_IS_DELETED =
	'the sync mode is overwrite, but Flameup has no way to delete people. The records are laid over the people who are there.';
