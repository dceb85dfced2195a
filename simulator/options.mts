import { parseArgs } from 'node:util';
import { effects, type Fault, faultKinds, otherFaultKinds } from './faults.mts';
import type { Switch } from './kinds.mts';
import { readSwitches, SwitchError, type Switches, topics } from './switches.mts';

/** The command line. */
interface CommandLine {
	help: boolean;
	quiet: boolean;
	verbose: boolean;
	port: number;
	/** Where a configuration for the destination is written. */
	writeConfig?: string;
	switches: Partial<Switches>;
}

const defaultPort = 8080;
const all = Object.values(topics).flatMap(
	(topic) => Object.entries(topic) as [string, Switch<unknown>][],
);

/** Reads the arguments; throws a SwitchError that names an invalid option. */
export function readArguments(args: string[]): CommandLine {
	const given = parse(args);
	const { help = false, quiet = false, verbose = false, port, 'write-config': path } = given;
	const named = all.map(([name]) => [name, given[optionOf(name)]]);
	return {
		help: help === true,
		quiet: quiet === true,
		verbose: verbose === true,
		port: readPort(port),
		...(typeof path === 'string' && { writeConfig: path }),
		switches: readSwitches(Object.fromEntries(named), (name) => `--${optionOf(name)}`),
	};
}

function parse(args: string[]): Record<string, unknown> {
	const switches = all.map(([name, { isFlag }]) => [
		optionOf(name),
		{ type: isFlag ? 'boolean' : 'string', multiple: name === 'keys' },
	]);
	const flags = ['help', 'quiet', 'verbose'].map((name) => [name, { type: 'boolean' }]);
	const texts = ['port', 'write-config'].map((name) => [name, { type: 'string' }]);
	const options = Object.fromEntries([...switches, ...flags, ...texts]);
	try {
		return parseArgs({ args, options, allowNegative: true }).values;
	} catch (error) {
		const [sentence] = String((error as Error).message).split('. ');
		throw new SwitchError(`${sentence?.replace(/\.?$/, '.')} See --help.`);
	}
}

function readPort(value: unknown): number {
	if (value === undefined) return defaultPort;
	const port = Number(value);
	if (/^\d+$/.test(String(value)) && port <= 65_535) return port;
	throw new SwitchError(`--port must be a number from 0 to 65535, not "${value}".`);
}

const optionOf = (name: string) =>
	name === 'keys' ? 'key' : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The text of `--help`. */
export function helpText(): string {
	const lines = Object.entries(topics).map(
		([topic, switches]) =>
			`${topic}:\n${Object.entries(switches as Record<string, Switch<unknown>>)
				.map(([name, one]) => lineOf(name, one))
				.join('\n')}`,
	);
	return `Usage: npm run simulator -- [options]

Simulates Flameup's HTTP API on 127.0.0.1, so that you need no account.
To see its data: GET /simulator/people, events, stats or switches.
To change it: POST /simulator/switches (JSON, names like errorShape) or POST /simulator/reset.
A person with the trait "simulator_refuse": "reason" is refused for that reason.

General:
  --port                   a number (default ${defaultPort}; 0 chooses a free port)
  --write-config           a file: write a configuration for the destination
  --quiet                  print nothing but errors
  --verbose                print a line for each request
  --help                   print this help

${lines.join('\n\n')}

Each key is KEY or KEY=permission,permission; --key may be repeated.
A negative number needs an equals sign: --clock-skew-ms=-5000.

Faults that a client can survive by retrying:
${faultKinds.map(faultLine).join('\n')}

Other faults:
${otherFaultKinds.map(faultLine).join('\n')}
`;
}

const faultLine = (name: Fault) => `  ${name.padEnd(16)} ${effects[name].help}`;

function lineOf(name: string, { values, help, isFlag, default: initial }: Switch<unknown>) {
	const option = `  --${isFlag ? '[no-]' : ''}${optionOf(name)}`.padEnd(26);
	if (isFlag) return `${option} ${help} (default ${initial ? 'on' : 'off'})`;
	const shown = name === 'keys' || name === 'faults' ? '' : ` (default ${initial})`;
	return `${option} ${help}: ${values}${shown}`;
}
