import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { python, root } from './environment.mts';
import type { Stage } from './stage.mts';

interface Report {
	/** Messages without a fault, by type. */
	types: Record<string, number>;
	/** Members of states that came from the source, and that no model knows. */
	echoed: Record<string, number>;
	wrong: string[];
	samples: Record<string, string[]>;
	/** How many spoiled messages were tried, and those that passed. */
	spoiled: number;
	passed: string[];
}

/** What no model knows and yet comes back in states, because it was put there. */
const echoes = {
	byTests: ['extra', 'type2', 'state.note', 'state.state', 'state.x'],
	byPyAirbyte: ['state.global_'],
};

const folder = path.join(root, 'build/printed');

/** Everything that the destination printed, here and in `npm test`, is what Airbyte's models say. */
export function checkPrinted({ printed, check, same }: Stage, env: NodeJS.ProcessEnv) {
	const kept = printedInTests();
	const validate = (files: readonly string[]): Report =>
		JSON.parse(
			execFileSync(python, [path.join(import.meta.dirname, 'validate.py'), ...files], {
				encoding: 'utf8',
				env,
				maxBuffer: 100_000_000,
				timeout: 180_000,
			}),
		);

	const here = validate(printed());
	const reports = [
		['in npm test', validate(kept), echoes.byTests],
		['here', here, echoes.byPyAirbyte],
	] as const;
	for (const [where, { types, echoed, wrong }, known] of reports) {
		check(`messages were printed ${where}`, Object.keys(types).length > 1, types);
		check('and each is what the models say', wrong.length === 0, wrong.slice(0, 5));
		const strange = Object.keys(echoed).filter((name) => !known.includes(name));
		same('states hold what the models know, and what was put there', strange, []);
	}
	const { samples, spoiled, passed } = here;
	const faulty = Object.entries(samples).filter(([, problems]) => problems.length > 0);
	same('samples of messages pass', faulty, []);
	check(`${spoiled} spoiled ones do not`, spoiled > 40 && passed.length === 0, passed);
	return Promise.resolve();
}

/** What `npm test` has kept; when there is nothing, the tests of the destination run first. */
function printedInTests(): string[] {
	if (!existsSync(folder)) {
		console.log('  There is no build/printed; running the tests of the destination …');
		const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
		const args = [vitest, 'run', 'test/airbyte'];
		execFileSync(process.execPath, args, { cwd: root, stdio: 'ignore', timeout: 600_000 });
	}
	return readdirSync(folder)
		.filter((name) => name.endsWith('.jsonl'))
		.map((name) => path.join(folder, name));
}
