import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { startSimulator } from '../../../simulator/server.mts';
import { record } from '../../airbyte/input.mts';
import { type Launch, startAttempt } from './attempt.mts';
import { writeFiles } from './files.mts';
import { expectAllowance, expectCovered, expectHeld } from './held.mts';
import type { Kill, Plan } from './plan.mts';
import { createReader } from './reader.mts';
import { type Positions, type Said, sayFrom } from './source.mts';
import type { Outcome, World } from './world.mts';

/** A heap large enough for a sync, but not for the record below. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=24' };
const TOO_LARGE = 'x'.repeat(20_000_000);

/** Runs a sync to completion, killing its destination on the way. Throws if a check fails. */
export async function runSync(plan: Plan, launch?: Launch): Promise<Outcome> {
	const outcome: Outcome = { endings: [], records: 0, states: 0, requests: 0, tooManyRequests: 0 };
	const folder = mkdtempSync(join(tmpdir(), 'flameup-platform-'));
	const simulator = await startSimulator({ ...plan.switches, log: () => world.onRequest() });
	const world: World = { plan, outcome, simulator, folder, launch, onRequest: () => undefined };
	try {
		await sync(world);
	} finally {
		await simulator.close();
		rmSync(folder, { recursive: true, force: true });
	}
	const { requests, tooManyRequests } = simulator.flameup.stats();
	return { ...outcome, requests, tooManyRequests };
}

async function sync(world: World): Promise<void> {
	const { outcome, plan, simulator } = world;
	let done: Positions = {};
	for (const kill of [...plan.kills, undefined]) {
		done = await runAttempt(world, done, kill);
		expectCovered(world, done);
		if (outcome.endings.at(-1) === 'itself') break;
	}
	expectHeld(world);
	expectAllowance(world);
	if (!plan.clears) return;
	const before = simulator.flameup.stats().requests;
	await clear(world);
	expect(simulator.flameup.stats().requests, 'requests to clear').toBe(before);
	expectHeld(world);
}

/** Starts the destination, to be ended by this kill. */
function begin(world: World, mode: 'append_dedup' | 'overwrite', kill?: Kill) {
	const reader = createReader(world.plan);
	const seen = { records: 0, states: 0, requests: 0 };
	/** Set once it was killed. */
	const fate: { killed?: Kill['how'] } = {};
	const attempt = startAttempt({
		files: writeFiles(world, mode),
		launch: world.launch,
		...(kill?.how === 'memory' && { env: SMALL_HEAP }),
		onLine(line) {
			if (reader.take(line)) count('states');
		},
	});

	/** Counts events until the kill is due. Kills other than signals are left to the source. */
	function count(what: Kill['after']): void {
		seen[what]++;
		if (kill?.after !== what || seen[what] !== kill.count + 1) return;
		const { delayMs, how } = kill;
		if (how === 'memory' || how === 'source') {
			fate.killed = how;
			return;
		}
		void sleep(delayMs).then(() => {
			if (attempt.isOver) return;
			fate.killed = how;
			attempt.kill(how);
		});
	}

	return { attempt, count, fate, reader };
}

type Begun = ReturnType<typeof begin>;

/** Closes the input, waits for the end and checks it. Returns how the attempt ended. */
async function finish({ attempt, fate, reader }: Begun, place: string) {
	attempt.end();
	const { errors, exitCode } = await attempt.ended;
	const { killed } = fate;
	expect(reader.problems, place).toEqual([]);
	if (killed === 'memory') expect(exitCode, `${place}, out of memory`).toBe(134);
	else expect(errors, `${place}, standard error`).toBe('');
	// A signal that came after completion had no effect.
	const isVain = exitCode === 0 && killed !== 'source';
	const ending = killed === undefined || isVain ? 'itself' : killed;
	if (ending !== 'itself' && ending !== 'source') return ending;
	expect(exitCode, `${place}, not killed`).toBe(0);
	expect(reader.tracker.missing, `${place}, states not returned`).toBe(0);
	return ending;
}

/** Runs the destination from the acknowledged positions on; returns those acknowledged afterwards. */
async function runAttempt(world: World, from: Positions, kill: Kill | undefined) {
	const { outcome, plan } = world;
	const begun = begin(world, 'append_dedup', kill);
	world.onRequest = () => begun.count('requests');
	for (const said of sayFrom(plan, from)) {
		if (begun.attempt.isOver || begun.fate.killed === 'source') break;
		await say(begun, said, outcome);
	}
	outcome.endings.push(await finish(begun, `attempt ${outcome.endings.length + 1}`));
	outcome.states += begun.reader.states;
	return { ...from, ...begun.reader.acknowledged };
}

async function say({ attempt, count, fate, reader }: Begun, said: Said, outcome: Outcome) {
	const { tracker } = reader;
	if ('covers' in said) {
		await attempt.write(tracker.stamp(said.covers, said.stream));
		return;
	}
	await attempt.write(record(said.data, where(said.stream)));
	tracker.record(said.stream, said.isGood);
	outcome.records++;
	const before = fate.killed;
	count('records');
	if (before !== undefined || fate.killed !== 'memory') return;
	await attempt.write(record({ id: 'large', text: TOO_LARGE }, where(said.stream)));
}

const where = ({ name, namespace }: Plan['streams'][number]) => ({
	stream: name,
	...(namespace !== undefined && { namespace }),
});

/** Clears: no records, and a state with a null cursor for each stream. */
async function clear(world: World): Promise<void> {
	const { plan } = world;
	const begun = begin(world, 'overwrite');
	for (const stream of plan.states === 'STREAM' ? plan.streams : [undefined]) {
		await begun.attempt.write(begun.reader.tracker.stamp({}, stream, true));
	}
	expect(await finish(begun, 'clearing')).toBe('itself');
}
