/**
 * Walks over a JSON text in UTF-8 without creating values. Functions take a position and return the one after
 * what they skip, or FAILED if it is not valid JSON; from FAILED they fail as well. To visit the members of an
 * object or the items of a list: `first`, then `next` after each of them, while `isOpen`.
 *
 * Plain functions, because methods with private fields took a third longer.
 */

/** The result of skipping something that is not valid JSON. */
export const FAILED = -1;

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;
const FIRST_BEYOND_ASCII = 0x80;

/** Deeper nesting is refused, so that the stack does not overflow. */
const DEEPEST = 64;

/** The brackets of an object or a list. */
export interface Brackets {
	readonly open: number;
	readonly close: number;
}

/** Those of an object. */
export const OBJECT: Brackets = { open: 0x7b, close: 0x7d };
/** Those of a list. */
export const LIST: Brackets = { open: 0x5b, close: 0x5d };

/** Part of a text. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

const isBlank = (byte = 0): boolean =>
	byte <= SPACE && (byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB);

const isDigit = (byte = 0): boolean => byte >= ZERO && byte <= NINE;

/** Whether a byte stands for itself inside a string. Most are letters, which the first comparison tells. */
const isPlain = (byte = 0): boolean =>
	byte > BACKSLASH || (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH);

const isPlainAscii = (byte = 0): boolean => byte < FIRST_BEYOND_ASCII && isPlain(byte);

const isIn = (characters: string, byte = 0): boolean =>
	characters.includes(String.fromCharCode(byte));

/** Whether nothing but white space follows. */
export const isOver = (bytes: Uint8Array, from: number): boolean =>
	skipBlanks(bytes, from) === bytes.length;

/** Whether two spans have the same bytes. */
export function areEqual(bytes: Uint8Array, one: Span, other: Span): boolean {
	const length = one.to - one.from;
	if (length !== other.to - other.from) return false;
	for (let i = 0; i < length; i++) {
		if (bytes[one.from + i] !== bytes[other.from + i]) return false;
	}
	return true;
}

/** A number that is equal for equal spans, and rarely for others. */
export function hash(bytes: Uint8Array, from: number, to: number): number {
	let hash = 0;
	for (let at = from; at < to; at++) hash = Math.imul(hash, 31) ^ (bytes[at] ?? 0);
	return hash;
}

/** The number of a span of digits. */
export function digits(bytes: Uint8Array, from: number, to: number): number {
	let number = 0;
	for (let at = from; at < to; at++) number = number * 10 + (bytes[at] ?? 0) - ZERO;
	return number;
}

/** The first member or item, or the closing bracket if there is none. */
export const first = (bytes: Uint8Array, from: number, { open }: Brackets): number =>
	bytes[from] === open ? skipBlanks(bytes, from + 1) : FAILED;

/** The member or item after one that ended at `end`, or the closing bracket. */
export function next(bytes: Uint8Array, end: number, { close }: Brackets): number {
	if (end === FAILED) return FAILED;
	const at = skipBlanks(bytes, end);
	if (bytes[at] === close) return at;
	const next = skipBlanks(bytes, at + 1);
	return bytes[at] === COMMA && bytes[next] !== close ? next : FAILED;
}

/** Whether a position is neither FAILED nor the closing bracket. */
export const isOpen = (bytes: Uint8Array, at: number, { close }: Brackets): boolean =>
	at !== FAILED && bytes[at] !== close;

/** The position of a member's value, from the end of its name. */
export function valueAfter(bytes: Uint8Array, nameEnd: number): number {
	if (nameEnd === FAILED) return FAILED;
	const colon = skipBlanks(bytes, nameEnd);
	return bytes[colon] === COLON ? skipBlanks(bytes, colon + 1) : FAILED;
}

/** The end of the white space at a position, which may be none. */
export function skipBlanks(bytes: Uint8Array, from: number): number {
	let at = from;
	while (isBlank(bytes[at])) at++;
	return at;
}

/** The end of the digits at a position, which may be none. */
export function skipDigits(bytes: Uint8Array, from: number): number {
	let at = from;
	while (isDigit(bytes[at])) at++;
	return at;
}

