import { expect } from 'vitest';
import { sumOfStats, withoutStats } from '../../airbyte/input.mts';
import { API_KEY } from '../../core/fake-flameup.mts';
import type { Ending, Evidence } from './evidence.mts';
import type { Scene } from './scene.mts';
import { CANARY, isSendable, type Row, sentTraits, statesOf } from './source.mts';
import { type Entry, stops, timesOf, triesInVain } from './traffic.mts';

/** The longest pause before another try: the rest of a window after a 429, with the time of an answer, else 30 s. */
const LONGEST_PAUSE_MS = { busy: 65_000, fault: 30_000 };

/** So many people refused before any was taken end a run. */
const HOPELESS = 20;

const none = (what: string, wrong: readonly unknown[]) =>
	expect(wrong.length, `${what}, such as ${JSON.stringify(wrong[0])}`).toBe(0);

/** What holds of every run, whatever Flameup does. Throws at the first that does not. */
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

/** Received = upserted + rejected, or the run failed; requests are counted as they were. */
function expectCounts(evidence: Evidence): void {
	const { endings, exchanges, failure, rateLimited, report } = evidence;
	const { received, rejections, upserted } = report;
	const listed = endings.filter(({ code }) => code !== undefined).length;
	expect(listed, 'records listed as rejected').toBe(rejections);
	expect(report.requests, 'requests told').toBe(exchanges.length);
	expect(report.rateLimited, '429s told').toBe(rateLimited);
	if (failure !== undefined) return;
	expect(received, 'received').toBe(endings.length);
	expect(upserted + rejections, 'upserted + rejected').toBe(received);
}

/** Each record that is settled for certain ended as Flameup's own answers have it. */
function expectEndings(evidence: Evidence): void {
	const { endings, failure, scene, states } = evidence;
	const acknowledged = statesOf(scene.rows)[states.length - 1]?.before ?? 0;
	const settled = endings.filter(
		({ code }, n) => failure === undefined || n < acknowledged || code !== undefined,
	);
	const wrong = settled.filter((ending) => !isTrue(ending, evidence));
	const shown = ({ code, entry, row }: Ending) => ({ code, tries: entry?.tries, ...row });
	none('records ended otherwise than Flameup said', wrong.map(shown));
	// Every 2xx of such a Flameup proves everybody who was stored.
	const { completeness, emptyBody } = scene.switches;
	if (!emptyBody && completeness !== 'all') return;
	const good = settled.filter(({ code, row }) => row.kind === 'good' && code !== undefined);
	none('good records were rejected', good.map(shown));
}

/** Doubt is never success, and proof is never a rejection. */
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

/** Flameup refuses the person, or holds their email address for another one. */
const isRefusable = ({ email, kind, userId }: Row, { flameup, scene }: Evidence): boolean =>
	kind === 'refused' ||
	(scene.switches.emailConflict === 'refuse' &&
		flameup
			.people()
			.values()
			.some((other) => other.email === email && other.userId !== userId));

/** Each version of a person holds exactly the records since the one before, and none goes out again after a later one. */
function expectSent({ scene, traffic }: Evidence): void {
	const { keepsNull, rows } = scene;
	for (const [userId, entries] of traffic) {
		let from = 0;
		for (const { row, sent } of entries) {
			expect(row, `${userId} goes back in time`).toBeGreaterThanOrEqual(from);
			const own = rows
				.slice(from, row + 1)
				.filter((one) => one.userId === userId && isSendable(one));
			const traits = Object.assign({}, ...own.map((one) => sentTraits(one, keepsNull)));
			expect(sent, `${userId} as sent`).toEqual({ userId, email: own.at(-1)?.email, traits });
			from = row + 1;
		}
	}
}

/** States go out in order, unchanged, and only after every record before them; their counts are those of their records. */
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
		none(`records were not settled when state ${place} went out`, open);
	});
	const isDone = (one: Ending) => one.isProven || !isSendable(one.row);
	const done = endings.findIndex((one) => !isDone(one));
	const due = staged.filter(({ before }) => done < 0 || before <= done).length;
	if (report.upserted === 0) expect(states, 'states of a run that upserted nobody').toEqual([]);
	else expect(states.length, 'states').toBeGreaterThanOrEqual(failure ? due : staged.length);
	if (failure !== undefined) return;
	const { recordCount, rejectedRecordCount } = sumOfStats(states);
	expect(recordCount, 'upserted by the states').toBe(report.upserted);
	expect(rejectedRecordCount, 'rejected by the states').toBe(report.rejections);
}

