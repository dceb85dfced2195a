/** A whole number from the environment, such as SEED=7. Throws if it is not one. */
export function whole<T>(name: string, otherwise: T): number | T {
	const text = process.env[name];
	if (text === undefined) return otherwise;
	if (/^\d+$/.test(text)) return Number(text);
	throw new Error(`${name} must be a whole number, not ${text}.`);
}
