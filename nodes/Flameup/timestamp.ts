import { tryToParseDateTime } from 'n8n-workflow';
import { asJson } from '../../src/mapping/jsonValues';
import { invalidParameter } from './failure';
import type { Read } from './parameters';
import type { Run } from './run';

/** A date, or a date and a time, with or without a zone. */
const ISO =
	/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

const EPOCH = /^\d+(?:\.\d+)?$/;

/** Numbers outside of 2000 to 2100 are something other than a time. */
const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2101, 0);

/** A parameter that holds a time, as ISO 8601 text in UTC; undefined if it is empty. */
export function timestampReader(
	{ context, parameters }: Run,
	path: string,
	label: string,
): Read<string | undefined> {
	const read = parameters.each(path, label);
	const zone = context.getTimezone();
	return (row) => {
		const given = read(row);
		if (given === undefined || given === null) return undefined;
		if (typeof given === 'string' && given.trim() === '') return undefined;
		const ms = toMs(given, zone);
		if (ms !== undefined) return new Date(ms).toISOString();
		throw invalidParameter(
			`"${label}" is not a date and time`,
			'Enter ISO 8601 text, such as 2026-11-21T09:30:00Z, or the seconds or milliseconds since 1970 for a time between 2000 and 2100.',
		);
	};
}

/** Text without a zone is in the zone of the workflow. */
function toMs(given: unknown, zone: string): number | undefined {
	const value = asJson(given);
	const isScalar = typeof value === 'string' || typeof value === 'number';
	const text = isScalar ? String(value).trim() : '';
	if (EPOCH.test(text)) return epochMs(Number(text));
	return ISO.test(text) ? isoMs(text.replace(' ', 'T').replace(/\s/, ''), zone) : undefined;
}

/** What counts seconds in this century would be a time in 1970 as milliseconds. */
const epochMs = (value: number): number | undefined =>
	[value * 1000, value].find((ms) => ms >= EARLIEST_MS && ms < LATEST_MS);

/** Undefined when there is no such day or hour. */
function isoMs(text: string, zone: string): number | undefined {
	try {
		const time = tryToParseDateTime(text.toUpperCase(), zone);
		// JavaScript turns 30 February into 2 March.
		return time.day === Number(text.slice(8, 10)) ? time.toMillis() : undefined;
	} catch {
		return undefined;
	}
}
