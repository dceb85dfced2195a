import { type Counts, createReport, noCounts, type Report } from '../../src/loading/report';
import { Mapper } from '../../src/mapping/mapper';
import type { ColumnSetting } from '../../src/mapping/wishes';
import {
	type Mapping,
	type Settings,
	type StreamSettings,
	streamMapping,
} from '../../src/settings/settings';
import { type ConfiguredStream, type StreamDescriptor, streamName } from './protocol';

/** Where a record came from, and the counts it belongs to. */
export interface RecordRef {
	readonly stream: Stream;
	/** 1 is the first record of its stream, or the first line of the input. */
	readonly number: number;
	/** The counts of its stream between two states. */
	readonly counts: Counts;
}

/** One stream of the catalog, with its mapper and its counts. */
export interface Stream {
	readonly name: string;
	readonly mapper: Mapper;
	readonly mapping: Mapping;
	readonly settings: StreamSettings | undefined;
	readonly primaryKey: readonly (readonly string[])[];
	readonly replaces: boolean;
	/** The input itself, for lines that belong to no stream. */
	readonly isInput: boolean;
	readonly isDeclared: boolean;
	/** How its columns were understood has been told. */
	isTold: boolean;
	readonly report: Report<RecordRef>;
	/** Positions of the first records that were merged into another one. */
	readonly merged: number[];
	/** Counts since the last state of any stream came in. */
	incoming: Counts;
	/** Settled counts since the last state of this stream went out. */
	outgoing: Counts;
}

/** A stream of the catalog with its own settings laid over the general ones. */
export function createStream(
	configured: ConfiguredStream,
	settings: Settings,
	isInput = false,
): Stream {
	const { stream, primary_key: chosenKey } = configured;
	const own = settings.streams.find((one) => isFor(one, stream));
	const properties = stream.json_schema?.properties ?? {};
	const columns = Object.keys(properties);
	const primaryKey = chosenKey?.length ? chosenKey : (stream.source_defined_primary_key ?? []);
	const mapping = own === undefined ? settings.mapping : streamMapping(settings.mapping, own);
	return {
		name: streamName(stream),
		mapping,
		settings: own,
		primaryKey,
		replaces: configured.destination_sync_mode === 'overwrite',
		isInput,
		isDeclared: columns.length > 0,
		isTold: false,
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

/** Whether settings are for a stream; without a namespace they are for the name in any. */
export const isFor = (own: StreamSettings, { name, namespace }: StreamDescriptor): boolean =>
	own.stream === name && (own.namespace === undefined || own.namespace === (namespace ?? ''));

/** Whether a setting of the mapping is the general one for this stream. */
export const isGeneral = ({ settings }: Stream, setting: ColumnSetting): boolean =>
	settings?.mapping[setting] === undefined;

const NUMERIC: ReadonlySet<unknown> = new Set(['number', 'integer', 'null']);

/** Whether a column's JSON Schema allows nothing but numbers. */
function isNumeric(schema: unknown): boolean {
	const { type } = (schema ?? {}) as { type?: unknown };
	const types = Array.isArray(type) ? type : [type];
	return types.every((one) => NUMERIC.has(one)) && types.some((one) => one !== 'null');
}
