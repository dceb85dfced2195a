import { expect } from 'vitest';
import { sumOfStats, withoutStats } from '../../airbyte/input.mts';
import { API_KEY } from '../../core/fake-flameup.mts';
import type { Ending, Evidence } from './evidence.mts';
import { SAMPLES, type Scene } from './scene.mts';
import { CANARY, isSendable, type Row, sentTraits, statesOf } from './source.mts';
import { type Entry, endsTheRun, isRefused, knownSince, timesOf, triesInVain } from './traffic.mts';

/** The longest pause before a retry: after a 429 the rest of a window plus the latency, else 30 s. */
const LONGEST_PAUSE_MS = { busy: 65_000, fault: 30_000 };

/** With this many rejected records and none upserted, the mapping is wrong (ADR 006). */
const WRONG_MAPPING = 20;

/** With this many people refused for one reason and none upserted, a run stops. */
const HOPELESS = 1_000;

const none = (what: string, wrong: readonly unknown[]) =>
	expect(wrong.length, `${what}, such as ${JSON.stringify(wrong[0])}`).toBe(0);

/** Checks what must hold for every run, whatever Flameup does. Throws at the first violation. */
export function expectInvariants(evidence: Evidence): void {
	expectCounts(evidence);
	expectEndings(evidence);
	expectSent(evidence);
	expectStates(evidence);
	expectHeld(evidence);
	expectReason(evidence);
	expectChanges(evidence);
	expectSecrets(evidence);
}

/** Received = upserted + rejected, unless the run failed; the request counts are correct. */
function expectCounts(evidence: Evidence): void {
	const { endings, exchanges, failure, rateLimited, report, scene } = evidence;
	const { received, rejections, upserted } = report;
	const listed = endings.filter(({ code }) => code !== undefined).length;
	const shown = Object.values(report.rejected).map(({ count }) => Math.min(count, SAMPLES));
	expect(listed, 'records listed as rejected').toBe(shown.reduce((sum, one) => sum + one, 0));
	expect(report.requests, 'requests reported').toBeGreaterThanOrEqual(exchanges.length);
	// The simulator cannot count requests to a closed port.
	const isClosed = scene.switches.outageKind === 'refused';
	if (!isClosed) expect(report.requests, 'requests reported').toBe(exchanges.length);
	expect(report.rateLimited, '429s reported').toBe(rateLimited);
	if (failure !== undefined) return;
	expect(received, 'received').toBe(endings.length);
	expect(upserted + rejections, 'upserted + rejected').toBe(received);
}

/** Each settled record has the outcome that Flameup's answers imply. */
function expectEndings(evidence: Evidence): void {
	const { endings, failure, scene, states } = evidence;
	const acknowledged = statesOf(scene.rows)[states.length - 1]?.before ?? 0;
	const settled = endings.filter(
		({ code }, n) => failure === undefined || n < acknowledged || code !== undefined,
	);
	const wrong = settled.filter((ending) => !isTrue(ending, evidence));
	const shown = ({ code, entry, row }: Ending) => ({ code, tries: entry?.tries, ...row });
	none('records with another outcome than answered', wrong.map(shown));
	if (!provesWhomItStores(scene)) return;
	const good = settled.filter(({ code, row }) => row.kind === 'good' && code !== undefined);
	none('good records were rejected', good.map(shown));
}

/** Whether each stored person is proven after two tries. */
const provesWhomItStores = ({ switches }: Scene): boolean => {
	const { completeness, emptyBody, faultKinds, faultRate, faults } = switches;
	const complains = [...(faultRate > 0 ? faultKinds : []), ...Object.values(faults)].some((kind) =>
		['success-false', 'errors-200'].includes(kind),
	);
	return completeness === 'all' && !emptyBody && !complains;
};

/** Unproven people are not upserted, proven ones not rejected. */
function isTrue({ code, entry, isProven, row }: Ending, evidence: Evidence): boolean {
	if (!isSendable(row)) return code === row.kind;
	switch (code) {
		case undefined:
			return isProven;
		case 'refused':
			return !isProven && timesOf(entry, 'refused') > 0 && isRefusable(row, evidence);
		case 'not_confirmed':
			return !isProven && timesOf(entry, 'unproven') > 1;
		default:
			return false;
	}
}

/** Whether Flameup refuses the person, or has their email address for another one. */
const isRefusable = ({ email, kind, userId }: Row, { flameup, scene }: Evidence): boolean =>
	kind === 'refused' ||
	(scene.switches.emailConflict === 'refuse' &&
		flameup
			.people()
			.values()
			.some((other) => other.email === email && other.userId !== userId));

