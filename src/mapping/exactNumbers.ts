/** JSON.parse with the source text of numbers, and JSON.rawJSON (Node 21 and later). */
interface ExactJson {
	isRawJSON?: (value: unknown) => boolean;
	parse(
		text: string,
		reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
	): unknown;
	rawJSON(text: string): unknown;
}

const json = JSON as unknown as ExactJson;

/** Whether a value is a number that `parseExactly` kept as text; its `typeof` is object. */
export const isExactNumber = (value: unknown): value is { rawJSON: string } =>
	json.isRawJSON?.(value) === true;

/** A double keeps any 15 digits; with a dot, these are 16 characters. */
const LONGEST_SAFE = 16;

const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;

const isDigitOrDot = (code: number): boolean => (code >= ZERO && code <= NINE) || code === DOT;

/**
 * Whether a long number must be kept as text: a double changes it, or cannot distinguish it from its
 * neighbours.
 */
function needsText(source: string): boolean {
	const value = Number(source);
	return String(value) !== source || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/**
 * Whether a JSON text may contain a number to be kept as text: a long run of digits that does not follow a
 * quotation mark. For speed, it checks only every 16th character, and the characters around a digit.
 */
function mayHoldLongNumber(text: string): boolean {
	for (let at = 0; at < text.length; at += LONGEST_SAFE) {
		if (!isDigitOrDot(text.charCodeAt(at))) continue;
		let from = at;
		while (from > 0 && isDigitOrDot(text.charCodeAt(from - 1))) from--;
		let to = at + 1;
		while (isDigitOrDot(text.charCodeAt(to))) to++;
		const isLongRun = to - from >= LONGEST_SAFE && text[from - 1] !== '"';
		if (isLongRun && (isExponent(text, to) || needsText(text.slice(from, to)))) return true;
		at = to - (to % LONGEST_SAFE);
	}
	return false;
}

const isExponent = (text: string, at: number): boolean => text[at] === 'e' || text[at] === 'E';

/** Shorter numbers stay numbers; otherwise 1.0 and 1 would be different user IDs in lines with a long number. */
const isLong = (source: string | undefined): source is string =>
	source !== undefined && /^-?[\d.]{16}/.test(source);

/** JSON.parse, but keeps numbers that a double cannot hold exactly as text (JSON.rawJSON). */
export function parseExactly(text: string): unknown {
	if (!mayHoldLongNumber(text)) return JSON.parse(text);
	return json.parse(text, (_key, value, { source }) =>
		typeof value === 'number' && isLong(source) && needsText(source) ? json.rawJSON(source) : value,
	);
}