/** Skips any value. */
export function skipValue(bytes: Uint8Array, from: number, depth = 0): number {
	switch (bytes[from]) {
		case QUOTE:
			return skipString(bytes, from);
		case OBJECT.open:
			return skipObject(bytes, from, depth + 1);
		case LIST.open:
			return skipList(bytes, from, depth + 1);
		case LOWER_N:
			return skipWord(bytes, from, 'null');
		case LOWER_T:
			return skipWord(bytes, from, 'true');
		case LOWER_F:
			return skipWord(bytes, from, 'false');
		default:
			return skipNumber(bytes, from);
	}
}

/** Skips a string that is exactly this text, all of it ASCII that needs no escapes. */
export function skipText(bytes: Uint8Array, from: number, text: string): number {
	const end = from + 1 + text.length;
	return bytes[from] === QUOTE && bytes[end] === QUOTE && isAt(bytes, from + 1, text)
		? end + 1
		: FAILED;
}

/** Skips a string of ASCII without escapes, so that other bytes are another text. */
export function skipAscii(bytes: Uint8Array, from: number): number {
	if (bytes[from] !== QUOTE) return FAILED;
	let at = from + 1;
	while (isPlainAscii(bytes[at])) at++;
	return bytes[at] === QUOTE ? at + 1 : FAILED;
}

/** Skips any string. */
export function skipString(bytes: Uint8Array, from: number): number {
	if (bytes[from] !== QUOTE) return FAILED;
	let at = skipPlain(bytes, from + 1);
	while (bytes[at] !== QUOTE) {
		const end = bytes[at] === BACKSLASH ? skipEscape(bytes, at) : FAILED;
		if (end === FAILED) return FAILED;
		at = skipPlain(bytes, end);
	}
	return at + 1;
}

/** Whether a text is at a position, all of it ASCII that needs no escapes. */
function isAt(bytes: Uint8Array, from: number, text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (bytes[from + i] !== code || !isPlainAscii(code)) return false;
	}
	return true;
}

function skipPlain(bytes: Uint8Array, from: number): number {
	let at = from;
	while (isPlain(bytes[at])) at++;
	return at;
}

function skipObject(bytes: Uint8Array, from: number, depth: number): number {
	if (depth > DEEPEST) return FAILED;
	let at = first(bytes, from, OBJECT);
	while (isOpen(bytes, at, OBJECT)) {
		const value = valueAfter(bytes, skipString(bytes, at));
		at = value === FAILED ? FAILED : next(bytes, skipValue(bytes, value, depth), OBJECT);
	}
	return at === FAILED ? FAILED : at + 1;
}

function skipList(bytes: Uint8Array, from: number, depth: number): number {
	if (depth > DEEPEST) return FAILED;
	let at = first(bytes, from, LIST);
	while (isOpen(bytes, at, LIST)) at = next(bytes, skipValue(bytes, at, depth), LIST);
	return at === FAILED ? FAILED : at + 1;
}

function skipEscape(bytes: Uint8Array, from: number): number {
	if (isIn('"\\/bfnrt', bytes[from + 1])) return from + 2;
	const isHex = (at: number) => isIn('0123456789abcdefABCDEF', bytes[at]);
	const isCode = [from + 2, from + 3, from + 4, from + 5].every(isHex);
	return bytes[from + 1] === LOWER_U && isCode ? from + 6 : FAILED;
}

const skipWord = (bytes: Uint8Array, from: number, word: string): number =>
	isAt(bytes, from, word) ? from + word.length : FAILED;

function skipNumber(bytes: Uint8Array, from: number): number {
	const whole = bytes[from] === MINUS ? from + 1 : from;
	const end = skipDigits(bytes, whole);
	const isPadded = bytes[whole] === ZERO && end > whole + 1;
	if (end === whole || isPadded) return FAILED;
	if (bytes[end] !== DOT) return skipExponent(bytes, end);
	const fractionEnd = skipDigits(bytes, end + 1);
	return fractionEnd === end + 1 ? FAILED : skipExponent(bytes, fractionEnd);
}

function skipExponent(bytes: Uint8Array, from: number): number {
	// One bit tells a capital from a small letter.
	if (((bytes[from] ?? 0) | 0x20) !== LOWER_E) return from;
	const sign = bytes[from + 1];
	const digits = from + (sign === PLUS || sign === MINUS ? 2 : 1);
	const end = skipDigits(bytes, digits);
	return end === digits ? FAILED : end;
}
