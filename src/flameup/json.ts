/** A JSON object in an answer. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object and not an array. */
export const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The parsed body; undefined if it is not JSON. */
export function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}
