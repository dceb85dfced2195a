import { parseArgs } from 'node:util';

const NUMBERS = {
	records: 1_000_000,
	rounds: 5,
	latency: 100,
	'latency-records': 20_000,
	'growth-records': 10_000_000,
	seed: 1,
};
const LISTS = { only: '', states: '10,1000', peers: 'faros,naive' };
const TEXTS = { destination: 'build/destination-flameup', save: '', from: '' };

/** The options of the benchmark; each has a flag of the same name. */
export type Options = { [Name in keyof typeof NUMBERS]: number } & {
	[Name in keyof typeof TEXTS]: string;
} & {
	/** The sections to run; empty for all. */
	only: string[];
	/** Records before each STATE, one number per table. */
	states: number[];
	/** The peers to compare with ours and the floors. */
	peers: string[];
	/** Whether to write `docs/` even after a run of only some sections. */
	write: boolean;
};

/** Parses the command line; throws if a numeric option is not a positive integer. */
export function readOptions(args: string[]): Options {
	const texts = Object.entries({ ...NUMBERS, ...LISTS, ...TEXTS }).map(
		([name, initial]) => [name, { type: 'string', default: String(initial) }] as const,
	);
	const options = { ...Object.fromEntries(texts), write: { type: 'boolean' } } as const;
	const { values } = parseArgs({ args, options });
	const { write, ...given } = values as Record<string, string> & { write?: boolean };
	const number = (name: string, text: string | undefined) => {
		const value = Number(text);
		if (Number.isInteger(value) && value >= 1) return value;
		throw new Error(`--${name} must be a whole number of at least 1, not ${text}`);
	};
	const list = (name: keyof typeof LISTS) => (given[name] ?? '').split(',').filter(Boolean);
	const numbers = Object.keys(NUMBERS).map((name) => [name, number(name, given[name])]);
	return {
		...given,
		...Object.fromEntries(numbers),
		only: list('only'),
		states: list('states').map((text) => number('states', text)),
		peers: list('peers'),
		write: write === true,
	};
}
