import { expect } from 'vitest';
import type { Flameup } from '../../../simulator/flameup.mts';
import { type FakeFlameup, mostInAMinute } from '../../core/fake-flameup.mts';
import type { Run } from './run.mts';
import type { Scene } from './scene.mts';

/** JSON of one person, at most. */
const PERSON_BYTES = 200;

/**
 * The most requests that a run may make: full batches and one at each end; to find the bad people of a
 * batch, the halves down to each (2 log₂, and a quarter of the batch singly where the budget ends) or
 * one request a person, whichever is less; three when they are named; for answers that leave people
 * out, everything once more; and one for each fault and each 429.
 */
function requestBudget({ peoplePerRequest, rows, switches }: Scene, flameup: Flameup): number {
	const full = Math.ceil(rows.length / peoplePerRequest) + 1;
	const parts =
		switches.maxBodyBytes === 0
			? 1
			: 2 **
				Math.max(
					0,
					Math.ceil(Math.log2((peoplePerRequest * PERSON_BYTES) / switches.maxBodyBytes)),
				);
	const batches = full * parts;
	const depth = Math.ceil(Math.log2(peoplePerRequest + 1));
	const bad = new Set(
		rows
			.filter(({ kind }) => ['refused', 'owner', 'conflict'].includes(kind))
			.map((row) => row.userId),
	).size;
	const named =
		switches.errorShape === 'D' &&
		['index', 'dotted'].includes(switches.namesPeople) &&
		switches.refusalLists === 'all';
	const singly = rows.length + batches * (depth + 2);
	const halving = 3 * batches + bad * (2 * depth + peoplePerRequest / 4);
	const isolation = bad === 0 ? batches : named ? 3 * batches : Math.min(singly, halving);
	const repeats =
		switches.completeness !== 'all' || switches.skipSilently || switches.emailConflict === 'merge';
	const { faults, tooManyRequests } = flameup.stats();
	const troubles = Object.entries(faults).reduce(
		(sum, [kind, times]) => sum + (kind === '429' ? 0 : times),
		tooManyRequests,
	);
	return full * (parts - 1) + isolation * (repeats ? 2 : 1) + troubles;
}

/** No more requests than finding the bad people takes. */
export const expectBudget = ({ exchanges, flameup, scene }: Run): void =>
	expect(exchanges.length, 'requests').toBeLessThanOrEqual(requestBudget(scene, flameup));

/** The allowance is kept, no 429 is of our making, and nobody is in two requests at once. */
export function expectPace(fake: FakeFlameup, scene: Scene): void {
	const { exchanges, flameup, mostInFlight, overlaps } = fake;
	const tooMany = exchanges.filter(({ status }) => status === 429).length;
	const unplanned = tooMany - (flameup.stats().faults['429'] ?? 0);
	if (!mayHave429(scene)) expect(unplanned, '429s that nobody else can have caused').toBe(0);
	const { follows, requestsInFlight, requestsPerMinute, switches } = scene;
	const most = follows ? Math.max(requestsPerMinute, switches.announcedLimit) : requestsPerMinute;
	expect(mostInAMinute(exchanges), 'requests in 60 s').toBeLessThanOrEqual(most);
	expect(mostInFlight, 'requests at once').toBeLessThanOrEqual(requestsInFlight);
	expect(overlaps, 'people in two requests at once').toBe(0);
}

/** Whether nobody but us could cause a 429: then there is to be none. */
function mayHave429({ follows, switches }: Scene): boolean {
	const { announcedLimit, faultKinds, faultRate, faults, limit, preused, rateHeaders } = switches;
	const planned = Object.values(faults).includes('429');
	const byChance = faultRate > 0 && faultKinds.includes('429');
	if (planned || byChance || preused > 0) return true;
	if (follows && rateHeaders && announcedLimit > limit) return true;
	const isAnnounced = rateHeaders && (announcedLimit === 0 || announcedLimit <= limit);
	return limit > 0 && limit < 120 && !isAnnounced;
}
