import { z } from 'zod/v4';
import { FlameupError } from '../../src/errors';
import { parseExactly } from '../../src/mapping/exactNumbers';
import { isObject, type SourceRecord } from '../../src/mapping/jsonValues';

/** The parts of Airbyte's protocol that a destination needs (version 0.2.0, one JSON object per line). */

/** The level of a log message. */
export type LogLevel = 'INFO' | 'WARN' | 'DEBUG';

/** Airbyte's types of failures. */
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

/** All messages that this destination writes, except STATE, which is echoed as text. */
export type OutgoingMessage =
	| { type: 'SPEC'; spec: unknown }
	| {
			type: 'CONNECTION_STATUS';
			connectionStatus: { status: 'SUCCEEDED' | 'FAILED'; message: string };
	  }
	| { type: 'DESTINATION_CATALOG'; destination_catalog: { operations: unknown[] } }
	| { type: 'LOG'; log: { level: LogLevel; message: string } }
	| {
			type: 'TRACE';
			trace: {
				type: 'ERROR';
				emitted_at: number;
				error: { message: string; internal_message: string; failure_type: FailureType };
			};
	  };

const path = z.array(z.string());

/** An object with any names; zod's own records refuse `constructor`. */
const properties = z.custom<SourceRecord>(isObject, {
	params: { problem: 'type', expected: 'object' },
});

/** A configured catalog; some senders write explicit nulls. Other properties are ignored. */
export const ConfiguredCatalog = z.object({
	streams: z.array(
		z.object({
			stream: z.object({
				name: z.string(),
				namespace: z.string().nullish(),
				json_schema: z.object({ properties: properties.nullish() }).nullish(),
				source_defined_primary_key: z.array(path).nullish(),
			}),
			primary_key: z.array(path).nullish(),
			sync_mode: z.string().nullish(),
			destination_sync_mode: z.string().nullish(),
		}),
	),
});
export type ConfiguredStream = z.infer<typeof ConfiguredCatalog>['streams'][number];

/** The stream of a record or a state. */
export interface StreamDescriptor {
	readonly name: string;
	readonly namespace?: string | null | undefined;
}

/** A stream's name for the user: namespace.name. */
export const streamName = ({ name, namespace }: StreamDescriptor): string =>
	namespace ? `${namespace}.${name}` : name;

/** The sync modes that the specification offers; each upserts every record. */
export const SYNC_MODES = ['append', 'append_dedup'];

/** Those that clients such as PyAirbyte request nevertheless, and that do the same. */
const ACCEPTED = [...SYNC_MODES, 'overwrite', 'overwrite_dedup'];

/** The sync mode of a stream. Throws FlameupError (unknown_sync_mode) if it is not accepted. */
export function syncMode({ destination_sync_mode, stream }: ConfiguredStream): string {
	const mode = destination_sync_mode ?? 'append';
	if (ACCEPTED.includes(mode)) return mode;
	const name = streamName(stream);
	throw new FlameupError({ code: 'unknown_sync_mode', stream: name, mode, modes: SYNC_MODES });
}

/** A key that is unique for each stream, whatever characters the names contain. */
export const streamKey = ({ name, namespace }: StreamDescriptor): string =>
	`${namespace ?? ''}\u0000${name}`;

/** An incoming message, with only the members that `write` reads. */
export interface IncomingMessage {
	readonly type?: unknown;
	readonly record?: {
		readonly stream?: unknown;
		readonly namespace?: unknown;
		readonly data?: unknown;
	};
	readonly trace?: { readonly stream_status?: { readonly status?: unknown } | null };
	readonly state?: {
		readonly type?: unknown;
		readonly stream?: {
			readonly stream_descriptor?: { name?: unknown; namespace?: unknown };
		} | null;
	};
}

/** Types of messages that are ignored without a warning. */
export const IGNORED_TYPES: ReadonlySet<unknown> = new Set([
	'TRACE',
	'LOG',
	'CONTROL',
	'SPEC',
	'CATALOG',
	'CONNECTION_STATUS',
	'DESTINATION_CATALOG',
]);

/** Parses one line; undefined if it is not a JSON object. */
export function parseMessage(text: string): IncomingMessage | undefined {
	const message = parse(text) ?? (BARE_WORD.test(text) ? parse(withoutBareWords(text)) : undefined);
	return isObject(message) ? message : undefined;
}

/** The line as it can be printed: the same text, unless it is JSON only without its bare words. */
export const asJson = (text: string): string =>
	/NaN|Infinity/.test(text) && parse(text) === undefined ? withoutBareWords(text) : text;

function parse(text: string): unknown {
	try {
		return parseExactly(text);
	} catch (error) {
		return error instanceof RangeError ? withoutData(text) : undefined;
	}
}

const BARE_WORD = /\b(?:NaN|Infinity)\b/;
const BARE_WORDS = /-?\b(?:NaN|Infinity)\b/g;

/** Replaces NaN and Infinity, which Python's json may write, by null outside of strings. */
function withoutBareWords(text: string): string {
	const parts: string[] = [];
	for (let from = 0; from < text.length; ) {
		const open = text.indexOf('"', from);
		const stringFrom = open < 0 ? text.length : open;
		const stringTo = open < 0 ? text.length : endOfString(text, open);
		parts.push(text.slice(from, stringFrom).replace(BARE_WORDS, 'null'));
		parts.push(text.slice(stringFrom, stringTo));
		from = stringTo;
	}
	return parts.join('');
}

/** The position after the string that opens at `from`, or the end of the text. */
function endOfString(text: string, from: number): number {
	const mark = /["\\]/g;
	mark.lastIndex = from + 1;
	for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
		if (found[0] === '"') return mark.lastIndex;
		mark.lastIndex++;
	}
	return text.length;
}

/** Drops the data of a record nested too deeply to keep its long numbers, so that the record is rejected. */
function withoutData(text: string): IncomingMessage {
	const message: IncomingMessage = JSON.parse(text);
	return isObject(message.record)
		? { ...message, record: { ...message.record, data: undefined } }
		: message;
}

/** The name of a record's stream for the user; the record may have any value there. */
export const streamLabel = ({
	namespace,
	stream,
}: NonNullable<IncomingMessage['record']>): string =>
	typeof stream === 'string'
		? streamName({ name: stream, namespace: typeof namespace === 'string' ? namespace : null })
		: '(without a name)';