/** Each version of a person has exactly the records since the previous one, or is a part of a refused one. */
function expectSent({ scene, traffic }: Evidence): void {
	const { keepsNull, rows } = scene;
	for (const [userId, entries] of traffic) {
		for (const [i, { from, row, sent }] of entries.entries()) {
			const before = entries[i - 1];
			const splits = before !== undefined && before.row > row;
			if (splits) expect(timesOf(before, 'refused'), `${userId} sent in order`).toBeGreaterThan(0);
			expect(row, `${userId} sent in order`).toBeGreaterThanOrEqual(from);
			const own = rows
				.slice(from, row + 1)
				.filter((one) => one.userId === userId && isSendable(one));
			const traits = Object.assign({}, ...own.map((one) => sentTraits(one, keepsNull)));
			expect(sent, `${userId} as sent`).toEqual({ userId, email: own.at(-1)?.email, traits });
		}
	}
}

/** States are printed in order, unchanged, with correct counts, and only after every earlier record is settled. */
function expectStates(evidence: Evidence): void {
	const { endings, failure, report, scene, states, statesAt } = evidence;
	const staged = statesOf(scene.rows);
	expect(
		states.map((line) => withoutStats(line)),
		'states',
	).toEqual(staged.slice(0, states.length).map(({ line }) => line.trimEnd()));
	const last = { people: 0, leads: 0 };
	states.forEach((line, place) => {
		const { before = 0, stream = 'people' } = staged[place] ?? {};
		const own = endings.slice(last[stream], before).filter(({ row }) => row.stream === stream);
		last[stream] = before;
		const rejected = own.filter(({ code }) => code !== undefined).length;
		expect(JSON.parse(line).state.destinationStats, `state ${place}`).toMatchObject({
			recordCount: own.length - rejected,
			rejectedRecordCount: rejected,
		});
		const at = statesAt[place] ?? 0;
		const open = endings.slice(0, before).filter(({ answeredAt }) => !(answeredAt <= at));
		none(`records were not settled when state ${place} was printed`, open);
	});
	const { rejections, upserted } = report;
	const isHeld = upserted === 0 && (failure !== undefined || rejections >= WRONG_MAPPING);
	const isDone = (one: Ending) => one.isProven || !isSendable(one.row);
	const done = endings.findIndex((one) => !isDone(one));
	const due = staged.filter(({ before }) => done < 0 || before <= done).length;
	if (isHeld) expect(states, 'states of a run without upserts').toEqual([]);
	else expect(states.length, 'states').toBeGreaterThanOrEqual(failure ? due : staged.length);
	if (failure !== undefined) return;
	const { recordCount, rejectedRecordCount } = sumOfStats(states);
	expect(recordCount, 'upserted by the states').toBe(report.upserted);
	expect(rejectedRecordCount, 'rejected by the states').toBe(report.rejections);
}

/** Acknowledged people are stored, finally with their latest values; unsent ones are not. */
function expectHeld(evidence: Evidence): void {
	const { endings, failure, flameup, scene, states, traffic } = evidence;
	const { emailConflict } = scene.switches;
	const held = flameup.people();
	const strangers = [...held.keys()].filter((userId) => !traffic.has(userId));
	none('people are stored who were not sent', strangers);
	const refused = endings.filter(({ row }) => row.kind === 'refused' && held.has(row.userId));
	none('people are stored who were refused', refused);
	if (hidesLosses(scene)) return;
	const acknowledged = statesOf(scene.rows)[states.length - 1]?.before ?? 0;
	const byEmail = new Map(held.values().map((person) => [person.email, person]));
	for (const { code, row } of endings.slice(0, acknowledged)) {
		if (code !== undefined) continue;
		const isMerged = emailConflict === 'merge' && ['owner', 'conflict'].includes(row.kind);
		const person = isMerged ? byEmail.get(row.email) : held.get(row.userId);
		expect(person, `${row.userId} is acknowledged, and`).toBeDefined();
		if (isMerged) continue;
		expect(person?.email).toBe(row.email);
		expect(person?.traits.n, `record of ${row.userId}`).toBeGreaterThanOrEqual(
			Number(row.traits.n),
		);
		const isKnown = traffic
			.get(row.userId)
			?.every((one) => timesOf(one, 'proven') > 0 || isRefused(one));
		if (failure === undefined && isKnown) {
			expect(person?.traits).toEqual(latest(row.userId, evidence));
		}
	}
}

/** Whether empty answers, or lower-case IDs that match another ID, can prove people who were not stored. */
export const hidesLosses = ({ later, switches }: Scene): boolean =>
	(later?.switches.emptyBody === true || switches.idForm === 'lower-case') &&
	(switches.skipSilently || switches.shortLoses);

