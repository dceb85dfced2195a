import { parseArgs } from 'node:util';

/** What one call of the benchmark runs; every number has a flag of the same name. */
export type Options = {
	records: number;
	rounds: number;
	/** Records before each STATE. */
	states: number;
	seed: number;
	/** Milliseconds that the server waits before each answer. */
	latency: number;
	/** The destination's executable. */
	destination: string;
};

/** Reads the command line; throws with the flag's name where a value is not a whole number. */
export function readOptions(args: string[]): Options {
	const { values } = parseArgs({
		args,
		options: {
			records: { type: 'string', default: '1000000' },
			rounds: { type: 'string', default: '3' },
			states: { type: 'string', default: '1000' },
			seed: { type: 'string', default: '1' },
			latency: { type: 'string', default: '0' },
			destination: { type: 'string', default: 'build/destination-flameup' },
		},
	});
	const number = (name: Exclude<keyof Options, 'destination'>, least: number) => {
		const value = Number(values[name]);
		if (Number.isInteger(value) && value >= least) return value;
		throw new Error(`--${name} takes a whole number from ${least} up, not ${values[name]}`);
	};
	return {
		records: number('records', 1),
		rounds: number('rounds', 1),
		states: number('states', 1),
		seed: number('seed', 0),
		latency: number('latency', 0),
		destination: values.destination,
	};
}
