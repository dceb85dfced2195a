import { configText, writeConfig } from './config.mts';
import type { Handled } from './flameup.mts';
import { helpText, readArguments } from './options.mts';
import { type Simulator, startSimulator } from './server.mts';
import { SwitchError } from './switches.mts';

try {
	await run(process.argv.slice(2));
} catch (error) {
	console.error(sentenceOf(error));
	process.exitCode = 1;
}

async function run(args: string[]) {
	const { help, quiet, verbose, port, switches, writeConfig: path } = readArguments(args);
	if (help) {
		process.stdout.write(helpText());
		return;
	}
	const log = verbose && !quiet ? { log: (line: Handled) => console.log(lineOf(line)) } : {};
	const simulator = await startSimulator({ ...switches, ...log, port });
	try {
		if (path !== undefined) writeConfig(path, configText(simulator));
	} catch (error) {
		await simulator.close();
		throw error;
	}
	// Both npm and the terminal forward Ctrl+C, so the signal can come twice.
	let ending = false;
	const end = async () => {
		if (ending) return;
		ending = true;
		await simulator.close();
		if (!quiet) console.log(summary(simulator));
		process.exit();
	};
	process.on('SIGINT', end).on('SIGTERM', end);
	if (!quiet) console.log(greeting(simulator, path));
}

function greeting(simulator: Simulator, path: string | undefined) {
	const { controlUrl, url } = simulator;
	return [
		`Simulated Flameup at ${url}; Ctrl+C ends it.`,
		`The people it holds: ${controlUrl}/people`,
		path === undefined
			? `A configuration for the destination (--write-config FILE writes it):\n${configText(simulator)}`
			: `A configuration for the destination is in ${path}.`,
	].join('\n');
}

const lineOf = ({ method, path, status, people }: Handled) =>
	`${method} ${path} ${status}${people === undefined ? '' : ` ${people} people`}`;

function summary({ flameup }: Simulator) {
	const { requests, tooManyRequests, serverErrors, maxInAMinute } = flameup.stats();
	const held = flameup.people().size;
	return `${requests} requests, at most ${maxInAMinute} in 60 s; ${tooManyRequests} times 429, ${serverErrors} times 5xx; ${held} people held.`;
}

function sentenceOf(error: unknown) {
	if (error instanceof SwitchError) return error.message;
	const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
	return code === 'EADDRINUSE' ? `Port ${port} is taken; choose another with --port.` : message;
}
