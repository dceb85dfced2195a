import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultKey } from '../../../simulator/keys.mts';
import { startSimulator } from '../../../simulator/server.mts';
import { readMessage } from '../../airbyte/messages.mts';
import { keepPrinted } from '../../airbyte/printed.mts';
import { startAttempt } from './attempt.mts';
import type { Outcome, World } from './outcome.mts';
import { type Kill, type Plan, planOf } from './plan.mts';
import { type Positions, PRIVATE, sayFrom } from './source.mts';
import { createTracker } from './tracker.mts';
import { checkAllowance, checkCovered, checkHeld } from './verdict.mts';

/** A heap of this size holds a sync, and not the record below. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=24' };
const TOO_LARGE = 'x'.repeat(20_000_000);

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
