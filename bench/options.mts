import { parseArgs } from 'node:util';
import { KINDS, type Kind } from './records.mts';

const NUMBERS = {
	records: 1_000_000,
	'peer-records': 100_000,
	rounds: 5,
	latency: 100,
	'latency-records': 20_000,
	'growth-records': 10_000_000,
	seed: 1,
};
const LISTS = {
	only: '',
	kinds: Object.keys(KINDS).join(),
	peers: 'faros,naive,benthos,syslog-ng',
	destination: 'build/destination-flameup',
};
const TEXTS = { answers: 'documented', save: '', from: '' };

/** The options of the benchmark; each has a flag of the same name. */
export type Options = { [Name in keyof typeof NUMBERS]: number } & {
	[Name in keyof typeof TEXTS]: string;
} & {
	/** The sections to run; empty for all. */
	only: string[];
	kinds: Kind[];
	/** The peers to compare with ours and the floors. */
	peers: string[];
	/** Our builds; the first is the one that the targets are for. */
	destination: string[];
	/** Whether to write `docs/` even after a run of only some sections. */
	write: boolean;
};

/** Parses the command line; throws if an option is unknown or a numeric one is not a positive integer. */
export function readOptions(args: string[]): Options {
	const texts = Object.entries({ ...NUMBERS, ...LISTS, ...TEXTS }).map(
		([name, initial]) => [name, { type: 'string', default: String(initial) }] as const,
	);
	const options = { ...Object.fromEntries(texts), write: { type: 'boolean' } } as const;
	const { values } = parseArgs({ args, options });
	const { write, ...given } = values as Record<string, string> & { write?: boolean };
	const number = (name: string, value = Number(given[name])) => {
		if (Number.isInteger(value) && value >= 1) return value;
		throw new Error(`--${name} must be a whole number of at least 1, not ${given[name]}`);
	};
	const list = (name: string) => (given[name] ?? '').split(',').filter(Boolean);
	const unknown = list('kinds').find((kind) => !(kind in KINDS));
	if (unknown) throw new Error(`There is no kind ${unknown}`);
	return {
		...given,
		...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, number(name)])),
		...Object.fromEntries(Object.keys(LISTS).map((name) => [name, list(name)])),
		write: write === true,
	} as Options;
}
