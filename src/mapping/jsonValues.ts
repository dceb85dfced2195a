import { isExactNumber, parseExactly } from './exactNumbers';

/** One record as the source has it: columns and their values. */
export type SourceRecord = Readonly<Record<string, unknown>>;

/** Whether it is an object with members, and neither a list nor a number kept as its text. */
export const isObject = (value: unknown): value is SourceRecord =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);

/** Null, an empty text, or a number that JSON does not know. */
export const isBlank = (value: unknown): boolean =>
	value === null ||
	value === undefined ||
	value === '' ||
	(typeof value === 'number' && !Number.isFinite(value));

/** The text of a scalar, exact and trimmed; undefined for anything else. */
export function scalarText(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim();
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	return isExactNumber(value) ? value.rawJSON : undefined;
}

/** Whether an object has no members. */
export function isEmpty(object: object): boolean {
	for (const _ in object) return false;
	return true;
}

/** A whole number that may have lost digits before it came to us as a double. */
export const mayHaveLostDigits = (value: unknown): boolean =>
	typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/** Dates and the like as JSON has them; whatever came as JSON stays as it is. */
export const asJson = (value: unknown): unknown =>
	typeof value === 'object' &&
	value !== null &&
	'toJSON' in value &&
	typeof value.toJSON === 'function'
		? value.toJSON()
		: value;

/** What is inside a value: dates as JSON has them, and the objects and lists of JSON text. */
export function opened(value: unknown): unknown {
	if (typeof value !== 'string') return asJson(value);
	if (!/^\s*[{[]/.test(value)) return value;
	try {
		return parseExactly(value);
	} catch {
		return value;
	}
}

/** Undefined when JSON.stringify cannot go so deep, or meets a bigint. */
export function toJson(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}

/** Sets a name whatever it is; `__proto__` is only a name here. */
export function define(values: Record<string, unknown>, name: string, value: unknown): void {
	if (name === '__proto__') {
		Object.defineProperty(values, name, {
			value,
			enumerable: true,
			configurable: true,
			writable: true,
		});
	} else {
		values[name] = value;
	}
}

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** A number that came as text, such as 99.000000000, with all its digits; other values stay as they are. */
export function asNumber(value: unknown): unknown {
	if (typeof value !== 'string' || !DECIMAL.test(value)) return value;
	return parseExactly(value.includes('.') ? withoutTrailingZeros(value) : value);
}

function withoutTrailingZeros(decimal: string): string {
	let end = decimal.length;
	while (decimal[end - 1] === '0') end--;
	return decimal.slice(0, decimal[end - 1] === '.' ? end - 1 : end);
}
