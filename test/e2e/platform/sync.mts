import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMessage } from '../../airbyte/messages.mts';
import { keepPrinted } from '../../airbyte/printed.mts';
import { defaultKey } from '../../simulator/keys.mts';
import { type Simulator, startSimulator } from '../../simulator/server.mts';
import { startAttempt } from './attempt.mts';
import { isLimited, type Kill, type Plan, planOf } from './plan.mts';
import { expectedAfter, type Positions, PRIVATE, recordAt, sayFrom } from './source.mts';
import { createTracker } from './tracker.mts';

/** What became of one sync: every attempt until it ended, and what was not as it must be. */
export interface Outcome {
	readonly plan: Plan;
	/** How the attempts ended: by which kill, or by themselves. */
	readonly endings: (Kill['how'] | 'itself')[];
	readonly problems: string[];
	/** Records written to a destination, again and again where an attempt had failed. */
	records: number;
	states: number;
	requests: number;
	tooManyRequests: number;
}

/** A heap of this size holds a sync, and not the record below. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=32' };
const TOO_LARGE = 'x'.repeat(40_000_000);

/** Requests beyond full batches that an attempt may take: those under way, and part-filled ones. */
const SPARE_REQUESTS = 8;

/** Runs the sync of a seed to its end, killing its destination on the way, and looks at all of it. */
export async function runSync(seed: number): Promise<Outcome> {
	const plan = planOf(seed);
	const outcome: Outcome = {
		plan,
		endings: [],
		problems: [],
		records: 0,
		states: 0,
		requests: 0,
		tooManyRequests: 0,
	};
	const folder = mkdtempSync(join(tmpdir(), 'flameup-platform-'));
	let onRequest: () => void = () => undefined;
	const simulator = await startSimulator({ ...plan.switches, log: () => onRequest() });
	const world: World = {
		plan,
		outcome,
		simulator,
		folder: (name) => join(folder, name),
		listen: (listener) => {
			onRequest = listener;
		},
	};
	try {
		await sync(world);
	} catch (error) {
		outcome.problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
	}
	await simulator.close();
	rmSync(folder, { recursive: true, force: true });
	return outcome;
}

interface World {
	readonly plan: Plan;
	readonly outcome: Outcome;
	readonly simulator: Simulator;
	folder(name: string): string;
	/** Called for every request that Flameup handles. */
	listen(listener: () => void): void;
}

async function sync(world: World): Promise<void> {
	const { outcome, plan, simulator } = world;
	let done: Positions = {};
	for (const kill of [...plan.kills, undefined]) {
		const attempt = await runAttempt(world, done, kill);
		done = attempt.acknowledged;
		outcome.endings.push(attempt.ending);
		checkCovered(world, done);
		if (attempt.ending === 'itself') break;
	}
	checkHeld(world);
	checkAllowance(world);
	if (plan.clears) await clear(world);
	const stats = simulator.flameup.stats();
	outcome.requests = stats.requests;
	outcome.tooManyRequests = stats.tooManyRequests;
}

/** One run of the destination, from what is acknowledged on. */
async function runAttempt(world: World, from: Positions, kill: Kill | undefined) {
	const { outcome, plan } = world;
	const tracker = createTracker(plan);
	let acknowledged = { ...from };
	const seen = { records: 0, states: 0, requests: 0 };
	let killed: Kill['how'] | undefined;

	const problem = (text: string) =>
		void outcome.problems.push(`attempt ${outcome.endings.length + 1}: ${text}`);
	const attempt = startAttempt({
		files: prepare(world, 'append_dedup'),
		...(kill?.how === 'memory' && { env: SMALL_HEAP }),
		onLine(line) {
			const states = takeLine(line, problem, (state) => {
				acknowledged = { ...acknowledged, ...tracker.returned(state) };
			});
			if (states) count('states');
		},
	});
	world.listen(() => count('requests'));

	function count(what: Kill['after']): void {
		seen[what]++;
		if (kill?.after !== what || seen[what] !== kill.count + 1) return;
		const { how } = kill;
		if (how === 'memory' || how === 'source') return;
		void sleep(kill.delayMs).then(() => {
			if (attempt.isOver) return;
			killed = how;
			attempt.kill(how);
		});
	}

	for (const said of sayFrom(plan, from)) {
		if (attempt.isOver) break;
		if ('covers' in said) {
			await attempt.write(tracker.stamp(said.covers, said.stream));
			continue;
		}
		await attempt.write(recordLine(said.stream, said.data));
		tracker.record(said.stream);
		outcome.records++;
		count('records');
		if (kill === undefined || seen.records <= kill.count) continue;
		if (kill.how === 'source') {
			killed = 'source';
			break;
		}
		if (kill.how === 'memory' && killed === undefined) {
			killed = 'memory';
			await attempt.write(recordLine(said.stream, { id: 'large', text: TOO_LARGE }));
		}
	}
	attempt.end();
	const { errors, exitCode } = await attempt.ended;
	outcome.states += seen.states;

	if (killed === 'memory') {
		if (exitCode !== 134) problem(`did not run out of memory, but ended with ${exitCode}`);
	} else if (errors !== '') {
		problem(`standard error says ${errors}`);
	}
	// A signal that came when all was done has changed nothing.
	const isVain = exitCode === 0 && killed !== 'source';
	const ending: Outcome['endings'][number] = killed === undefined || isVain ? 'itself' : killed;
	if (ending === 'itself' || ending === 'source') {
		if (exitCode !== 0) problem(`ended with ${exitCode}, and nobody had killed it`);
		if (tracker.missing > 0) problem(`${tracker.missing} states did not come back`);
	}
	return { acknowledged, ending };
}

