import { FlameupError } from '../../src/errors';
import type { Outcome } from '../../src/loading/outcomes';
import { count, createReport, tally } from '../../src/loading/report';
import type { Settings } from '../../src/settings/settings';
import { type ConfiguredStream, type StreamDescriptor, streamKey, streamName } from './protocol';
import { createStream, type RecordRef, type Stream } from './stream';
import { absentStreams, checkOverlap, checkStreams } from './streamChecks';

/** How many merged records the log gives as examples. */
const MERGED_EXAMPLES = 3;

/** The streams of a catalog and their counts. */
export class Streams {
	readonly #byKey = new Map<string, Stream>();
	readonly #settings: Settings;
	readonly #catalog: readonly StreamDescriptor[];
	/** The latest search, because most records follow one of the same stream. */
	#found: { name?: string; namespace?: unknown; stream?: Stream | undefined } = {};
	/** Input lines that belong to no stream. */
	readonly input: Stream;
	readonly totals = createReport<RecordRef>();
	emailsLeftOut = 0;

	/** Throws FlameupError if a stream of the catalog is unusable. */
	constructor(catalog: readonly ConfiguredStream[], settings: Settings) {
		this.#settings = settings;
		for (const configured of catalog) {
			const key = streamKey(configured.stream);
			const name = streamName(configured.stream);
			if (this.#byKey.has(key)) throw new FlameupError({ code: 'duplicate_stream', stream: name });
			this.#byKey.set(key, createStream(configured, settings));
		}
		this.input = createStream({ stream: { name: 'input' } }, { ...settings, streams: [] }, true);
		this.#catalog = catalog.map(({ stream }) => stream);
	}

	/**
	 * Throws FlameupError if streams, columns and settings do not match. Returns the streams in the settings that
	 * the catalog lacks.
	 */
	check(): readonly string[] {
		const absent = absentStreams(this.#catalog, this.#settings);
		checkStreams([...this.values()], this.#settings);
		return absent;
	}

	/** Each stream of the catalog. */
	values(): Iterable<Stream> {
		return this.#byKey.values();
	}

	/** The streams of the catalog, and the input if it had lines of no stream. */
	*counted(): Iterable<Stream> {
		yield* this.#byKey.values();
		if (this.input.report.received > 0) yield this.input;
	}

	/** The stream that a record or a state belongs to. */
	find({ name, namespace }: { readonly name?: unknown; readonly namespace?: unknown }) {
		if (typeof name !== 'string' || typeof (namespace ?? '') !== 'string') return undefined;
		const found = this.#found;
		if (name === found.name && namespace === found.namespace) return found.stream;
		const stream = this.#byKey.get(streamKey({ name, namespace } as StreamDescriptor));
		this.#found = { name, namespace, stream };
		return stream;
	}

	/** Throws FlameupError if streams would overwrite each other's people, judging by the known columns. */
	checkOverlap(): void {
		checkOverlap([...this.values()], this.#settings);
	}

	/** Counts an incoming record; `number` is its position, by default in its stream. */
	receive(stream: Stream, number = stream.report.received + 1): RecordRef {
		const { deletedInSource, received, skipped } = this.totals;
		const place = received - deletedInSource - skipped + 1;
		this.totals.received++;
		stream.report.received++;
		stream.incoming.received++;
		return { stream, number, place, counts: stream.incoming };
	}

	/** Counts a record that the source marks as deleted. */
	delete({ counts, stream }: RecordRef): void {
		for (const one of [this.totals, stream.report, counts]) one.deletedInSource++;
	}

	/** Counts a record of a skipped stream. */
	skip({ counts, stream }: RecordRef): void {
		for (const one of [this.totals, stream.report, counts]) one.skipped++;
	}

	/** Counts the outcome of a record. */
	settle(outcome: Outcome<RecordRef>): void {
		const { counts, number, stream } = outcome.ref;
		const { samples } = this.#settings.rejected_records;
		tally(this.totals, outcome, samples);
		tally(stream.report, outcome, samples);
		count(counts, outcome);
		if (outcome.status !== 'upserted' || outcome.merged !== true) return;
		if (stream.merged.length < MERGED_EXAMPLES) stream.merged.push(number);
	}
}
