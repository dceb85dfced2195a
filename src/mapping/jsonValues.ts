import { isExactNumber, parseExactly } from './exactNumbers';

/** A record of the source: values by column. */
export type SourceRecord = Readonly<Record<string, unknown>>;

/** Whether a value is a plain object, neither an array nor a number kept as text. */
export const isObject = (value: unknown): value is SourceRecord =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);

/** Whether a value is null, an empty string, NaN or an infinity. */
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

/** Whether a value is a whole number too large for a double to hold exactly. */
export const mayHaveLostDigits = (value: unknown): boolean =>
	typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/** Converts dates and other objects with `toJSON`; other values stay unchanged. */
export function asJson(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	// The operator `in` takes four times as long.
	const { toJSON } = value as { toJSON?: unknown };
	return typeof toJSON === 'function' ? toJSON.call(value) : value;
}

/** Like `asJson`, but also parses text that is a JSON object or array. */
export function opened(value: unknown): unknown {
	if (typeof value !== 'string') return asJson(value);
	if (!/^\s*[{[]/.test(value)) return value;
	try {
		return parseExactly(value);
	} catch {
		return value;
	}
}

/** JSON.stringify, but undefined if the value is nested too deeply or contains a bigint. */
export function toJson(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}

/** Sets a property; `__proto__` is a name like any other. */
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

/** Converts a decimal text such as 99.000000000 to a number with all its digits; other values stay unchanged. */
export function asNumber(value: unknown): unknown {
	if (typeof value !== 'string' || !DECIMAL.test(value)) return value;
	return parseExactly(value.includes('.') ? withoutTrailingZeros(value) : value);
}

function withoutTrailingZeros(decimal: string): string {
	let end = decimal.length;
	while (decimal[end - 1] === '0') end--;
	return decimal.slice(0, decimal[end - 1] === '.' ? end - 1 : end);
}
