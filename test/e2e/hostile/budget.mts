import { expect } from 'vitest';
import type { Flameup } from '../../../simulator/flameup.mts';
import { type FakeFlameup, mostInAMinute } from '../../core/fake-flameup.mts';
import type { Run } from './run.mts';
import type { Scene } from './scene.mts';
import { isSendable, type Row } from './source.mts';

/** The most bytes of JSON per person. */
const PERSON_BYTES = 200;

/** Requests for finding bad people, beyond one per person and the halvings down to one. */
const A_FEW = 8;

/** People in a row of whose merged records none was accepted; those of further people are not sent in parts (ADR 013). */
const MOST_FUTILE = 10;

/** The share of the allowance that may be used during an outage. */
const OUTAGE_SHARE = 0.1;

/**
 * The cost of a fault in requests, if not 1. After a refusal: both halves again, and the person whom the
 * request was to test. After a reported error: all people once more, and that person. 429s are counted
 * separately.
 */
const COSTS: Readonly<Record<string, number>> = {
	...{ 403: 3, '403-html': 3, 409: 3, 'success-false': 2, 'errors-200': 2, 429: 0 },
};

/** The people in each batch of a run: how many, how many bad ones, and how many records the bad ones have. */
function batchesOf({ peoplePerRequest, rows, switches }: Scene) {
	const bad = new Set<Row['kind']>(['refused']);
	if (switches.emailConflict === 'refuse') bad.add('owner').add('conflict');
	const batches: { size: number; bad: number; records: readonly number[] }[] = [];
	const people = new Map<string, { isBad: boolean; records: number }>();
	const close = () => {
		const records = [...people.values()].filter(({ isBad }) => isBad).map((one) => one.records);
		batches.push({ size: people.size, bad: records.length, records });
		people.clear();
	};
	for (const { kind, userId } of rows.filter(isSendable)) {
		const { isBad = false, records = 0 } = people.get(userId) ?? {};
		people.set(userId, { isBad: isBad || bad.has(kind), records: records + 1 });
		if (people.size === peoplePerRequest) close();
	}
	close();
	return batches;
}

/** Which people a refusal names in a form that Flameup documents: in its details, by index from 0. */
function namesOf({
	emailConflict,
	errorShape,
	faults,
	namesPeople,
	partial,
	refusalLists,
}: Scene['switches']) {
	const isReadable = ['C', 'D'].includes(errorShape) && ['index', 'dotted'].includes(namesPeople);
	// The simulator checks only half of the people, so the indexes in a refusal count only these.
	const isHalved = Object.values(faults).includes('207-half');
	if (!isReadable || isHalved) return 'no help';
	// Of two people with one email, the first one stored owns it, so the named person can be the wrong one.
	if (refusalLists === 'first' && emailConflict === 'refuse') return 'no help';
	if (refusalLists === 'everybody') return partial ? 'all' : 'no help';
	return refusalLists === 'neighbour' ? 'no help' : refusalLists;
}

/** The most requests for one batch. */
function isolation(batch: { size: number; bad: number }, { switches }: Scene): number {
	const { bad, size } = batch;
	// All people are good: one request.
	if (bad === 0) return 1;
	// A person who gets a 409 alone is sent once more.
	const again = switches.validationStatus === 409 || switches.emailConflict === 'refuse' ? bad : 0;
	const depth = Math.ceil(Math.log2(size + 1));
	// Upper bound for any answers: one request per person, the halvings down to one, and a few.
	const most = size + depth + A_FEW + again;
	const names = bad === size ? 'no help' : namesOf(switches);
	// A single named person is proven bad when the others are accepted: two requests. Several are also sent alone.
	if (names === 'all') return Math.min(most, 2 + (bad === 1 ? again : bad));
	// Named one at a time: a request for each name and one for each person, within the spare requests.
	if (names === 'first' && bad < depth + A_FEW - 2) return 2 * bad + again;
	// Without usable names: both halves of each refusal, down to each bad person; misleading names cost a few more.
	return Math.min(most, 1 + 2 * depth * bad + A_FEW + again);
}

/** The most requests that a run may send. */
function requestBudget(scene: Scene, flameup: Flameup): number {
	const { peoplePerRequest, switches } = scene;
	const { completeness, emailConflict, emptyBody, idForm, maxBodyBytes, skipSilently } = switches;
	const batches = batchesOf(scene);
	const isolated = batches.reduce((sum, batch) => sum + isolation(batch, scene), 0);
	// A body over the limit is halved until it fits; that proves nothing about people.
	const halvings = Math.ceil(Math.log2((peoplePerRequest * PERSON_BYTES) / maxBodyBytes));
	const parts = maxBodyBytes === 0 ? 0 : batches.length * (2 ** (Math.max(0, halvings) + 1) - 2);
	// The records of a refused person are halved down to single ones.
	const counts = batches.flatMap(({ records }) => records).toSorted((a, b) => b - a);
	const merged = counts
		.slice(0, MOST_FUTILE + scene.requestsInFlight)
		.reduce((sum, records) => sum + 2 * (records - 1), 0);
	// Unproven people are sent once more.
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
	// Foreign answers are retried as in an outage, for as long as the settings allow.
	const minutes = switches.envelope === 'data' ? scene.patienceMs / 60_000 : 0;
	const inVain = minutes * scene.requestsPerMinute * OUTAGE_SHARE;
	return (isDoubtful ? 2 : 1) * (isolated + parts + 2 * merged) + troubles + inVain;
}

/** No more requests than needed to find the bad people. */
export const expectBudget = ({ exchanges, flameup, scene }: Run): void =>
	expect(exchanges.length, 'requests').toBeLessThanOrEqual(requestBudget(scene, flameup));

/** The allowance is kept, the run causes no 429s, and no person is in two requests at once. */
export function expectPace(fake: FakeFlameup, scene: Scene): void {
	const { exchanges, flameup, mostInFlight, overlaps } = fake;
	const tooMany = exchanges.filter(({ status }) => status === 429).length;
	const unplanned = tooMany - (flameup.stats().faults['429'] ?? 0);
	if (!mayHave429(scene)) expect(unplanned, '429s that the run itself caused').toBe(0);
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

/** Whether a 429 can occur through no fault of the run. */
function mayHave429({ follows, switches }: Scene): boolean {
	const { announcedLimit, faultKinds, faultRate, faults, limit, preused, rateHeaders } = switches;
	const planned = Object.values(faults).includes('429');
	const byChance = faultRate > 0 && faultKinds.includes('429');
	if (planned || byChance || preused > 0) return true;
	if (follows && rateHeaders && announcedLimit > limit) return true;
	const isAnnounced = rateHeaders && (announcedLimit === 0 || announcedLimit <= limit);
	return limit > 0 && limit < 120 && !isAnnounced;
}
