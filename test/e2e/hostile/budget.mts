import { expect } from 'vitest';
import type { Flameup } from '../../../simulator/flameup.mts';
import { type FakeFlameup, mostInAMinute } from '../../core/fake-flameup.mts';
import type { Run } from './run.mts';
import type { Scene } from './scene.mts';
import { isSendable, type Row } from './source.mts';

/** JSON of one person, at most. */
const PERSON_BYTES = 200;

/** What finding the bad people may cost beyond one request a person and the halvings down to one. */
const A_FEW = 8;

/** So much of the allowance may be spent while Flameup is down. */
const OUTAGE_SHARE = 0.1;

/**
 * What a fault costs, if not the one request that it hit. A refusal of everybody: both halves again, and the
 * person whose guilt the request was to prove. A complaint: everybody once more, and that person. A 429 is
 * counted by itself.
 */
const COSTS: Readonly<Record<string, number>> = {
	...{ 403: 3, '403-html': 3, 409: 3, 'success-false': 2, 'errors-200': 2, 429: 0 },
};

/** The people of the batches that a run is cut into: how many there are, and how many of them are bad. */
function batchesOf({ peoplePerRequest, rows, switches }: Scene) {
	const bad = new Set<Row['kind']>(['refused']);
	if (switches.emailConflict === 'refuse') bad.add('owner').add('conflict');
	const batches: { size: number; bad: number }[] = [];
	const people = new Map<string, boolean>();
	const close = () => {
		const sum = [...people.values()].filter(Boolean).length;
		batches.push({ size: people.size, bad: sum });
		people.clear();
	};
	for (const { kind, userId } of rows.filter(isSendable)) {
		people.set(userId, people.get(userId) || bad.has(kind));
		if (people.size === peoplePerRequest) close();
	}
	close();
	return batches;
}

/** Which people a refusal names in a form that Flameup documents: its details, by their place from 0. */
function namesOf({
	emailConflict,
	errorShape,
	faults,
	namesPeople,
	partial,
	refusalLists,
}: Scene['switches']) {
	const isReadable = ['C', 'D'].includes(errorShape) && ['index', 'dotted'].includes(namesPeople);
	// Such a request is judged by half of its people, so that a refusal counts these alone.
	const isHalved = Object.values(faults).includes('207-half');
	if (!isReadable || isHalved) return 'no help';
	// Of two people with one email, the first that gets through is its owner: the name can prove wrong.
	if (refusalLists === 'first' && emailConflict === 'refuse') return 'no help';
	if (refusalLists === 'everybody') return partial ? 'all' : 'no help';
	return refusalLists === 'neighbour' ? 'no help' : refusalLists;
}

/** The most requests for one batch. */
function isolation(batch: { size: number; bad: number }, { switches }: Scene): number {
	const { bad, size } = batch;
	// Everybody is good: one request.
	if (bad === 0) return 1;
	// Whoever gets a 409 alone is tried once more.
	const again = switches.validationStatus === 409 || switches.emailConflict === 'refuse' ? bad : 0;
	const depth = Math.ceil(Math.log2(size + 1));
	// Whatever an answer says, a batch costs one request a person, the halvings down to one, and a few.
	const most = size + depth + A_FEW + again;
	const names = bad === size ? 'no help' : namesOf(switches);
	// The only one named is proven by the others getting through: two requests. Several are tried alone besides.
	if (names === 'all') return Math.min(most, 2 + (bad === 1 ? again : bad));
	// Named one after the other: a request for each name and one for each person, while there is anything to spare.
	if (names === 'first' && bad < depth + A_FEW - 2) return 2 * bad + again;
	// Without help both halves of what was refused, down to each bad person; misleading names cost a few more.
	return Math.min(most, 1 + 2 * depth * bad + A_FEW + again);
}

/** The most requests that a run may make. */
function requestBudget(scene: Scene, flameup: Flameup): number {
	const { peoplePerRequest, switches } = scene;
	const { completeness, emailConflict, emptyBody, idForm, maxBodyBytes, skipSilently } = switches;
	const batches = batchesOf(scene);
	const isolated = batches.reduce((sum, batch) => sum + isolation(batch, scene), 0);
	// What is too large is halved until it fits; that says nothing of anybody.
	const halvings = Math.ceil(Math.log2((peoplePerRequest * PERSON_BYTES) / maxBodyBytes));
	const parts = maxBodyBytes === 0 ? 0 : batches.length * (2 ** (Math.max(0, halvings) + 1) - 2);
	// Whom an answer does not prove is sent once more.
	const isDoubtful =
		completeness !== 'all' ||
		emptyBody ||
		skipSilently ||
		emailConflict === 'merge' ||
		idForm === 'lower-case';
	// Each fault and each 429 costs the request that it hit.
	const { faults, tooManyRequests } = flameup.stats();
	const troubles = Object.entries(faults).reduce(
		(sum, [kind, times]) => sum + times * (COSTS[kind] ?? 1),
		tooManyRequests,
	);
	// An answer that is never Flameup's is asked again like an outage, for as long as the settings say.
	const minutes = switches.envelope === 'data' ? scene.patienceMs / 60_000 : 0;
	const inVain = minutes * scene.requestsPerMinute * OUTAGE_SHARE;
	return (isDoubtful ? 2 : 1) * (isolated + parts) + troubles + inVain;
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
	const { from = 0, to = 0 } = flameup.outage() ?? {};
	const inVain = exchanges.filter(({ arrivedAt }) => arrivedAt >= from && arrivedAt < to);
	const share = requestsPerMinute * OUTAGE_SHARE;
	expect(mostInAMinute(inVain), 'requests in 60 s of an outage').toBeLessThanOrEqual(share);
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
