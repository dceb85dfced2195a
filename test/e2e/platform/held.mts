import { expect } from 'vitest';
import { isLimited } from './plan.mts';
import { expectedAfter, type Positions, recordAt } from './source.mts';
import type { World } from './world.mts';

/** Extra requests allowed per attempt: those in flight, and partly filled batches. */
const SPARE_REQUESTS = 8;

/** Every acknowledged record is stored. */
export function expectCovered({ outcome, plan, simulator }: World, acknowledged: Positions): void {
	const held = simulator.flameup.people();
	const behind = plan.streams.flatMap((stream) =>
		[...expectedAfter(plan.seed, stream, acknowledged[stream.name] ?? 0)].flatMap(([userId, n]) => {
			const at = held.get(userId)?.traits.n;
			return typeof at === 'number' && at >= n ? [] : [{ userId, acknowledged: n, held: at }];
		}),
	);
	expect(behind, `behind the states of attempt ${outcome.endings.length}`).toEqual([]);
}

/** At the end exactly the expected people are stored, each with their last record. */
export function expectHeld({ plan, simulator }: World): void {
	const expected = plan.streams.flatMap((stream) => [
		...expectedAfter(plan.seed, stream, stream.records),
	]);
	const held = simulator.flameup.people();
	const wrong = expected.filter(([userId, n]) => held.get(userId)?.traits.n !== n);
	expect(wrong, 'not stored with their last record').toEqual([]);
	expect(held.size, 'people stored').toBe(expected.length);
}

/** No extra requests, and no 429 except planned ones and those that a new process could not foresee. */
export function expectAllowance({ outcome, plan, simulator }: World): void {
	const { faults, requests, tooManyRequests } = simulator.flameup.stats();
	const unplanned = tooManyRequests - (faults['429'] ?? 0);
	const attempts = outcome.endings.length;
	expect(unplanned, '429s').toBeLessThanOrEqual(isLimited(plan) ? attempts - 1 : 0);
	let refused = 0;
	for (const stream of plan.streams) {
		for (let n = 1; n <= stream.records; n++) {
			if ('simulator_refuse' in recordAt(plan.seed, stream, n).data) refused++;
		}
	}
	const planned = Object.values(faults).reduce((sum, times) => sum + times, 0);
	const most =
		outcome.records / 100 + attempts * (refused + SPARE_REQUESTS) + planned + tooManyRequests;
	expect(requests, 'requests').toBeLessThanOrEqual(most);
}