/** The configuration and the catalog in a folder of their own. */
function prepare({ folder, outcome, plan, simulator }: World, mode: string): string {
	const files = folder(`${outcome.endings.length}`);
	mkdirSync(files);
	const config = { api_key: defaultKey, workspace_id: 'ws_simulator', api_url: simulator.url };
	const streams = plan.streams.map(({ name, namespace }) => ({
		stream: {
			name,
			...(namespace !== undefined && { namespace }),
			json_schema: { type: 'object', properties: { id: {}, email: {}, n: {} } },
			supported_sync_modes: ['full_refresh', 'incremental'],
		},
		sync_mode: mode === 'overwrite' ? 'full_refresh' : 'incremental',
		destination_sync_mode: mode,
		primary_key: [['id']],
		cursor_field: ['n'],
		generation_id: 1,
		minimum_generation_id: 0,
		sync_id: plan.seed,
	}));
	writeFileSync(join(files, 'config.json'), JSON.stringify(config));
	writeFileSync(join(files, 'catalog.json'), JSON.stringify({ streams }));
	return files;
}

const recordLine = ({ name, namespace }: Plan['streams'][number], data: object): string =>
	JSON.stringify({
		type: 'RECORD',
		record: { stream: name, ...(namespace !== undefined && { namespace }), data, emitted_at: 1 },
	});

/** Looks at one line of output; tells whether it was a state. */
function takeLine(line: string, problem: (text: string) => void, onState: (line: string) => void) {
	try {
		const { type } = readMessage(line);
		keepPrinted([line]);
		if (line.includes(defaultKey)) problem('the key was printed');
		if (type !== 'STATE' && line.includes(PRIVATE)) problem('an email address was printed');
		if (type === 'STATE') onState(line);
		return type === 'STATE';
	} catch (error) {
		problem(`${error instanceof Error ? error.message : error} (${line.slice(0, 300)})`);
		return false;
	}
}

/** No state is ahead of its data. */
function checkCovered({ outcome, plan, simulator }: World, acknowledged: Positions): void {
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
function checkHeld({ outcome, plan, simulator }: World): void {
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
function checkAllowance({ outcome, plan, simulator }: World): void {
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

/** Clear: no records, a state without a cursor for each stream, and nobody may be touched. */
async function clear(world: World): Promise<void> {
	const { outcome, plan, simulator } = world;
	const before = simulator.flameup.stats().requests;
	const tracker = createTracker(plan);
	const problem = (text: string) => void outcome.problems.push(`clear: ${text}`);
	const attempt = startAttempt({
		files: prepare(world, 'overwrite'),
		onLine: (line) => void takeLine(line, problem, tracker.returned),
	});
	const perStream = plan.states === 'STREAM';
	for (const stream of perStream ? plan.streams : [undefined]) {
		await attempt.write(tracker.stamp({}, stream, true));
	}
	attempt.end();
	const { errors, exitCode } = await attempt.ended;
	if (exitCode !== 0 || errors !== '') problem(`ended with ${exitCode} ${errors}`);
	if (tracker.missing > 0) problem(`${tracker.missing} states did not come back`);
	if (simulator.flameup.stats().requests > before) problem('requests were sent');
}
