import type { IncomingMessage } from './protocol';

/** JSON.parse that knows the text of each number, and the means to write it back (Node 21 and later). */
interface ExactJson {
	parse(
		text: string,
		reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
	): unknown;
	rawJSON(text: string): unknown;
}

const json = JSON as unknown as ExactJson;

/** Parses a message so that every number that a double would change is written back as it came. */
export const parseExactly = (text: string): IncomingMessage =>
	json.parse(text, (_key, value, { source }) =>
		typeof value === 'number' && source !== undefined && String(value) !== source
			? json.rawJSON(source)
			: value,
	) as IncomingMessage;
