import { FlameupError, type Problem, type Rejection } from '../../src/errors';
import { Client } from '../../src/flameup/client';
import { DryRunClient, type PeopleClient } from '../../src/flameup/dryRun';
import { Loader } from '../../src/loading/loader';
import type { Outcome } from '../../src/loading/outcomes';
import { isBlank, isObject } from '../../src/mapping/jsonValues';
import type { Mapped } from '../../src/mapping/mapper';
import type { Clock, Stop, Transport } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import { describe, paragraph, quoted, type Vocabulary } from '../../src/texts';
import { type Checkpoint, Checkpoints } from './checkpoints';
import { Fingerprints, type StorageAccess } from './fingerprints';
import { KeptRun } from './keptRun';
import { LineSplitter } from './lines';
import {
	columnsText,
	deletionWarnings,
	type Ended,
	missingText,
	type Oddities,
	progressText,
	rejectionText,
	reportOf,
	summaryLines,
	troubleText,
	unsavedText,
} from './logMessages';
import {
	asJson,
	type ConfiguredStream,
	IGNORED_TYPES,
	type IncomingMessage,
	type LogLevel,
	parseMessage,
	streamLabel,
} from './protocol';
import { RejectionPolicy } from './rejectionPolicy';
import { GRACE_MS } from './stoppableStorage';
import type { RecordRef, Stream } from './stream';
import { doubtPeople } from './streamChecks';
import { Streams } from './streams';
import { vocabulary } from './vocabulary';

/** Reading pauses when this many batches wait besides those under way, or at this many characters. */
const MAX_WAITING = { batches: 2, characters: 16_000_000 } as const;

const PROGRESS_MS = 60_000;

/** The longest delay of a timer in Node. */
const FOREVER_MS = 2 ** 31 - 1;

/** After this many lines without an Airbyte message, the input is refused. */
const MOST_FOREIGN_LINES = 100;

/** How many people a dry run shows. */
const PEOPLE_SHOWN = 3;

/** What `write` needs from its host. */
export interface WriteOptions {
	readonly settings: Settings;
	readonly catalog: readonly ConfiguredStream[];
	/** Standard input; ends early when `stop` is aborted. */
	readonly input: AsyncIterable<Buffer>;
	readonly transport: Transport;
	readonly clock: Clock;
	/** Aborted by the host to stop the run, or by the run itself if it fails. */
	readonly stop: Stop;
	/** Prints one STATE message unchanged. */
	printState(line: string): void;
	log(level: LogLevel, message: string): void;
	/** Waits until buffered output has been read. */
	caughtUp(): Promise<void> | undefined;
	/** A short keyed hash, shown in place of a user ID. */
	hash(text: string): string;
	/** Sees what happens in a dry run, which then goes on where rejected records would fail it. */
	readonly watcher?: Watcher;
	/** The storage, if the settings have one. */
	readonly access?: StorageAccess | undefined;
	/** Called with each outcome; rejected records are then not listed in storage. */
	settled?(outcome: Outcome<RecordRef>): void;
}

/** What a watcher of a dry run is told. */
export interface Watcher {
	/** Before the first line; `streams` and `odd` are kept up to date. */
	begin(streams: Streams, odd: Readonly<Oddities>, memory: string | undefined): void;
	/** A record that is to be sent was mapped, or cannot be. */
	mapped(ref: RecordRef, data: unknown, mapped: Mapped | Rejection): void;
	/** A request would be sent. */
	request(userIds: readonly string[], people: readonly string[]): void;
	/** Rejected records would fail the sync. */
	broken(error: FlameupError): void;
}

/** Reads messages until the input ends, and sends every record. Throws if the run fails. */
export async function write(options: WriteOptions): Promise<void> {
	const { access, catalog, settings, stop } = options;
	const streams = new Streams(catalog, settings);
	const fingerprints =
		access &&
		(await Fingerprints.open({
			...options,
			...access,
			streams: [...streams.values()].filter((stream) => !stream.settings?.skip_stream),
			signal: stop.signal,
		}).catch((error: unknown) => failOpening(options, error)));
	await new Write(options, streams, fingerprints).run();
}

