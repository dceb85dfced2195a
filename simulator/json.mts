const longNumber = /\d[\d.]{15}|\d[eE][+-]?\d{3}/;
// Not yet in TypeScript's library.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** Parses JSON; numbers too long for a double keep their digits as `JSON.rawJSON`. */
export function parseJson(text: string): unknown {
	return longNumber.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

function keepDigits(_name: string, value: unknown, context?: { source?: string }): unknown {
	const source = context?.source;
	if (typeof value !== 'number' || source === undefined) return value;
	const isLong = source.replace(/\D/g, '').length > 15 || !Number.isFinite(value);
	return isLong && String(value) !== source ? rawJSON(source) : value;
}
