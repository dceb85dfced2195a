import type { OutgoingMessage } from '../../../connectors/airbyte/protocol';
import type { Flameup } from '../../../simulator/flameup.mts';
import { ConfigError, TransientError } from '../../../src/errors';
import { API_KEY, type FakeFlameup, mostInAMinute } from '../../core/fake-flameup.mts';
import type { FakeWrite } from '../../core/fake-write.mts';
import { mayHave429, requestBudget, unplanned429s } from './budget.mts';
import { allowedEndings, mayHideLoss, tracesMatch } from './expected.mts';
import type { CoreRun, Scene } from './run.mts';
import { CANARY, statesOf } from './source.mts';

/** What went wrong, as sentences; none when all promises were kept. */
export type Verdict = string[];

/** The figures of a run that the table shows. */
export interface Figures {
	readonly received: number;
	readonly upserted: number;
	readonly rejected: number;
	readonly requests: number;
	readonly rateLimited: number;
	readonly failed: boolean;
}

/** Counts as `report` of the log has them. */
export interface PrintedReport {
	readonly received: number;
	readonly upserted: number;
	readonly created: number;
	readonly updated: number;
	readonly merged: number;
	readonly rejected: Readonly<Record<string, { readonly count: number }>>;
	readonly requests: number;
	readonly rateLimited: number;
	readonly unreadableLines: number;
}

/** What a run of the destination printed, whether it ran here or as a process. */
export interface Printed {
	readonly states: readonly string[];
	readonly report: PrintedReport;
	readonly failure: { readonly failure_type: string; readonly message: string } | undefined;
	/** All of it, to look for what must not be there. */
	readonly output: string;
	readonly requests: number;
	readonly rateLimited: number;
}

/** The last report in lines of the log. */
export function reportIn(messages: readonly string[]): PrintedReport {
	const line = messages.findLast((message) => message.startsWith('report '));
	if (line === undefined) throw new Error('There is no report in the log.');
	return JSON.parse(line.slice('report '.length));
}

const textOf = (message: OutgoingMessage): string =>
	message.type === 'LOG' ? message.log.message : '';

/** What a run in simulated time printed. */
export function printedBy({ failure, fake, logs, states }: FakeWrite): Printed {
	return {
		states,
		report: reportIn(logs.map(textOf)),
		failure: failure?.type === 'TRACE' ? failure.trace.error : undefined,
		output: JSON.stringify([logs, failure]),
		requests: fake.exchanges.length,
		rateLimited: fake.exchanges.filter(({ status }) => status === 429).length,
	};
}

/** The figures of the table. */
export const figuresOf = ({ failure, rateLimited, report, requests }: Printed): Figures => ({
	received: report.received,
	upserted: report.upserted,
	rejected: sumOf(report),
	requests,
	rateLimited,
	failed: failure !== undefined,
});

const sumOf = ({ rejected }: PrintedReport): number =>
	Object.values(rejected).reduce((sum, { count }) => sum + count, 0);

/** Why a run of this cell has to fail, if it has to. */
function requiredFailure(scene: Scene): 'config_error' | 'transient_error' | undefined {
	const { cell, rows, switches } = scene;
	const workspace = cell.settings?.workspace_id ?? switches.workspace;
	const style = workspace === '' ? 'key' : 'workspace';
	const key = switches.keys.find((one) => scene.config.includes(`"${one.key}"`));
	const mayWrite = key?.permissions.some((one) => one === '*' || one === 'people:write');
	if (!mayWrite || (switches.pathStyle !== 'both' && switches.pathStyle !== style)) {
		return switches.faultRate === 1 ? 'transient_error' : 'config_error';
	}
	if (workspace !== '' && workspace !== switches.workspace) return 'config_error';
	if (switches.faultRate === 1 && !isHarmless(scene)) return 'transient_error';
	if (switches.limit > 0 && switches.preused >= switches.limit) return 'transient_error';
	const endings = rows.map((row) => ({ stream: row.stream, allowed: allowedEndings(row, scene) }));
	const isLost = ['people', 'leads'].some((stream) =>
		endings.every((one) => one.stream !== stream || !one.allowed.includes('upserted')),
	);
	return isLost ? 'config_error' : undefined;
}

