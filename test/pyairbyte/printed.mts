import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { python, root } from './environment.mts';
import type { Stage } from './stage.mts';

interface Report {
	/** Messages without a fault, by type. */
	counts: Record<string, number>;
	/** Members of states that came from the source, and that no model knows. */
	echoed: Record<string, number>;
	wrong: string[];
	samples: Record<string, string[]>;
	/** How many spoiled messages were tried, and those that passed. */
	spoiled: number;
	passed: string[];
}

const types = ['CONNECTION_STATUS', 'DESTINATION_CATALOG', 'LOG', 'SPEC', 'STATE', 'TRACE'];

/** What no model knows and yet comes back in states, because it was put there. */
const echoes = {
	byTests: ['extra', 'type2', 'state.note', 'state.state', 'state.x'],
	byPyAirbyte: ['state.global_'],
};

const folder = path.join(root, 'build/printed');

/** Everything that the destination printed, here and in the tests before, is what Airbyte's models say. */
export async function checkPrinted({ printed, check, same }: Stage, env: NodeJS.ProcessEnv) {
	const kept = printedInTests();
	const validate = async (files: readonly string[]): Promise<Report> => {
		const program = path.join(import.meta.dirname, 'validate.py');
		const options = { env, maxBuffer: 100_000_000, timeout: 180_000 };
		const { stdout } = await promisify(execFile)(python, [program, ...files], options);
		return JSON.parse(stdout);
	};

	const [inTests, here] = await Promise.all([validate(kept), validate(printed())]);
	const reports = [
		['in the tests before', inTests, types, echoes.byTests],
		['here', here, printed().length > 0 ? ['LOG', 'STATE', 'TRACE'] : [], echoes.byPyAirbyte],
	] as const;
	for (const [where, { counts, echoed, wrong }, wanted, known] of reports) {
		const isThere = wanted.every((type) => (counts[type] ?? 0) > 0);
		if (wanted.length > 0) check(`${wanted.join(', ')} were printed ${where}`, isThere, counts);
		check('and each is what the models say', wrong.length === 0, wrong.slice(0, 5));
		const strange = Object.keys(echoed).filter((name) => !known.includes(name));
		same('states hold what the models know, and what was put there', strange, []);
	}
	const { samples, spoiled, passed } = here;
	const faulty = Object.entries(samples).filter(([, problems]) => problems.length > 0);
	same('samples of messages pass', faulty, []);
	check(`${spoiled} spoiled ones do not`, spoiled > 40 && passed.length === 0, passed);
}

/** What `npm test` and the proofs after it have kept; without `npm test`, the tests of the destination run first. */
function printedInTests(): string[] {
	if (!existsSync(folder)) {
		mkdirSync(folder, { recursive: true });
		console.log('  There is no build/printed; running the tests of the destination …');
		const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
		const args = [vitest, 'run', 'test/airbyte'];
		execFileSync(process.execPath, args, { cwd: root, stdio: 'ignore', timeout: 600_000 });
	}
	return readdirSync(folder)
		.filter((name) => name.endsWith('.jsonl'))
		.map((name) => path.join(folder, name));
}
