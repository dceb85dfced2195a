import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { python } from './environment.mts';

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

/** Holds files of printed messages against Airbyte's models of its protocol. */
export async function validate(env: NodeJS.ProcessEnv, files: readonly string[]): Promise<Report> {
	const program = path.join(import.meta.dirname, 'validate.py');
	const options = { env, maxBuffer: 100_000_000, timeout: 180_000 };
	const { stdout } = await promisify(execFile)(python, [program, ...files], options);
	return JSON.parse(stdout);
}
