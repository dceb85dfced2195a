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
const MINUS = 0x2d;

const isDigitOrDot = (code: number): boolean => (code >= ZERO && code <= NINE) || code === DOT;

/** A fraction or an exponent. */
const NOT_WHOLE = /[.eE]/;

/**
 * Whether a long number must be kept as text: a double changes it, or cannot distinguish it from its
 * neighbors.
 */
function needsText(source: string): boolean {
	const value = Number(source);
	const isSafe = Number.isSafeInteger(value) || !Number.isInteger(value);
	// Comparing the text takes three times as long, and a safe whole number always has the same one.
	return !isSafe || (NOT_WHOLE.test(source) && String(value) !== source);
}

/** Part of a text. */
interface Span {
	readonly from: number;
	readonly to: number;
}

/**
 * The next number of a JSON text that may have to be kept as text; it may also be inside a string. For speed,
 * only every 16th character is checked, and the characters around a digit.
 */
function nextLongNumber(text: string, start: number): Span | undefined {
	for (let at = start; at < text.length; at += LONGEST_SAFE) {
		if (!isDigitOrDot(text.charCodeAt(at))) continue;
		let from = at;
		while (from > 0 && isDigitOrDot(text.charCodeAt(from - 1))) from--;
		let to = at + 1;
		while (isDigitOrDot(text.charCodeAt(to))) to++;
		at = to;
		if (to - from < LONGEST_SAFE) continue;
		if (text.charCodeAt(from - 1) === MINUS) from--;
		if (startsValue(text, from)) return { from, to };
	}
	return undefined;
}

const isExponent = (text: string, at: number): boolean => text[at] === 'e' || text[at] === 'E';

/** Whether a number can begin at `from`. */
const startsValue = (text: string, from: number): boolean =>
	from === 0 || ' :,[\t\r\n'.includes(text[from - 1] ?? '');

/** Whether a number that is no name can end at `to`. */
function endsValue(text: string, to: number): boolean {
	let at = to;
	while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at++;
	return at === text.length || ',]}'.includes(text[at] ?? '');
}

/** The character that marks a number made a string; JSON texts hardly ever contain it. */
const MARK_CODE = 0x7f;
const MARK = String.fromCharCode(MARK_CODE);
const ESCAPED_MARK = /\\u007f/i;

/** The text with each number in `spans` as a marked string. */
function withStrings(text: string, spans: readonly Span[]): string {
	let result = '';
	let done = 0;
	for (const { from, to } of spans) {
		result += `${text.slice(done, from)}"${MARK}${text.slice(from, to)}"`;
		done = to;
	}
	return result + text.slice(done);
}

/** A marked string as the number, or any other value with all that it contains. Throws a RangeError if it is nested too deeply. */
function restored(value: unknown): unknown {
	if (typeof value === 'string') {
		return value.charCodeAt(0) === MARK_CODE ? json.rawJSON(value.slice(1)) : value;
	}
	if (Array.isArray(value)) restoreItems(value);
	else if (typeof value === 'object' && value !== null) restoreMembers(value as SourceObject);
	return value;
}

type SourceObject = Record<string, unknown>;

function restoreMembers(object: SourceObject): void {
	for (const name in object) {
		const member = object[name];
		const kept = restored(member);
		if (kept !== member) object[name] = kept;
	}
}

/** Apart from objects, because `for in` over an array is ten times slower. */
function restoreItems(items: unknown[]): void {
	for (let i = 0; i < items.length; i++) {
		const kept = restored(items[i]);
		if (kept !== items[i]) items[i] = kept;
	}
}

/** Parses a text whose numbers in `spans` must be kept; undefined if they are inside strings. */
function parseMarked(text: string, spans: readonly Span[]): unknown {
	if (text.includes(MARK) || ESCAPED_MARK.test(text)) return undefined;
	let value: unknown;
	try {
		// The quotation marks around a number inside a string would end it, so this is no JSON then.
		value = JSON.parse(withStrings(text, spans));
	} catch {
		return undefined;
	}
	return restored(value);
}

/** Shorter numbers stay numbers; otherwise 1.0 and 1 would be different user IDs in lines with a long number. */
const isLong = (source: string | undefined): source is string =>
	source !== undefined && /^-?[\d.]{16}/.test(source);

/** Takes five times as long as JSON.parse. */
const parseWithSources = (text: string): unknown =>
	json.parse(text, (_key, value, { source }) =>
		typeof value === 'number' && isLong(source) && needsText(source) ? json.rawJSON(source) : value,
	);

/** JSON.parse, but keeps numbers that a double cannot hold exactly as text (JSON.rawJSON). */
export function parseExactly(text: string): unknown {
	let spans: Span[] | undefined;
	let next = nextLongNumber(text, 0);
	for (; next !== undefined; next = nextLongNumber(text, next.to)) {
		const { from, to } = next;
		if (isExponent(text, to)) return parseWithSources(text);
		if (!endsValue(text, to) || !needsText(text.slice(from, to))) continue;
		spans ??= [];
		spans.push(next);
	}
	if (spans === undefined) return JSON.parse(text);
	return parseMarked(text, spans) ?? parseWithSources(text);
}
