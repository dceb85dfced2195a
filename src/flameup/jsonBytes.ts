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

const isBlank = (byte: number): boolean =>
	byte <= SPACE && (byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB);

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

/** Whether a byte stands for itself inside a string. Most are letters, which the first comparison tells. */
const isPlain = (byte: number): boolean =>
	byte > BACKSLASH || (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH);

const isIn = (characters: string, byte: number): boolean =>
	characters.includes(String.fromCharCode(byte));

/** Part of a text. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/**
 * Walks over a JSON text in UTF-8 without creating values. Functions take a position and return the one after
 * what they skip, or FAILED if it is not valid JSON. To visit the members of an object or the items of a list:
 * `first`, then `next` after each of them, while `isOpen`.
 */
export class JsonBytes {
	readonly #bytes: Uint8Array;
	#depth = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** Whether nothing but white space follows. */
	isOver(from: number): boolean {
		return this.skipBlanks(from) === this.#bytes.length;
	}

	/** Whether two spans have the same bytes. */
	areEqual(one: Span, other: Span): boolean {
		const length = one.to - one.from;
		if (length !== other.to - other.from) return false;
		for (let i = 0; i < length; i++) {
			if (this.#at(one.from + i) !== this.#at(other.from + i)) return false;
		}
		return true;
	}

	/** A number that is equal for equal spans, and rarely for others. */
	hash(from: number, to: number): number {
		let hash = 0;
		for (let at = from; at < to; at++) hash = Math.imul(hash, 31) ^ this.#at(at);
		return hash;
	}

	/** The number of a span of digits. */
	digits(from: number, to: number): number {
		let number = 0;
		for (let at = from; at < to; at++) number = number * 10 + this.#at(at) - ZERO;
		return number;
	}

	/** The first member or item, or the closing bracket if there is none. */
	first(from: number, { open }: Brackets): number {
		return this.#at(from) === open ? this.skipBlanks(from + 1) : FAILED;
	}

	/** The member or item after one that ended at `end`, or the closing bracket. */
	next(end: number, { close }: Brackets): number {
		if (end === FAILED) return FAILED;
		const at = this.skipBlanks(end);
		const byte = this.#at(at);
		if (byte === close) return at;
		const next = this.skipBlanks(at + 1);
		return byte === COMMA && this.#at(next) !== close ? next : FAILED;
	}

	/** Whether a position is neither FAILED nor the closing bracket. */
	isOpen(at: number, { close }: Brackets): boolean {
		return at !== FAILED && this.#at(at) !== close;
	}

	/** The position of a member's value, from the end of its name. */
	valueAfter(nameEnd: number): number {
		if (nameEnd === FAILED) return FAILED;
		const colon = this.skipBlanks(nameEnd);
		return this.#at(colon) === COLON ? this.skipBlanks(colon + 1) : FAILED;
	}

	skipBlanks(from: number): number {
		let at = from;
		while (isBlank(this.#at(at))) at++;
		return at;
	}

	skipDigits(from: number): number {
		let at = from;
		while (isDigit(this.#at(at))) at++;
		return at;
	}

	skipValue(from: number): number {
		switch (this.#at(from)) {
			case QUOTE:
				return this.skipString(from);
			case OBJECT.open:
				return this.#skipObject(from);
			case LIST.open:
				return this.#skipList(from);
			case LOWER_N:
				return this.#skipWord(from, 'null');
			case LOWER_T:
				return this.#skipWord(from, 'true');
			case LOWER_F:
				return this.#skipWord(from, 'false');
			default:
				return this.#skipNumber(from);
		}
	}

	/** Skips a string that is exactly this text, all of it ASCII that needs no escapes. */
	skipText(from: number, text: string): number {
		const end = from + 1 + text.length;
		return this.#at(from) === QUOTE && this.#at(end) === QUOTE && this.#isAt(from + 1, text)
			? end + 1
			: FAILED;
	}

	/** Skips a string without escapes, so that other bytes are another text. */
	skipUnescaped(from: number): number {
		if (this.#at(from) !== QUOTE) return FAILED;
		const end = this.#skipPlain(from + 1);
		return this.#at(end) === QUOTE ? end + 1 : FAILED;
	}

	skipString(from: number): number {
		if (this.#at(from) !== QUOTE) return FAILED;
		let at = this.#skipPlain(from + 1);
		for (;;) {
			const byte = this.#at(at);
			if (byte === QUOTE) return at + 1;
			const end = byte === BACKSLASH ? this.#skipEscape(at) : FAILED;
			if (end === FAILED) return FAILED;
			at = this.#skipPlain(end);
		}
	}

	/** The byte at a position; 0, which is no part of JSON, outside of the text. */
	#at(position: number): number {
		return this.#bytes[position] ?? 0;
	}

	/** Whether a text is at a position, all of it ASCII that needs no escapes. */
	#isAt(from: number, text: string): boolean {
		for (let i = 0; i < text.length; i++) {
			const code = text.charCodeAt(i);
			if (this.#at(from + i) !== code || code >= FIRST_BEYOND_ASCII || !isPlain(code)) return false;
		}
		return true;
	}

	#skipPlain(from: number): number {
		const bytes = this.#bytes;
		const end = bytes.length;
		let at = from;
		while (at < end && isPlain(bytes[at] as number)) at++;
		return at;
	}

	#skipObject(from: number): number {
		if (++this.#depth > DEEPEST) return FAILED;
		let at = this.first(from, OBJECT);
		while (this.isOpen(at, OBJECT)) {
			const value = this.valueAfter(this.skipString(at));
			at = value === FAILED ? FAILED : this.next(this.skipValue(value), OBJECT);
		}
		this.#depth--;
		return at === FAILED ? FAILED : at + 1;
	}

	#skipList(from: number): number {
		if (++this.#depth > DEEPEST) return FAILED;
		let at = this.first(from, LIST);
		while (this.isOpen(at, LIST)) at = this.next(this.skipValue(at), LIST);
		this.#depth--;
		return at === FAILED ? FAILED : at + 1;
	}

	#skipEscape(from: number): number {
		if (isIn('"\\/bfnrt', this.#at(from + 1))) return from + 2;
		const isHex = (at: number) => isIn('0123456789abcdefABCDEF', this.#at(at));
		const isCode = [from + 2, from + 3, from + 4, from + 5].every(isHex);
		return this.#at(from + 1) === LOWER_U && isCode ? from + 6 : FAILED;
	}

	#skipWord(from: number, word: string): number {
		return this.#isAt(from, word) ? from + word.length : FAILED;
	}

	#skipNumber(from: number): number {
		const whole = this.#at(from) === MINUS ? from + 1 : from;
		const end = this.skipDigits(whole);
		const isPadded = this.#at(whole) === ZERO && end > whole + 1;
		if (end === whole || isPadded) return FAILED;
		if (this.#at(end) !== DOT) return this.#skipExponent(end);
		const fractionEnd = this.skipDigits(end + 1);
		return fractionEnd === end + 1 ? FAILED : this.#skipExponent(fractionEnd);
	}

	#skipExponent(from: number): number {
		// One bit tells a capital from a small letter.
		if ((this.#at(from) | 0x20) !== LOWER_E) return from;
		const sign = this.#at(from + 1);
		const digits = from + (sign === PLUS || sign === MINUS ? 2 : 1);
		const end = this.skipDigits(digits);
		return end === digits ? FAILED : end;
	}
}
