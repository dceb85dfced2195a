/** A switch: its default, its values, and how to read it from text or JSON. */
export interface Switch<T> {
	default: T;
	values: string;
	help: string;
	isFlag?: boolean;
	/** Returns undefined for an invalid value. */
	read(value: unknown): T | undefined;
}

/** One of several words or numbers; the first is the default. */
export function oneOf<const T extends readonly [string | number, ...(string | number)[]]>(
	values: T,
	help: string,
): Switch<T[number]> {
	return {
		default: values[0],
		values: `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`,
		help,
		read: (value) => values.find((one) => String(one) === String(value)),
	};
}

/** One or more of several words, as a list or as comma-separated text. */
export function someOf<const T extends readonly string[]>(
	values: T,
	initial: T[number][],
	help: string,
): Switch<T[number][]> {
	return {
		default: initial,
		values: `some of ${values.join(', ')}`,
		help,
		read(value) {
			const given = Array.isArray(value) ? value.map(String) : String(value).split(',');
			const known = given.filter((one): one is T[number] => values.includes(one));
			return known.length > 0 && known.length === given.length ? known : undefined;
		},
	};
}

/** True or false. */
export const flag = (initial: boolean, help: string): Switch<boolean> => ({
	default: initial,
	values: 'true or false',
	help,
	isFlag: true,
	read: (value) => [true, false].find((one) => String(one) === String(value)),
});

/** A whole number with a minimum. */
export const whole = (initial: number, least: number, help: string): Switch<number> => ({
	default: initial,
	values: least === 0 ? 'a whole number from 0' : 'a whole number',
	help,
	read: (value) => numberIf(value, (number) => Number.isSafeInteger(number) && number >= least),
});

/** A share from 0 to 1. */
export const share = (initial: number, help: string): Switch<number> => ({
	default: initial,
	values: 'a number from 0 to 1',
	help,
	read: (value) => numberIf(value, (number) => number >= 0 && number <= 1),
});

/** A time or a range of times: `50`, `50-200` or `[50, 200]`. */
export const span = (
	initial: number,
	unit: 'milliseconds' | 'seconds',
	help: string,
): Switch<number | [number, number]> => ({
	default: initial,
	values: `${unit}, or a range like 50-200`,
	help,
	read(value) {
		const ends = (Array.isArray(value) ? value : String(value).split('-')).map(asNumber);
		const [low = Number.NaN, high = low] = ends;
		if (ends.length > 2 || !(low >= 0 && high >= low && high < Number.POSITIVE_INFINITY)) {
			return undefined;
		}
		return ends.length === 1 ? low : [low, high];
	},
});

/** Text, not empty. */
export const text = (initial: string, help: string): Switch<string> => ({
	default: initial,
	values: 'text',
	help,
	read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
});

const asNumber = (value: unknown) =>
	typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
		? Number(value)
		: Number.NaN;

function numberIf(value: unknown, isGood: (number: number) => boolean) {
	const number = asNumber(value);
	return isGood(number) ? number : undefined;
}