/** Half of nothing is nothing. */
const isHarmless = ({ switches }: Scene): boolean =>
	switches.faultKinds.every((kind) => kind === 'truncated') && switches.emptyBody;

/** Holds what the destination printed, and what Flameup holds, against the promises. */
export function judgeDestination(printed: Printed, scene: Scene, flameup: Flameup): Verdict {
	const { failure, report, states } = printed;
	const { rows } = scene;
	const bad: Verdict = [];
	const say = (ok: boolean, text: string) => void (ok || bad.push(text));

	const required = requiredFailure(scene);
	const upsertedByStream = statsByStream(states);
	say(
		failure === undefined || failure.failure_type !== 'system_error',
		`it failed of itself: ${failure?.message}`,
	);
	say(
		required === undefined || failure?.failure_type === required,
		`it should have failed as ${required}, and ended as ${failure?.failure_type ?? 'a success'}`,
	);
	const mayFail =
		required !== undefined || rows.some((row) => allowedEndings(row, scene).length > 1);
	say(failure === undefined || mayFail, `it failed: ${failure?.message}`);

	const rejected = sumOf(report);
	say(
		failure !== undefined || report.received === rows.length,
		`${report.received} received of ${rows.length}`,
	);
	say(
		failure !== undefined || report.upserted + rejected === report.received,
		`${report.upserted} upserted + ${rejected} rejected ≠ ${report.received} received`,
	);
	say(
		report.requests === printed.requests,
		`${report.requests} requests told of ${printed.requests}`,
	);
	say(
		report.rateLimited === printed.rateLimited,
		`${report.rateLimited} 429s told of ${printed.rateLimited}`,
	);
	if (failure === undefined) bad.push(...judgeCodes(report, scene));
	bad.push(...judgeStates(states, scene, flameup, failure !== undefined || report.upserted === 0));
	if (failure === undefined) {
		const { recordCount, rejectedRecordCount } = upsertedByStream;
		say(
			recordCount === report.upserted && rejectedRecordCount === rejected,
			`the states sum to ${recordCount} + ${rejectedRecordCount}, the report says ${report.upserted} + ${rejected}`,
		);
		bad.push(...judgeHeld(rows.length, scene, flameup));
	}
	bad.push(...judgeChanges(report, scene, flameup));
	bad.push(...judgeSecrets(printed.output));
	return bad;
}

/** Each code as often as the records ask for. */
function judgeCodes(report: PrintedReport, scene: Scene): Verdict {
	const codes = ['upserted', 'refused', 'not_confirmed', 'invalid_email', 'missing_user_id'];
	const endings = scene.rows.map((row) => allowedEndings(row, scene));
	const odd = Object.keys(report.rejected).filter((code) => !codes.includes(code));
	const told = (code: string) =>
		code === 'upserted' ? report.upserted : (report.rejected[code]?.count ?? 0);
	return [
		...odd.map((code) => `records were rejected as ${code}`),
		...codes.flatMap((code) => {
			const least = endings.filter((all) => all.length === 1 && all[0] === code).length;
			const most = endings.filter((all) => all.includes(code)).length;
			const found = told(code);
			return found >= least && found <= most ? [] : [`${found} ${code}, not ${least} to ${most}`];
		}),
	];
}

const statsIn = (line: string) => JSON.parse(line).state.destinationStats;

function statsByStream(states: readonly string[]) {
	const sum = { recordCount: 0, rejectedRecordCount: 0 };
	for (const line of states) {
		const stats = statsIn(line);
		sum.recordCount += stats.recordCount;
		sum.rejectedRecordCount += stats.rejectedRecordCount;
	}
	return sum;
}