/** The traits that Flameup must have after all requests. */
function latest(userId: string, { scene, traffic }: Evidence): Record<string, unknown> {
	const { nullTrait, traits } = scene.switches;
	const stored = (traffic.get(userId) ?? []).filter((entry) => !isRefused(entry));
	const sent = stored.map((entry) => entry.sent.traits);
	const all = Object.assign({}, ...(traits === 'merge' ? sent : sent.slice(-1)));
	const kept = Object.entries(all).filter(([, value]) => nullTrait === 'store' || value !== null);
	return Object.fromEntries(kept);
}

/** A run fails only when it must, and with the right failure type. */
function expectReason(evidence: Evidence): void {
	const { exchanges, failure, report, scene, traffic } = evidence;
	const entries = [...traffic.values()].flat();
	const refused = entries.filter((one) => !one.isPart && timesOf(one, 'refused') > 0).length;
	const isHopeless = report.upserted === 0 && refused >= HOPELESS;
	const isMistaken = report.upserted === 0 && report.rejections >= WRONG_MAPPING;
	const isForGood = endsTheRun(exchanges) || isHopeless;
	const inVain = isForGood ? undefined : entries.find((entry) => isGivenUp(entry, scene));
	const isForeign = inVain?.tries.at(-1)?.word === 'foreign' && knownSince(exchanges) === Infinity;
	const isFault = inVain !== undefined && !isForeign;
	const isConfig = isForGood || isForeign || isMistaken;
	const reason = isFault ? 'transient_error' : isConfig ? 'config_error' : undefined;
	expect(failure?.failure_type, `the end of the run (${failure?.message})`).toBe(reason);
	if (isForeign) expect(failure?.message, 'the end of the run').toContain('api_url');
	const most = HOPELESS + scene.requestsInFlight * scene.peoplePerRequest;
	if (report.upserted === 0) expect(refused, 'people refused before it ends').toBeLessThan(most);
}

/** Whether an entry was retried without success for as long as the settings allow. */
function isGivenUp(entry: Entry, { patienceMs, switches }: Scene): boolean {
	const tries = triesInVain(entry);
	const [first, last] = [tries[0], tries.at(-1)];
	if (first === undefined || last === undefined) return false;
	const isBusy = last.word === 'busy';
	// Without a Date header, times in answers cannot be corrected for clock skew.
	const skewMs = switches.dateHeader ? 0 : Math.max(0, switches.clockSkewMs);
	const pauseMs = isBusy ? LONGEST_PAUSE_MS.busy + skewMs : LONGEST_PAUSE_MS.fault;
	// A wait longer than the settings allow is not started.
	if (last.at + last.askedMs - first.at > patienceMs) return true;
	return (isBusy || tries.length > 1) && last.at - first.at >= patienceMs - pauseMs;
}

/** Created and updated are correct if Flameup's counts are, and never too high. */
function expectChanges({ flameup, report, scene }: Evidence): void {
	const {
		completeness,
		counts,
		emailConflict,
		emptyBody,
		faultRate,
		faults,
		envelope,
		idForm,
		partial,
		skipSilently,
	} = scene.switches;
	const { created, merged, updated, upserted } = report;
	const { peopleCreated } = flameup.stats();
	const distinct = upserted - merged;
	expect(created, 'created').toBeLessThanOrEqual(peopleCreated);
	if (counts === 'absent' || emptyBody) expect(created + updated, 'created + updated').toBe(0);
	else if (counts === 'right' && scene.later === undefined) {
		expect(created + updated, 'created + updated').toBe(distinct);
	} else expect(created + updated, 'created + updated').toBeLessThanOrEqual(distinct);
	const isPlain =
		scene.later === undefined &&
		counts === 'right' &&
		completeness === 'all' &&
		emailConflict === 'allow' &&
		!emptyBody &&
		envelope === 'none' &&
		idForm !== 'lower-case' &&
		!partial &&
		!skipSilently &&
		faultRate === 0 &&
		Object.keys(faults).length === 0;
	if (isPlain) expect(created, 'created').toBe(peopleCreated);
}

/** Neither the key nor personal data is printed. */
function expectSecrets({ output }: Evidence): void {
	for (const part of API_KEY.split('.')) {
		expect(output.includes(part), 'the key is in the output').toBe(false);
	}
	const at = output.search(CANARY);
	expect(at < 0 ? '' : output.slice(Math.max(0, at - 60), at + 40), 'personal data').toBe('');
}