/** Who is acknowledged is held, at the end with the latest values; and nobody else is. */
function expectHeld(evidence: Evidence): void {
	const { endings, failure, flameup, scene, states, traffic } = evidence;
	const { emailConflict, emptyBody, shortLoses, skipSilently } = scene.switches;
	const held = flameup.people();
	const strangers = [...held.keys()].filter((userId) => !traffic.has(userId));
	none('people are held who were not sent', strangers);
	const refused = endings.filter(({ row }) => row.kind === 'refused' && held.has(row.userId));
	none('people are held who were refused', refused);
	// A 204 that hides a loss is proof by the documentation.
	if (emptyBody && (skipSilently || shortLoses)) return;
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
		if (failure === undefined) expect(person?.traits).toEqual(latest(row.userId, evidence));
	}
}

/** The traits that Flameup has to hold after all that was sent. */
function latest(userId: string, { scene, traffic }: Evidence): Record<string, unknown> {
	const { nullTrait, traits } = scene.switches;
	const sent = (traffic.get(userId) ?? []).map((entry) => entry.sent.traits);
	const all = Object.assign({}, ...(traits === 'merge' ? sent : sent.slice(-1)));
	const kept = Object.entries(all).filter(([, value]) => nullTrait === 'store' || value !== null);
	return Object.fromEntries(kept);
}

/** A run fails when it has to, for the reason that it met, and never of itself. */
function expectReason(evidence: Evidence): void {
	const { endings, exchanges, failure, report, scene, traffic } = evidence;
	const isStopped = exchanges.some(stops);
	const isHopeless = report.upserted === 0 && (report.rejected.refused?.count ?? 0) >= HOPELESS;
	const isLost = (['people', 'leads'] as const).some((stream) =>
		endings.every(({ code, row }) => row.stream !== stream || code !== undefined),
	);
	const isDown = [...traffic.values()].flat().some((entry) => isGivenUp(entry, scene));
	const reason =
		isStopped || isHopeless || isLost ? 'config_error' : isDown ? 'transient_error' : undefined;
	expect(failure?.failure_type, `the end of the run (${failure?.message})`).toBe(reason);
}

/** Whether an entry was tried in vain for as long as the settings ask for. */
function isGivenUp(entry: Entry, { patienceMs, switches }: Scene): boolean {
	const tries = triesInVain(entry);
	const [first, last] = [tries[0], tries.at(-1)];
	if (first === undefined || last === undefined) return false;
	const isBusy = last.word === 'busy';
	// Without a Date, times that Flameup names cannot be corrected for its clock.
	const skewMs = switches.dateHeader ? 0 : Math.max(0, switches.clockSkewMs);
	const pauseMs = isBusy ? LONGEST_PAUSE_MS.busy + skewMs : LONGEST_PAUSE_MS.fault;
	return (isBusy || tries.length > 1) && last.at - first.at >= patienceMs - pauseMs;
}

/** Created and updated are true where Flameup's counts are, and never more than there was. */
function expectChanges({ flameup, report, scene }: Evidence): void {
	const {
		completeness,
		counts,
		emailConflict,
		emptyBody,
		faultRate,
		faults,
		partial,
		skipSilently,
	} = scene.switches;
	const { created, merged, updated, upserted } = report;
	const { peopleCreated } = flameup.stats();
	const distinct = upserted - merged;
	expect(created, 'created').toBeLessThanOrEqual(peopleCreated);
	if (counts === 'absent' || emptyBody) expect(created + updated, 'told of none').toBe(0);
	else if (counts === 'right') expect(created + updated, 'created + updated').toBe(distinct);
	else expect(created + updated, 'created + updated').toBeLessThanOrEqual(distinct);
	const isPlain =
		counts === 'right' &&
		completeness === 'all' &&
		emailConflict === 'allow' &&
		!emptyBody &&
		!partial &&
		!skipSilently &&
		faultRate === 0 &&
		Object.keys(faults).length === 0;
	if (isPlain) expect(created, 'created').toBe(peopleCreated);
}

/** Neither the key nor anything of anybody is printed. */
function expectSecrets({ output }: Evidence): void {
	for (const part of API_KEY.split('.')) {
		expect(output.includes(part), 'the key is in the output').toBe(false);
	}
	const at = output.search(CANARY);
	expect(at < 0 ? '' : output.slice(Math.max(0, at - 60), at + 40), 'personal data').toBe('');
}
