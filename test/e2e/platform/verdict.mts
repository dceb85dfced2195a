import type { World } from './outcome.mts';
import { isLimited } from './plan.mts';
import { expectedAfter, type Positions, recordAt } from './source.mts';

/** Requests beyond full batches that an attempt may take: those under way, and part-filled ones. */
const SPARE_REQUESTS = 8;

/** No state is ahead of its data. */
export function checkCovered({ outcome, plan, simulator }: World, acknowledged: Positions): void {
	const held = simulator.flameup.people();
	for (const stream of plan.streams) {
		const expected = expectedAfter(plan.seed, stream, acknowledged[stream.name] ?? 0);
		for (const [userId, n] of expected) {
			const at = held.get(userId)?.traits.n;
			if (typeof at === 'number' && at >= n) continue;
			outcome.problems.push(`${userId} is acknowledged up to record ${n}, and held at ${at}`);
		}
	}
}

/** At the end everybody is there as their last record has them, and nobody else. */
export function checkHeld({ outcome, plan, simulator }: World): void {
	const expected = new Map(
		plan.streams.flatMap((stream) => [...expectedAfter(plan.seed, stream, stream.records)]),
	);
	for (const [userId, n] of expected) {
		const at = simulator.flameup.people().get(userId)?.traits.n;
		if (at !== n) outcome.problems.push(`${userId} should be held at record ${n}, and is at ${at}`);
	}
	for (const userId of simulator.flameup.people().keys()) {
		if (!expected.has(userId)) outcome.problems.push(`${userId} should not be held`);
	}
}

/** No request too many, and no 429 but those that were planned or that a new process could not foresee. */
export function checkAllowance({ outcome, plan, simulator }: World): void {
	const { faults, requests, tooManyRequests } = simulator.flameup.stats();
	const unplanned = tooManyRequests - (faults['429'] ?? 0);
	const unforeseen = isLimited(plan) ? outcome.endings.length - 1 : 0;
	if (unplanned > unforeseen) outcome.problems.push(`${unplanned} times 429`);
	let refused = 0;
	for (const stream of plan.streams) {
		for (let n = 1; n <= stream.records; n++) {
			if ('simulator_refuse' in recordAt(plan.seed, stream, n).data) refused++;
		}
	}
	const planned = Object.values(faults).reduce((sum, times) => sum + times, 0);
	const attempts = outcome.endings.length;
	const most =
		outcome.records / 100 + attempts * (refused + SPARE_REQUESTS) + planned + tooManyRequests;
	if (requests > most) outcome.problems.push(`${requests} requests, and ${most} would do`);
}
