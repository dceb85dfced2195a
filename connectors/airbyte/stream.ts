import { type Counts, createReport, noCounts, type Report } from '../../src/loading/report';
import type { Listing } from '../../src/mapping/listings';
import { Mapper } from '../../src/mapping/mapper';
import {
	type Mapping,
	type Settings,
	type StreamSettings,
	settingsFor,
	streamMapping,
} from '../../src/settings/settings';
import { type ConfiguredStream, type StreamDescriptor, streamName, syncMode } from './protocol';

/** The origin of a record, and the counts that it belongs to. */
export interface RecordRef {
	readonly stream: Stream;
	/** Its position in its stream, or the number of its input line; the first is 1. */
	readonly number: number;
	/** Its position among all records of the run that are to be sent. */
	readonly place: number;
	/** Its stream's counts between two states. */
	readonly counts: Counts;
	/** The record as it came, if rejected records are kept. */
	data?: unknown;
}

/** One stream of the catalog, with its mapper and its counts. */
export interface Stream {
	readonly name: string;
	readonly descriptor: StreamDescriptor;
	readonly mapper: Mapper;
	readonly mapping: Mapping;
	readonly settings: StreamSettings | undefined;
	readonly primaryKey: readonly (readonly string[])[];
	readonly replaces: boolean;
	/** The source sends all of its records in each sync. */
	readonly isFullRefresh: boolean;
	/** Stands for input lines that belong to no stream. */
	readonly isInput: boolean;
	readonly isDeclared: boolean;
	/** The log has described its columns. */
	isDescribed: boolean;
	/** A record of it had a user ID. */
	isIdentified: boolean;
	readonly report: Report<RecordRef>;
	/** Positions of the first merged records. */
	readonly merged: number[];
	/** Counts since the last incoming state of any stream. */
	incoming: Counts;
	/** Settled counts since the last acknowledged state of this stream. */
	outgoing: Counts;
}

/** A stream of the catalog with its own settings applied. */
export function createStream(
	configured: ConfiguredStream,
	settings: Settings,
	isInput = false,
): Stream {
	const { stream, primary_key: chosenKey } = configured;
	const own = settingsFor(settings.streams, stream);
	const properties = stream.json_schema?.properties ?? {};
	const columns = Object.keys(properties);
	const primaryKey = chosenKey?.length ? chosenKey : (stream.source_defined_primary_key ?? []);
	const mapping = own === undefined ? settings.mapping : streamMapping(settings.mapping, own);
	return {
		name: streamName(stream),
		descriptor: { name: stream.name, namespace: stream.namespace },
		mapping,
		settings: own,
		primaryKey,
		isFullRefresh: configured.sync_mode === 'full_refresh',
		replaces: syncMode(configured).startsWith('overwrite'),
		isInput,
		isDeclared: columns.length > 0,
		isDescribed: false,
		isIdentified: false,
		mapper: new Mapper({
			settings,
			mapping,
			columns,
			primaryKey,
			numericColumns: new Set(columns.filter((column) => isNumeric(properties[column]))),
			userIdPrefix: own?.user_id_prefix ?? '',
		}),
		report: createReport(),
		merged: [],
		incoming: noCounts(),
		outgoing: noCounts(),
	};
}

/** Whether a listing comes from the general mapping rather than the stream's own. */
export function isGeneral({ settings }: Stream, { listed, setting }: Listing): boolean {
	if (setting === 'exclude_columns') return !settings?.mapping.exclude_columns?.includes(listed);
	return settings?.mapping[setting] === undefined;
}

const NUMERIC: ReadonlySet<unknown> = new Set(['number', 'integer', 'null']);

/** Whether a column's JSON Schema allows only numbers. */
function isNumeric(schema: unknown): boolean {
	const types = typesOf(schema);
	return types.every((one) => NUMERIC.has(one)) && types.some((one) => one !== 'null');
}

/** All types of a schema, including its alternatives. */
function typesOf(schema: unknown): unknown[] {
	const { anyOf, oneOf, type } = (schema ?? {}) as Record<string, unknown>;
	const alternatives = [oneOf, anyOf].filter(Array.isArray).flat();
	if (alternatives.length > 0) return alternatives.flatMap(typesOf);
	return Array.isArray(type) ? type : [type];
}