/** A run that was stopped before it had begun fails for that reason, whatever else failed then. */
function failOpening({ log, stop }: WriteOptions, error: unknown): never {
	if (!stop.signal.aborted) throw error;
	log('WARN', unsavedText(error));
	throw new FlameupError({ code: 'stopped' });
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
	readonly #fingerprints: Fingerprints | undefined;
	readonly #kept: KeptRun | undefined;
	readonly #startedAt: number;
	readonly #odd: Oddities = { unknownTypes: 0, answers: new Map() };
	#hasMessages = false;
	/** The source says that it did not send all records of a stream. */
	#isIncomplete = false;
	#isChecked = false;
	#lines = 0;
	#shown = 0;

	constructor(options: WriteOptions, streams: Streams, fingerprints: Fingerprints | undefined) {
		const { clock, settings, stop, watcher } = options;
		this.#options = options;
		this.#streams = streams;
		this.#fingerprints = fingerprints;
		this.#startedAt = clock.now();
		this.#words = vocabulary(settings.rejected_records.include_values);
		this.#client = settings.dry_run
			? new DryRunClient(watcher && ((userIds, people) => watcher.request(userIds, people)))
			: new Client({
					...options,
					signal: stop.signal,
					onTrouble: (problem) => this.#logTrouble(problem),
				});
		this.#policy = new RejectionPolicy(settings.rejected_records, this.#streams.totals, (error) =>
			watcher === undefined ? this.#loader.fail(error) : watcher.broken(error),
		);
		this.#kept = this.#keepRun();
		this.#checkpoints = new Checkpoints({
			streams: this.#streams,
			policy: this.#policy,
			stats: this.#client.stats,
			acknowledges: !settings.dry_run,
			printState: (line) => this.#printState(line),
		});
		this.#loader = new Loader(
			{
				client: this.#client,
				settings,
				clock,
				stop,
				maxPending: maxPending(settings),
				flushesByAge: true,
				changes: fingerprints?.changes,
			},
			{
				outcome: (outcome) => this.#settle(outcome),
				marker: (checkpoint) => this.#checkpoints.release(checkpoint),
				odd: (oddity) => {
					const { answers } = this.#odd;
					answers.set(oddity, (answers.get(oddity) ?? 0) + 1);
				},
			},
		);
		watcher?.begin(this.#streams, this.#odd, fingerprints?.memory);
	}

	async run(): Promise<void> {
		const { log, settings } = this.#options;
		for (const text of deletionWarnings(this.#streams.values())) log('WARN', text);
		if (settings.dry_run) log('WARN', 'Dry run: no person is sent, and no state is saved.');
		void this.#logProgress();
		let isCompleted = false;
		try {
			await Promise.race([this.#load(), this.#failAfterGrace()]);
			await this.#kept?.finish();
			this.#checkpoints.releaseWithheld();
			isCompleted = true;
		} finally {
			await this.#closeStorage(isCompleted);
			this.#summarize();
		}
	}

	#keepRun(): KeptRun | undefined {
		const { access, settings, settled } = this.#options;
		if (access === undefined || settled !== undefined || settings.dry_run) return undefined;
		const onFailure = (error: unknown) => this.#loader.fail(error);
		return new KeptRun({ ...this.#options, access, onFailure });
	}

	#printState(line: string): void {
		if (this.#kept === undefined) this.#options.printState(line);
		else this.#kept.printState(line);
	}

	async #closeStorage(isCompleted: boolean): Promise<void> {
		const failure = this.#loader.failure?.problem.code;
		await this.#kept?.close({
			completed: isCompleted,
			...(failure !== undefined && { failure }),
			...reportOf(this.#ended()),
		});
		const missing = (await this.#fingerprints?.close()) ?? 0;
		if (isCompleted && missing > 0 && this.#isFullRefresh()) {
			this.#options.log('INFO', missingText(missing));
		}
	}

	/** Whether the run had all records of its streams; a retry has only some. */
	#isFullRefresh(): boolean {
		const isRetry = this.#options.settled !== undefined;
		if (isRetry || this.#isIncomplete) return false;
		return [...this.#streams.values()].every(
			({ isFullRefresh, report }) => isFullRefresh && report.received > 0,
		);
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
	}

	async #readAll(): Promise<void> {
		const lines = new LineSplitter();
		const take = (text: string, isWhole: boolean) => this.#takeLine(text, isWhole);
		for await (const chunk of this.#options.input) {
			lines.push(chunk, take);
			await this.#options.caughtUp();
			await this.#kept?.room();
			await this.#loader.room();
		}
		if (this.#options.stop.signal.aborted) throw this.#stopped();
		lines.end(take);
		const { received } = this.#streams.input.report;
		if (!this.#hasMessages && received + this.#odd.unknownTypes > 0) throw NO_MESSAGES;
	}

	#takeLine(line: string, isWhole: boolean): void {
		this.#lines++;
		const text = line.charCodeAt(0) === BYTE_ORDER_MARK ? line.slice(1) : line;
		const message = isWhole ? parseMessage(text) : undefined;
		const type = message?.type;
		if (type === 'RECORD' && isObject(message?.record)) this.#takeRecord(message.record);
		else if (type === 'STATE' && isObject(message?.state)) this.#takeState(message.state, text);
		else if (type === 'RECORD')
			this.#rejectLine({ code: 'invalid_record', why: 'no object' }, text);
		else if (IGNORED_TYPES.has(type)) this.#takeIgnored(message);
		else if (message !== undefined) this.#takeUnknown();
		else if (text.trim() !== '') this.#rejectLine({ code: 'unreadable_line' }, text);
	}

	#takeIgnored(message: IncomingMessage | undefined): void {
		this.#hasMessages = true;
		this.#isIncomplete ||= message?.trace?.stream_status?.status === 'INCOMPLETE';
	}

	#takeRecord(record: NonNullable<IncomingMessage['record']>): void {
		this.#hasMessages = true;
		if (!this.#isChecked) this.#checkStreams();
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

	/** Waits for a record, so that Airbyte can clear its data with any settings: it then runs without records. */
	#checkStreams(): void {
		this.#isChecked = true;
		const absent = this.#streams.check();
		if (absent.length === 0) return;
		const text = `streams names streams that are not in this connection: ${quoted(absent)}.`;
		this.#options.log('INFO', text);
	}

	#takePerson(ref: RecordRef, data: unknown): void {
		const { stream } = ref;
		this.#kept?.takes(ref, data);
		const mapped = stream.mapper.toPerson(data);
		this.#options.watcher?.mapped(ref, data, mapped);
		if (!stream.isDescribed && isObject(data)) this.#describe(stream);
		if (!stream.isIdentified && 'person' in mapped) this.#identify(stream);
		if ('emailLeftOut' in mapped) this.#streams.emailsLeftOut++;
		this.#show(mapped);
		this.#loader.add(ref, mapped);
		this.#policy.judge();
	}

	/** Logs how the columns are mapped, at the first record, because undeclared columns are not known before. */
	#describe(stream: Stream): void {
		stream.isDescribed = true;
		this.#options.log('INFO', columnsText(stream.name, stream.mapper.understanding()));
		if (stream.isDeclared) return;
		const doubt = doubtPeople(stream);
		if (doubt !== undefined) this.#options.log('WARN', paragraph(describe(doubt, this.#words)));
	}

	/** Once a record has a user ID, the column is known; undeclared ones are not known before. */
	#identify(stream: Stream): void {
		stream.isIdentified = true;
		this.#streams.checkOverlap();
	}

	#takeState(state: NonNullable<IncomingMessage['state']>, text: string): void {
		this.#hasMessages = true;
		const descriptor = state.stream?.stream_descriptor;
		const owner = descriptor && this.#streams.find(descriptor);
		const owners = descriptor ? (owner ? [owner] : []) : [...this.#streams.values()];
		const line = asJson(text.trimEnd());
		this.#loader.mark(this.#checkpoints.take(line, owners), line.length);
	}

	/** Counts a line of no stream as a rejected record of the run. */
	#rejectLine(rejection: Rejection, text: string): void {
		const ref = this.#streams.receive(this.#streams.input, this.#lines);
		this.#kept?.takes(ref, text);
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
		this.#options.settled?.(outcome);
		if (outcome.status !== 'rejected') {
			this.#checkpoints.releaseWithheld();
			return;
		}
		const { ref, rejection } = outcome;
		this.#kept?.rejects(ref, rejection);
		const count = ref.stream.report.rejections.get(rejection.code)?.count ?? 0;
		if (count <= settings.rejected_records.samples) {
			log('WARN', rejectionText(ref, rejection, hash, this.#words));
		}
		this.#policy.judge(outcome);
	}

	/** In a dry run, logs the first people as they would be sent, if the log may show values. */
	#show(mapped: Mapped | Rejection): void {
		const { log, settings } = this.#options;
		const shows = settings.dry_run && settings.rejected_records.include_values;
		if (!shows || 'code' in mapped || this.#shown >= PEOPLE_SHOWN) return;
		this.#shown++;
		log('INFO', `Would be sent: ${mapped.json}`);
	}

	/** Once stopped, waits for requests under way for a while, then throws. */
	async #failAfterGrace(): Promise<never> {
		const { clock, stop } = this.#options;
		while (!stop.signal.aborted) await clock.sleep(FOREVER_MS, stop.signal);
		await clock.sleep(GRACE_MS);
		throw this.#loader.failure ?? this.#stopped();
	}

	#stopped(): FlameupError {
		const { trouble } = this.#client.stats;
		return new FlameupError({ code: 'stopped', ...(trouble !== undefined && { trouble }) });
	}

	async #logProgress(): Promise<void> {
		const { clock, log, stop } = this.#options;
		for (;;) {
			await clock.sleep(PROGRESS_MS, stop.signal);
			if (stop.signal.aborted) return;
			const { totals } = this.#streams;
			log('INFO', progressText(totals, this.#client.stats, this.#startedAt, clock.now()));
		}
	}

	#logTrouble(problem: Problem): void {
		const { give_up_after_minutes } = this.#options.settings.pace;
		const text = troubleText(describe(problem, this.#words), give_up_after_minutes);
		this.#options.log('WARN', text);
	}

	#ended(): Ended {
		const { clock, settings } = this.#options;
		return {
			streams: this.#streams,
			stats: this.#client.stats,
			odd: this.#odd,
			elapsedMs: clock.now() - this.#startedAt,
			isDryRun: settings.dry_run,
			words: this.#words,
		};
	}

	#summarize(): void {
		for (const [level, text] of summaryLines(this.#ended())) this.#options.log(level, text);
	}
}

function maxPending({ batches, pace }: Settings) {
	const { batches: waiting, characters } = MAX_WAITING;
	const records = batches.people_per_request * (pace.requests_in_flight + waiting);
	return { records, characters };
}

const BYTE_ORDER_MARK = 0xfeff;

/**
 * CDC sources set a column on records of deleted rows; some databases store its name in capitals. Flameup
 * documents no way to delete, and sending the record would create the person again.
 */
const isDeleted = (data: unknown): boolean =>
	isObject(data) && (isDeletion(data._ab_cdc_deleted_at) || isDeletion(data._AB_CDC_DELETED_AT));

const isDeletion = (deletedAt: unknown): boolean => !isBlank(deletedAt) && deletedAt !== false;

const NO_MESSAGES = new FlameupError({ code: 'no_messages' });
