/**
 * Airbyte's platform, emulated: `npm run test:platform -- [--seeds 200] [--from 1] [--seed N]
 * [--jobs 4]`. Each seed is one sync whose destination is killed at some moments and started again from
 * the last state that came back, until it ends. Says which seeds failed, and how to run one again;
 * moments depend on the machine's pace too, so a seed may need several runs.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { table, whole } from '../../../bench/table.mts';
import type { Outcome } from './outcome.mts';
import { isLimited, planOf } from './plan.mts';
import { runSync } from './sync.mts';

const { seeds, from, jobs } = readOptions();
const began = Date.now();
const all = Array.from({ length: seeds }, (_, i) => from + i);
// Those that wait for their allowance cost nothing meanwhile.
const waiting = all.filter((seed) => isLimited(planOf(seed)));
const working = all.filter((seed) => !waiting.includes(seed));
const outcomes: Outcome[] = [];
await Promise.all([
	...waiting.map(run),
	...Array.from({ length: jobs }, async () => {
		for (let seed = working.shift(); seed !== undefined; seed = working.shift()) await run(seed);
	}),
]);
console.log(summary());

async function run(seed: number): Promise<void> {
	const outcome = await runSync(seed);
	outcomes.push(outcome);
	if (outcome.problems.length > 0) {
		process.exitCode = 1;
		console.log(`FAIL seed ${seed}: ${JSON.stringify(outcome.plan)}`);
		for (const problem of outcome.problems.slice(0, 5)) console.log(`  ${problem}`);
		console.log(`  again: npm run test:platform -- --seed ${seed}`);
	}
	if (outcomes.length % 25 === 0) console.log(`${outcomes.length} of ${all.length} syncs …`);
}

function summary(): string {
	const sum = (of: (outcome: Outcome) => number) =>
		outcomes.reduce((total, outcome) => total + of(outcome), 0);
	const ended = (by: string) => sum(({ endings }) => endings.filter((one) => one === by).length);
	const distinct = sum(({ plan }) => plan.streams.reduce((n, { records }) => n + records, 0));
	const rows: [string, number][] = [
		['syncs', outcomes.length],
		['  that had to wait for a new window', waiting.length],
		['attempts', sum(({ endings }) => endings.length)],
		['  ended by SIGKILL', ended('SIGKILL')],
		['  ended by SIGTERM', ended('SIGTERM')],
		['  ended out of memory', ended('memory')],
		['  whose source broke off', ended('source')],
		['  ended by themselves', ended('itself')],
		['records of the sources', distinct],
		['  written, with those of attempts that failed', sum(({ records }) => records)],
		['states returned, each once, in order, unchanged', sum(({ states }) => states)],
		['requests', sum(({ requests }) => requests)],
		['  answered with 429, planned ones included', sum((one) => one.tooManyRequests)],
		[
			'syncs in which something was not as it must be',
			sum(({ problems }) => Math.min(1, problems.length)),
		],
	];
	const seconds = ((Date.now() - began) / 1000).toFixed(0);
	return `${table(rows.map(([name, value]) => [name, whole(value)]))}\n(${seconds} s)`;
}

function readOptions() {
	const { values } = parseArgs({
		options: {
			seeds: { type: 'string', default: '200' },
			from: { type: 'string', default: '1' },
			seed: { type: 'string' },
			jobs: { type: 'string', default: String(availableParallelism() + 1) },
		},
	});
	const number = (text: string, least: number) => {
		const value = Number(text);
		if (Number.isInteger(value) && value >= least) return value;
		throw new Error(`A whole number from ${least} up is needed, not ${text}.`);
	};
	const one = values.seed;
	return {
		seeds: one === undefined ? number(values.seeds, 1) : 1,
		from: number(one ?? values.from, 0),
		jobs: number(values.jobs, 1),
	};
}
