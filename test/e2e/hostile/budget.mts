import type { Flameup } from '../../../simulator/flameup.mts';
import type { FakeFlameup } from '../../core/fake-flameup.mts';
import type { Scene } from './run.mts';

/** JSON of one person, at most. */
const PERSON_BYTES = 200;

/**
 * The most requests that a run may make: full batches and one at each end; to find the bad people of a
 * batch, the halves down to each (2 log₂, and a quarter of the batch singly where the budget ends) or
 * one request a person, whichever is less; three when they are named; for answers that leave people
 * out, everything once more; and one for each fault and each 429.
 */
export function requestBudget(
	{ peoplePerRequest, rows, switches }: Scene,
	flameup: Flameup,
): number {
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

/** Whether nobody but us could cause a 429: then there is to be none. */
export function mayHave429({ follows, switches }: Scene): boolean {
	const { announcedLimit, faultKinds, faultRate, faults, limit, preused, rateHeaders } = switches;
	const planned = Object.values(faults).includes('429');
	const byChance = faultRate > 0 && faultKinds.includes('429');
	if (planned || byChance || preused > 0) return true;
	if (follows && rateHeaders && announcedLimit > limit) return true;
	const isAnnounced = rateHeaders && (announcedLimit === 0 || announcedLimit <= limit);
	return limit > 0 && limit < 120 && !isAnnounced;
}

/** 429s that were not asked for. */
export const unplanned429s = ({ exchanges, flameup }: FakeFlameup): number =>
	exchanges.filter(({ status }) => status === 429).length - (flameup.stats().faults['429'] ?? 0);
