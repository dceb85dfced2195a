/** The result of skipping something that is not valid JSON. */
export const FAILED = -1;

const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const FIRST_BEYOND_ASCII = 0x80;

/** Deeper nesting is refused, so that the stack does not overflow. */
const DEEPEST = 64;

/** A table of all bytes, because a lookup is the fastest test of one. */
const tableOf = (isIn: (byte: number) => boolean): Uint8Array =>
	Uint8Array.from({ length: 256 }, (_, byte) => Number(isIn(byte)));
const anyOf = (characters: string): Uint8Array =>
	tableOf((byte) => characters.includes(String.fromCharCode(byte)));

const BLANK = anyOf(' \t\r\n');
const DIGIT = anyOf('0123456789');
const HEX = anyOf('0123456789abcdefABCDEF');
const ESCAPE = anyOf('"\\/bfnrt');
/** Bytes that stand for themselves inside a string. */
const PLAIN = tableOf((byte) => byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH);

const WORDS = ['null', 'true', 'false'];

/** Part of a text. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** Takes a member by the positions of its name, without quotation marks, and of its value; returns its end. */
export type OnMember = (nameFrom: number, nameTo: number, valueFrom: number) => number;

/** Takes an item of a list by its position; returns its end. */
export type OnItem = (from: number) => number;

/**
 * Walks over a JSON text in UTF-8 without creating values, several times faster than JSON.parse. Each `skip`
 * function takes a position and returns the position after what it skips, or FAILED.
 */
export class JsonBytes {
	readonly #bytes: Uint8Array;
	#depth = 0;
	// Created once, because a closure for each value would cost more than the walk.
	readonly #onMember: OnMember = (_from, _to, at) => this.skipValue(at);
	readonly #onItem: OnItem = (at) => this.skipValue(at);

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** Whether nothing but white space follows. */
	isEnd(from: number): boolean {
		return this.skipBlanks(from) === this.#bytes.length;
	}

	/** Whether a span is this text, all of it plain ASCII. */
	isText(from: number, to: number, text: string): boolean {
		if (to - from !== text.length) return false;
		for (let i = 0; i < text.length; i++) {
			const code = text.charCodeAt(i);
			if (this.#bytes[from + i] !== code || code >= FIRST_BEYOND_ASCII) return false;
		}
		return true;
	}

	/** Whether a span is ASCII without escapes. */
	isPlain(from: number, to: number): boolean {
		for (let at = from; at < to; at++) {
			const byte = this.#at(at);
			if (byte >= FIRST_BEYOND_ASCII || byte === BACKSLASH) return false;
		}
		return true;
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
		for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + this.#at(at)) | 0;
		return hash;
	}

	/** The number of a span of digits. */
	digits(from: number, to: number): number {
		let number = 0;
		for (let at = from; at < to; at++) number = number * 10 + this.#at(at) - ZERO;
		return number;
	}

	skipBlanks(from: number): number {
		// Most answers have none.
		return this.#at(from) > SPACE ? from : this.#skipWhile(BLANK, from);
	}

	skipDigits(from: number): number {
		return this.#skipWhile(DIGIT, from);
	}

	skipValue(from: number): number {
		const byte = this.#at(from);
		if (byte === QUOTE) return this.skipString(from);
		if (byte !== OPEN_OBJECT && byte !== OPEN_LIST) return this.#skipWord(from);
		if (this.#depth === DEEPEST) return FAILED;
		this.#depth++;
		const end =
			byte === OPEN_LIST
				? this.skipList(from, this.#onItem)
				: this.skipObject(from, this.#onMember);
		this.#depth--;
		return end;
	}

	/** Calls `onMember` for each member of the object at `from`. */
	skipObject(from: number, onMember: OnMember): number {
		let at = this.#open(from, OPEN_OBJECT);
		while (at !== FAILED && this.#at(at) !== CLOSE_OBJECT) {
			at = this.#next(this.#skipMember(at, onMember), CLOSE_OBJECT);
		}
		return at === FAILED ? FAILED : at + 1;
	}

	/** Calls `onItem` for each item of the list at `from`. */
	skipList(from: number, onItem: OnItem): number {
		let at = this.#open(from, OPEN_LIST);
		while (at !== FAILED && this.#at(at) !== CLOSE_LIST) at = this.#next(onItem(at), CLOSE_LIST);
		return at === FAILED ? FAILED : at + 1;
	}

	skipString(from: number): number {
		if (this.#at(from) !== QUOTE) return FAILED;
		let at = this.#skipWhile(PLAIN, from + 1);
		while (this.#at(at) === BACKSLASH) {
			at = this.#skipEscape(at);
			if (at === FAILED) return FAILED;
			at = this.#skipWhile(PLAIN, at);
		}
		return this.#at(at) === QUOTE ? at + 1 : FAILED;
	}

	/** The byte at a position; 0, which is no part of JSON, after the end. */
	#at(position: number): number {
		return position < this.#bytes.length ? (this.#bytes[position] as number) : 0;
	}

	#skipWhile(table: Uint8Array, from: number): number {
		const bytes = this.#bytes;
		const end = bytes.length;
		let at = from;
		while (at < end && table[bytes[at] as number] === 1) at++;
		return at;
	}

	/** The position of the first item, or of the end. */
	#open(from: number, bracket: number): number {
		return this.#at(from) === bracket ? this.skipBlanks(from + 1) : FAILED;
	}

	/** The position of the item after one that ended at `end`, or of the closing bracket. */
	#next(end: number, bracket: number): number {
		if (end === FAILED) return FAILED;
		const at = this.skipBlanks(end);
		if (this.#at(at) === bracket) return at;
		const next = this.skipBlanks(at + 1);
		return this.#at(at) === COMMA && this.#at(next) !== bracket ? next : FAILED;
	}

	#skipMember(from: number, onMember: OnMember): number {
		const nameEnd = this.skipString(from);
		if (nameEnd === FAILED) return FAILED;
		const colon = this.skipBlanks(nameEnd);
		if (this.#at(colon) !== COLON) return FAILED;
		return onMember(from + 1, nameEnd - 1, this.skipBlanks(colon + 1));
	}

	#skipEscape(from: number): number {
		if (ESCAPE[this.#at(from + 1)] === 1) return from + 2;
		const isHex = (at: number) => HEX[this.#at(at)] === 1;
		const isCode = [from + 2, from + 3, from + 4, from + 5].every(isHex);
		return this.#at(from + 1) === LOWER_U && isCode ? from + 6 : FAILED;
	}

	#skipWord(from: number): number {
		for (const word of WORDS) {
			if (this.isText(from, from + word.length, word)) return from + word.length;
		}
		return this.#skipNumber(from);
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
