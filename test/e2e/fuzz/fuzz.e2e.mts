import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { whole } from '../environment.mts';
import { readCorpus } from './corpus.mts';
import { watchForHangs } from './hang.mts';
import { expectPrinted, expectWritten, know } from './judge.mts';
import { inPieces, input, mutated } from './mutations.mts';
import { createProcesses, expectNoGrowth } from './processes.mts';
import { writeIn } from './write.mts';

const seed = whole('SEED', 1);
/** Cases in simulated time. */
const CASES = whole('CASES', 4_000);
/** Processes with changed lines; half as many for each kind of changed file. */
const RUNS = whole('RUNS', 16);
/** Size of the input of the memory test. */
const MEGABYTES = whole('MEGABYTES', 60);
/** The path of one case, as printed when a property fails. */
const { CASE } = process.env;

const corpus = readCorpus();
const [plain = ''] = corpus.configs;
const [catalog = ''] = corpus.catalogs;
const text = (texts: readonly string[]) => mutated(texts).map((bytes) => bytes.toString('utf8'));
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 });
const nothing = fc.constant(Buffer.alloc(0));
const [same, sameCatalog] = [fc.constant(plain), fc.constant(catalog)];

const hangs = watchForHangs();
afterAll(() => hangs.end());

/** What is varied, with its share of the cases. */
const variations: [string, number, Parameters<typeof property>][] = [
	['configurations', 0.25, [nothing, text(corpus.configs), sameCatalog]],
	['catalogs', 0.1, [nothing, same, text(corpus.catalogs)]],
	['lines', 0.45, [input(corpus.lines, 25), same, sameCatalog]],
	[
		'everything at once',
		0.2,
		[input(corpus.lines, 12), text(corpus.configs), text(corpus.catalogs)],
	],
];

const property = (
	lines: fc.Arbitrary<Buffer>,
	configs: fc.Arbitrary<string>,
	catalogs: fc.Arbitrary<string>,
) =>
	fc.asyncProperty(lines, sizes, configs, catalogs, async (bytes, pieces, config, streams) => {
		hangs.begun();
		expectWritten(await writeIn(inPieces(bytes, pieces), config, streams), know(bytes));
		expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
	});

describe.each(variations)('in simulated time, %s', (name, share, arbitraries) => {
	const numRuns = Math.ceil(CASES * share);
	const only = CASE === undefined ? {} : { path: CASE };

	it(`${numRuns} cases`, async () => {
		const details = await fc.check(property(...arbitraries), { seed, numRuns, ...only });
		if (!details.failed) return;
		const { counterexample, counterexamplePath, errorInstance } = details;
		const shown = fc.stringify(counterexample?.map(String)).slice(0, 4_000);
		const again = `SEED=${seed} CASE='${counterexamplePath}' npm run test:fuzz -- -t 'time, ${name}'`;
		expect.fail(`${errorInstance}\nwith ${shown}\nagain: ${again}`);
	});
});

describe('processes', async () => {
	const processes = await createProcesses(catalog);
	const sample = (arbitrary: fc.Arbitrary<Buffer>, numRuns: number) =>
		fc.sample(arbitrary, { seed, numRuns });

	/** A test of many processes; it continues after a failure and shows the first few failures. */
	function each(name: string, cases: readonly Buffer[], check: (one: Buffer) => Promise<unknown>) {
		it(`${name}: ${cases.length} processes`, async () => {
			const failed: string[] = [];
			for (const one of cases) {
				hangs.begun();
				await check(one).catch((error: unknown) => {
					const shown = one.length > 2_000 ? `${one.length} bytes` : JSON.stringify(String(one));
					failed.push(`${error}\nwith ${shown}`);
				});
			}
			const again = `SEED=${seed} npm run test:fuzz -- -t '${name}:'`;
			expect(failed.slice(0, 3), `${failed.length} failed; again: ${again}`).toEqual([]);
		});
	}

	each('lines', sample(input(corpus.lines, 300), RUNS), async (bytes) =>
		expectWritten(await processes.run('write', bytes), know(bytes)),
	);
	const configs = sample(mutated([processes.config, ...corpus.configs]), Math.ceil(RUNS / 2));
	for (const command of ['write', 'check', 'discover']) {
		each(`configurations for ${command}`, configs, async (config) =>
			expectPrinted(await processes.run(command, Buffer.alloc(0), { config })),
		);
	}
	each('catalogs', sample(mutated(corpus.catalogs), Math.ceil(RUNS / 2)), async (changed) =>
		expectPrinted(await processes.run('write', Buffer.alloc(0), { catalog: changed })),
	);

	it(`memory: ${MEGABYTES} MB of lines through one process`, async ({ annotate }) => {
		// A stream missing from the catalog would end the run.
		const lines = sample(mutated(corpus.lines, 2), 2_000).filter(
			(line) => !/"RECORD"/.test(String(line)) || isOfPeople(line),
		);
		const round = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
		const held = await expectNoGrowth(processes.startWrite(), round, MEGABYTES, hangs.begun);
		await annotate(held);
	});
});

function isOfPeople(line: Buffer): boolean {
	try {
		const { record } = JSON.parse(String(line));
		const isFlat = typeof record.data === 'object' && String(line).length < 5_000;
		return record.stream === 'people' && (record.namespace ?? undefined) === undefined && isFlat;
	} catch {
		return !/"record"/.test(String(line));
	}
}
