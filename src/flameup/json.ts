/** A JSON object of an answer. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether it is a JSON object, and no list. */
export const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON of a body; undefined when it is none. */
export function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}
