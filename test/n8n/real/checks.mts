import { isDeepStrictEqual } from 'node:util';

/** Says what was looked at and whether it was so; one failure makes the exit code 1. */
export interface Checks {
	/** Prints one line; the detail is worth reading either way. */
	check(name: string, ok: boolean, detail?: unknown): void;
	/** Compares, and shows both when they differ. */
	same(name: string, found: unknown, wanted: unknown): void;
	/** Runs a group; what it throws is a failed check and the next group goes on. */
	group(name: string, work: () => Promise<void>): Promise<void>;
	/** Prints the sum. */
	done(): void;
}

/** Starts counting. */
export function startChecks(): Checks {
	const began = Date.now();
	const failed: string[] = [];
	let passed = 0;
	let group = '';

	const check: Checks['check'] = (name, ok, detail) => {
		if (ok) passed++;
		else failed.push(`${group}: ${name}`);
		const more = detail === undefined ? '' : ` — ${shown(detail)}`;
		console.log(`  ${ok ? 'ok  ' : 'FAIL'} ${name}${more}`);
		if (!ok) process.exitCode = 1;
	};

	return {
		check,
		same(name, found, wanted) {
			const ok = isDeepStrictEqual(found, wanted);
			check(name, ok, ok ? undefined : `found ${shown(found)}, wanted ${shown(wanted)}`);
		},
		async group(name, work) {
			group = name;
			const start = Date.now();
			console.log(name);
			try {
				await work();
			} catch (error) {
				check('runs to its end', false, error instanceof Error ? error.stack : error);
			}
			console.log(`  (${seconds(Date.now() - start)})`);
		},
		done() {
			console.log(`\n${passed} passed, ${failed.length} failed, ${seconds(Date.now() - began)}`);
			for (const name of failed) console.log(`  FAIL ${name}`);
		},
	};
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function shown(value: unknown): string {
	const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
	return text.length > 700 ? `${text.slice(0, 700)} …` : text;
}
