import { maxPersonBytes } from '../../src/loading/batcher';
import { type Counts, createReport, noCounts, type Report } from '../../src/loading/report';
import { createMapper, type Mapper } from '../../src/mapping/mapper';
import type { Settings } from '../../src/settings/settings';
import { type ConfiguredStream, type StreamDescriptor, streamKey, streamName } from './protocol';

/** Where a record came from, and the counts it belongs to. */
export interface RecordRef {
	readonly stream: Stream;
	/** 1 is the first record of its stream. */
	readonly number: number;
	/** The counts of its stream between two states. */
	readonly counts: Counts;
}

/** One stream of the catalog, with its mapper and its counts. */
export interface Stream {
	readonly name: string;
	readonly mapper: Mapper;
	readonly replaces: boolean;
	readonly report: Report<RecordRef>;
	/** Counts since the last state of any stream came in. */
	incoming: Counts;
	/** Settled counts since the last state of this stream went out. */
	outgoing: Counts;
}

/** The streams of a catalog by their key. Throws ConfigError when columns and settings clash. */
export function createStreams(
	catalog: readonly ConfiguredStream[],
	settings: Settings,
): Map<string, Stream> {
	return new Map(
		catalog.map((configured) => [streamKey(configured.stream), createStream(configured, settings)]),
	);
}

function createStream(configured: ConfiguredStream, settings: Settings): Stream {
	const { stream, primary_key: chosenKey } = configured;
	const primaryKey = chosenKey?.length ? chosenKey : (stream.source_defined_primary_key ?? []);
	return {
		name: streamName(stream),
		replaces: configured.destination_sync_mode === 'overwrite',
		mapper: createMapper({
			mapping: settings.mapping,
			columns: Object.keys(stream.json_schema?.properties ?? {}),
			primaryKey,
			invalidEmail: settings.rejected_records.invalid_email,
			phoneIsTrait: settings.workspace_id !== '',
			maxBytes: maxPersonBytes(settings.batches.bytes_per_request),
		}),
		report: createReport(),
		incoming: noCounts(),
		outgoing: noCounts(),
	};
}

/** The stream that a record or a state names. */
export const findStream = (
	streams: ReadonlyMap<string, Stream>,
	{ name, namespace }: { readonly name?: unknown; readonly namespace?: unknown },
): Stream | undefined =>
	typeof name === 'string' && typeof (namespace ?? '') === 'string'
		? streams.get(streamKey({ name, namespace } as StreamDescriptor))
		: undefined;
