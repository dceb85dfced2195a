const longNumber = /\d[\d.]{15}|\d[eE][+-]?\d{3}/;
// TypeScript's library does not have it yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** Parses JSON; numbers that a double cannot hold keep their digits as `JSON.rawJSON`. */
export function parseJson(text: string): unknown {
	return longNumber.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

function keepDigits(_name: string, value: unknown, context?: { source?: string }): unknown {
	const source = context?.source;
	if (typeof value !== 'number' || source === undefined) return value;
	const isLong = source.replace(/\D/g, '').length > 15 || !Number.isFinite(value);
	return isLong && String(value) !== source ? rawJSON(source) : value;
}
