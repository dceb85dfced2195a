import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { startSimulator } from '../../../simulator/server.mts';
import { endAll, start } from '../../airbyte/process.mts';
import { readCorpus } from './corpus.mts';
import { judgePrinted, judgeWrite, know } from './judge.mts';
import { input, mutated } from './mutations.mts';

/** Longer than any of these runs takes, on a slow machine too. */
const LONGEST_MS = 60_000;

/** Nothing but loopback is ever reached: a changed address meets a proxy that is not there. */
const NO_WAY_OUT = {
	HTTP_PROXY: 'http://127.0.0.1:1',
	HTTPS_PROXY: 'http://127.0.0.1:1',
	NO_PROXY: '127.0.0.1',
};

/** Peak memory after all of a long input, by that after a tenth of it. */
const MOST_GROWTH = 1.3;

interface ProcessOptions {
	readonly root: string;
	readonly seed: number;
	/** Runs of `write` with changed lines; half as many of each command with changed files. */
	readonly runs: number;
	readonly megabytes: number;
}

async function run(args: string[], bytes: Buffer) {
	const connector = start(args, { env: NO_WAY_OUT, keepsPrinted: false });
	const timer = setTimeout(() => connector.child.kill('SIGKILL'), LONGEST_MS);
	const { code, output, signal, stderr } = await connector.end(bytes);
	clearTimeout(timer);
	if (signal !== null) throw new Error(`It was still there after ${LONGEST_MS / 1000} s`);
	const printed = output.slice(0, output.length - stderr.length);
	return { lines: printed.split('\n').filter(Boolean), exitCode: code, stderr, dry: false };
}

/** Runs real processes on changed lines and files, and tells whether all kept the rules. */
export async function processes({ megabytes, root, runs, seed }: ProcessOptions): Promise<boolean> {
	const corpus = readCorpus(root);
	const simulator = await startSimulator({ limit: 0 });
	const folder = mkdtempSync(join(tmpdir(), 'flameup-fuzz-'));
	const [config, catalog] = [join(folder, 'config.json'), join(folder, 'catalog.json')];
	const files = ['--config', config, '--catalog', catalog];
	const plain = JSON.stringify({
		...JSON.parse(corpus.configs[0] ?? ''),
		api_url: simulator.url,
		pace: { requests_per_minute: 100_000 },
	});
	const [plainCatalog = ''] = corpus.catalogs;
	let failed = 0;

	async function each(name: string, cases: Buffer[], check: (one: Buffer) => Promise<void>) {
		for (const one of cases) {
			writeFileSync(config, plain);
			writeFileSync(catalog, plainCatalog);
			try {
				await check(one);
			} catch (error) {
				failed++;
				const shown = one.length > 2_000 ? `${one.length} bytes` : JSON.stringify(String(one));
				console.log(`FAIL ${name}: ${error}\n     with ${shown} (--seed ${seed})`);
			}
		}
		console.log(`done ${name}: ${cases.length} processes`);
	}

	try {
		const sample = (arbitrary: fc.Arbitrary<Buffer>, numRuns: number) =>
			fc.sample(arbitrary, { seed, numRuns });
		await each('lines', sample(input(corpus.lines, 300), runs), async (bytes) => {
			judgeWrite(await run(['write', ...files], bytes), know(bytes));
		});
		const half = Math.ceil(runs / 2);
		for (const command of ['write', 'check', 'discover']) {
			const configs = sample(mutated([plain, ...corpus.configs]), half);
			await each(`configurations for ${command}`, configs, async (bytes) => {
				writeFileSync(config, bytes);
				judgePrinted(await run([command, ...files], Buffer.alloc(0)));
			});
		}
		await each('catalogs', sample(mutated(corpus.catalogs), half), async (bytes) => {
			writeFileSync(catalog, bytes);
			judgePrinted(await run(['write', ...files], Buffer.alloc(0)));
		});
		writeFileSync(config, plain);
		writeFileSync(catalog, plainCatalog);
		failed += (await grows(['write', ...files], sample(mutated(corpus.lines, 2), 2_000), megabytes))
			? 1
			: 0;
	} finally {
		endAll();
		await simulator.close();
		rmSync(folder, { recursive: true, force: true });
	}
	return failed === 0;
}

/** Whether one process holds ever more memory while lines come; they are the same ones over and over. */
async function grows(args: string[], pool: Buffer[], megabytes: number): Promise<boolean> {
	// A stream that is not in the catalog would end the run.
	const lines = pool.filter((line) => !/"RECORD"/.test(String(line)) || isOfPeople(line));
	const round = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
	const connector = start(args, { env: NO_WAY_OUT, keepsPrinted: false });
	const rounds = Math.max(10, Math.ceil((megabytes * 1e6) / round.length));
	let early = 0;
	for (let n = 1; n <= rounds; n++) {
		if (connector.child.exitCode !== null) break;
		await Promise.race([connector.write(round), connector.ended.catch(() => undefined)]);
		if (n === Math.ceil(rounds / 10)) early = peakOf(connector.child.pid);
	}
	const late = peakOf(connector.child.pid);
	const { code, errors } = await connector.end();
	const factor = late / early;
	const isWrong = code !== 0 || !(factor < MOST_GROWTH);
	console.log(
		`${isWrong ? 'FAIL' : 'ok  '} memory: ${late} kB after ${rounds} rounds of ${round.length} bytes, ${factor.toFixed(2)} × that after a tenth; exit code ${code} ${errors[0]?.message ?? ''}`,
	);
	return isWrong;
}

function isOfPeople(line: Buffer): boolean {
	try {
		const { record } = JSON.parse(String(line));
		const isFlat = typeof record.data === 'object' && String(line).length < 5_000;
		return record.stream === 'people' && (record.namespace ?? undefined) === undefined && isFlat;
	} catch {
		return !/"record"/.test(String(line));
	}
}

/** Peak resident memory in kB, where the system tells it. */
const peakOf = (pid: number | undefined): number =>
	Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
