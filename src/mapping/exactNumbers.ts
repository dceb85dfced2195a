/** JSON.parse that knows the text of each number, and the means to write it back (Node 21 and later). */
interface ExactJson {
	isRawJSON?: (value: unknown) => boolean;
	parse(
		text: string,
		reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
	): unknown;
	rawJSON(text: string): unknown;
}

const json = JSON as unknown as ExactJson;

/** Whether it is a number that `parseExactly` has kept as its text; for `typeof` it is an object. */
export const isExactNumber = (value: unknown): value is { rawJSON: string } =>
	json.isRawJSON?.(value) === true;

/** A double keeps 15 digits of any number; a dot makes 16 characters of them. */
const LONGEST_SAFE = 16;

const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;

const isDigitOrDot = (code: number): boolean => (code >= ZERO && code <= NINE) || code === DOT;

/** Whether a long number must keep its text: a double changes it, or cannot tell it from its neighbours. */
function needsText(source: string): boolean {
	const value = Number(source);
	return String(value) !== source || (Number.isInteger(value) && !Number.isSafeInteger(value));
}

/**
 * Whether a JSON text may hold a number that must keep its text: a long run of digits that does not follow
 * a quotation mark. Looks only at every 16th character and around it, so that it costs little.
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

/** Shorter ones stay numbers, or 1.0 would be another user ID than 1 where a long number is near. */
const isLong = (source: string | undefined): source is string =>
	source !== undefined && /^-?[\d.]{16}/.test(source);

/** JSON.parse, but numbers with more digits than a double tells apart are kept as they came (JSON.rawJSON). */
export function parseExactly(text: string): unknown {
	if (!mayHoldLongNumber(text)) return JSON.parse(text);
	return json.parse(text, (_key, value, { source }) =>
		typeof value === 'number' && isLong(source) && needsText(source) ? json.rawJSON(source) : value,
	);
}