/** States come in order, each with the counts of its own records, and only for what is there. */
function judgeStates(
	lines: readonly string[],
	scene: Scene,
	flameup: Flameup,
	mayLack: boolean,
): Verdict {
	const { rows } = scene;
	const states = statesOf(rows);
	const bad: Verdict = [];
	if (!mayLack && lines.length !== states.length) {
		bad.push(`${lines.length} states of ${states.length} came back`);
	}
	const from = new Map<string, number>();
	lines.forEach((line, place) => {
		const state = states[place];
		if (state === undefined || JSON.parse(line).state.id !== place) {
			bad.push(`state ${place} is not the one that came`);
			return;
		}
		const { before, stream } = state;
		const own = rows.slice(from.get(stream) ?? 0, before).filter((row) => row.stream === stream);
		from.set(stream, before);
		const stats = statsIn(line);
		const most = own.filter((row) => allowedEndings(row, scene).includes('upserted')).length;
		if (stats.recordCount + stats.rejectedRecordCount !== own.length || stats.recordCount > most) {
			bad.push(
				`state ${place} says ${stats.recordCount} + ${stats.rejectedRecordCount} of ${own.length}, of whom ${most} can be upserted`,
			);
		}
	});
	const last = states[lines.length - 1];
	if (last !== undefined) bad.push(...judgeThere(last.before, scene, flameup));
	return bad;
}

/** Everybody before this record who must be there is. */
function judgeThere(before: number, scene: Scene, flameup: Flameup): Verdict {
	if (mayHideLoss(scene)) return [];
	const held = flameup.people();
	const missing = scene.rows
		.slice(0, before)
		.filter((row) => allowedEndings(row, scene).join() === 'upserted' && !held.has(row.userId));
	return missing.length === 0 ? [] : [`${missing.length} people are acknowledged and not there`];
}

/** Everybody is held as their records say, and nobody else. */
function judgeHeld(upTo: number, scene: Scene, flameup: Flameup): Verdict {
	const { rows, switches } = scene;
	const held = flameup.people();
	const bad: Verdict = judgeThere(upTo, scene, flameup);
	const hidesLoss = mayHideLoss(scene);
	const wrong: string[] = [];
	const wanted = new Map(rows.map((row) => [row.userId, row]));
	for (const [userId, person] of held) {
		const row = wanted.get(userId);
		const own = rows.filter((one) => one.userId === userId);
		const sent = own.filter(({ kind }) => kind !== 'invalid_email' && kind !== 'missing_user_id');
		if (row === undefined || sent.length === 0) {
			bad.push('somebody is held who was not sent');
		} else if (row.kind === 'refused') {
			bad.push('somebody is held who was to be refused');
		} else if (
			own.every((one) => allowedEndings(one, scene).includes('upserted')) &&
			!hidesLoss &&
			(row.kind === 'good' || switches.emailConflict === 'allow') &&
			!tracesMatch(person.traits, userId, upTo, scene)
		) {
			wrong.push(`${userId} with ${JSON.stringify(person.traits)}`);
		}
	}
	if (wrong.length > 0) bad.push(`${wrong.length} people are held wrongly, such as ${wrong[0]}`);
	return bad;
}

