import { describe, expect, it } from 'vitest';
import { whole } from '../environment.mts';
import { isLimited, planOf } from './plan.mts';
import { runSync } from './sync.mts';
import type { Outcome } from './world.mts';

const SEEDS = whole('SEEDS', 200);
const SEED = whole('SEED', undefined);

const seeds = SEED === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [SEED];
// Rate-limited plans start first: they use no CPU while they wait.
const plans = seeds.map(planOf).sort((a, b) => Number(isLimited(b)) - Number(isLimited(a)));
const outcomes: Outcome[] = [];

/** The timing also depends on the machine, so a failing seed may need several runs to fail again. */
describe(`${plans.length} syncs, killed and resumed until they complete`, () => {
	it.concurrent.each(plans)('SEED=$seed', async (plan) => {
		outcomes.push(await runSync(plan));
	});

	it('all completed, with every kind of attempt ending', async ({ annotate }) => {
		const sum = (of: (outcome: Outcome) => number) =>
			outcomes.reduce((total, outcome) => total + of(outcome), 0);
		const ended = Object.groupBy(
			outcomes.flatMap(({ endings }) => endings),
			(how) => how,
		);
		const ways = Object.entries(ended).map(([how, some = []]) => `${some.length} by ${how}`);
		await annotate(
			`${sum(({ endings }) => endings.length)} attempts ended (${ways.join(', ')}); ${sum(
				({ records }) => records,
			)} records written, ${sum(({ states }) => states)} states returned, ${sum(
				({ requests }) => requests,
			)} requests, ${sum(({ tooManyRequests }) => tooManyRequests)} answers of 429`,
		);
		expect(outcomes.length).toBe(plans.length);
		if (plans.length < SEEDS || SEEDS < 100) return;
		const all = ['SIGKILL', 'SIGTERM', 'itself', 'memory', 'source'];
		expect(Object.keys(ended).sort()).toEqual(all);
	});
});
