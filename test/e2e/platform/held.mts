import { expect } from 'vitest';
import { isLimited } from './plan.mts';
import { expectedAfter, type Positions, recordAt } from './source.mts';
import type { World } from './world.mts';

/** Requests beyond full batches that an attempt may take: those under way, and part-filled ones. */
const SPARE_REQUESTS = 8;

/** No state is ahead of its data. */
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

/** At the end everybody is there as their last record has them, and nobody else. */
export function expectHeld({ plan, simulator }: World): void {
	const expected = plan.streams.flatMap((stream) => [
		...expectedAfter(plan.seed, stream, stream.records),
	]);
	const held = simulator.flameup.people();
	const wrong = expected.filter(([userId, n]) => held.get(userId)?.traits.n !== n);
	expect(wrong, 'not held as of their last record').toEqual([]);
	expect(held.size, 'people held').toBe(expected.length);
}

/** No request too many, and no 429 but those that were planned or that a new process could not foresee. */
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