/** Created and updated are true where Flameup's counts are, and never more than there was. */
function judgeChanges(report: PrintedReport, scene: Scene, flameup: Flameup): Verdict {
	const { counts, emptyBody } = scene.switches;
	const { created, merged, updated, upserted } = report;
	const distinct = upserted - merged;
	const bad: Verdict = [];
	const { peopleCreated } = flameup.stats();
	if (created > peopleCreated) bad.push(`${created} created are told of ${peopleCreated}`);
	if (created + updated > distinct) bad.push(`${created} + ${updated} are more than ${distinct}`);
	const told = counts !== 'absent' && !emptyBody;
	if (!told && created + updated > 0) bad.push(`${created} + ${updated} are told of none`);
	if (counts !== 'right' || emptyBody) return bad;
	if (created + updated !== distinct) bad.push(`${created} + ${updated} are told of ${distinct}`);
	const { completeness, emailConflict, faultRate, faults, partial, skipSilently } = scene.switches;
	const isPlain =
		completeness === 'all' &&
		!partial &&
		!skipSilently &&
		emailConflict === 'allow' &&
		faultRate === 0 &&
		Object.keys(faults).length === 0;
	if (isPlain && created !== peopleCreated) {
		bad.push(`${created} created are told of exactly ${peopleCreated}`);
	}
	return bad;
}

/** Neither the key nor anything of anybody. */
export function judgeSecrets(output: string): Verdict {
	const [name = '', secret = ''] = API_KEY.split('.');
	const keys = [name, secret].filter((part) => output.includes(part));
	const found = CANARY.exec(output);
	const around =
		found === null ? '' : output.slice(Math.max(0, found.index - 60), found.index + 40);
	return [
		...keys.map(() => 'the key is in the output'),
		...(found === null ? [] : [`personal data is in the output: …${around}…`]),
	];
}

/** What both kinds of runs in simulated time have to keep. */
export function judgeTraffic(fake: FakeFlameup, scene: Scene): Verdict {
	const { exchanges, flameup, mostInFlight, overlaps } = fake;
	const bad: Verdict = [];
	const budget = requestBudget(scene, flameup);
	if (exchanges.length > budget)
		bad.push(`${exchanges.length} requests, and ${budget} are allowed`);
	if (!mayHave429(scene) && unplanned429s(fake) > 0) {
		bad.push(`${unplanned429s(fake)} 429s that nobody else can have caused`);
	}
	const most = scene.follows
		? Math.max(scene.requestsPerMinute, scene.switches.announcedLimit)
		: scene.requestsPerMinute;
	const found = mostInAMinute(exchanges);
	if (found > most) bad.push(`${found} requests in 60 s, and ${most} are allowed`);
	if (mostInFlight > scene.requestsInFlight)
		bad.push(`${mostInFlight} requests were under way at once`);
	if (overlaps > 0) bad.push(`${overlaps} people were in two requests at once`);
	return bad;
}

/** Holds each record's ending, and the order of the markers, against the promises. */
export function judgeCore(run: CoreRun, scene: Scene): Verdict {
	const { endings, failure, markers } = run;
	const { rows } = scene;
	const bad: Verdict = [];
	const isKnown = failure instanceof ConfigError || failure instanceof TransientError;
	if (failure !== undefined && !isKnown) bad.push(`the core failed of itself: ${failure}`);
	const odd = rows.flatMap((row, n) => {
		const ending = endings[n];
		if (ending === undefined && failure !== undefined) return [];
		const allowed = allowedEndings(row, scene);
		return allowed.includes(ending ?? '') ? [] : [`${n} (${row.kind}): ${ending}, not ${allowed}`];
	});
	if (odd.length > 0) bad.push(`${odd.length} records ended wrongly, such as ${odd[0]}`);
	const states = statesOf(rows);
	if (failure === undefined && markers.length !== states.length) {
		bad.push(`${markers.length} markers of ${states.length} came back`);
	}
	markers.forEach(({ marker, settled }, place) => {
		const before = states[place]?.before ?? 0;
		if (marker !== place || settled < before) bad.push(`marker ${marker} came too early`);
	});
	const covered = states[markers.length - 1]?.before ?? 0;
	bad.push(...judgeThere(covered, scene, run.fake.flameup));
	if (failure === undefined) bad.push(...judgeHeld(rows.length, scene, run.fake.flameup));
	bad.push(...judgeTraffic(run.fake, scene));
	return bad;
}
