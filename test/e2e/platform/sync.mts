import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { defaultKey } from '../../../simulator/keys.mts';
import { type Simulator, startSimulator } from '../../../simulator/server.mts';
import { record } from '../../airbyte/input.mts';
import { readMessage } from '../../airbyte/messages.mts';
import { keepPrinted } from '../../airbyte/printed.mts';
import { startAttempt } from './attempt.mts';
import { writeFiles } from './files.mts';
import { expectAllowance, expectCovered, expectHeld } from './held.mts';
import type { Kill, Plan } from './plan.mts';
import { type Positions, PRIVATE, type Said, sayFrom } from './source.mts';
import { createTracker } from './tracker.mts';

/** A heap of this size holds a sync, and not the record below. */
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=24' };
const TOO_LARGE = 'x'.repeat(20_000_000);

/** What became of one sync: every attempt until it ended. */
export interface Outcome {
	/** How the attempts ended: by which kill, or by themselves. */
	readonly endings: (Kill['how'] | 'itself')[];
	/** Records written to a destination, again and again where an attempt had failed. */
	records: number;
	states: number;
	requests: number;
	tooManyRequests: number;
}

/** Where one sync takes place. */
export interface World {
	readonly plan: Plan;
	readonly outcome: Outcome;
	readonly simulator: Simulator;
	readonly folder: string;
	/** Called for every request that Flameup handles. */
	onRequest: () => void;
}

/** Runs a sync to its end, killing its destination on the way. Throws when something is not as it must be. */
export async function runSync(plan: Plan): Promise<Outcome> {
	const outcome: Outcome = { endings: [], records: 0, states: 0, requests: 0, tooManyRequests: 0 };
	const folder = mkdtempSync(join(tmpdir(), 'flameup-platform-'));
	const simulator = await startSimulator({ ...plan.switches, log: () => world.onRequest() });
	const world: World = { plan, outcome, simulator, folder, onRequest: () => undefined };
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

/** Starts the destination, and holds each line that it prints against the protocol. */
function begin(world: World, mode: 'append_dedup' | 'overwrite', kill?: Kill) {
	const { outcome, plan } = world;
	const tracker = createTracker(plan);
	const problems: string[] = [];
	const seen = { records: 0, states: 0, requests: 0 };
	let killed: Kill['how'] | undefined;
	let acknowledged: Positions = {};

	const attempt = startAttempt({
		files: writeFiles(world, mode),
		...(kill?.how === 'memory' && { env: SMALL_HEAP }),
		onLine(line) {
			try {
				const { type } = readMessage(line);
				keepPrinted([line]);
				if (line.includes(defaultKey)) problems.push('the key was printed');
				if (type !== 'STATE' && line.includes(PRIVATE)) problems.push('an email was printed');
				if (type !== 'STATE') return;
				acknowledged = { ...acknowledged, ...tracker.returned(line) };
				count('states');
			} catch (error) {
				problems.push(`${error} (${line.slice(0, 300)})`);
			}
		},
	});

	function count(what: Kill['after']): void {
		seen[what]++;
		if (kill?.after !== what || seen[what] !== kill.count + 1) return;
		const { how } = kill;
		if (how === 'memory' || how === 'source') {
			killed = how;
			return;
		}
		void sleep(kill.delayMs).then(() => {
			if (attempt.isOver) return;
			killed = how;
			attempt.kill(how);
		});
	}

	return {
		...attempt,
		tracker,
		count,
		get isOver() {
			return attempt.isOver;
		},
		get killed() {
			return killed;
		},
		get acknowledged() {
			return acknowledged;
		},
		/** No more input; when the destination has ended, all that it did must be in order. */
		async end() {
			attempt.end();
			const { errors, exitCode } = await attempt.ended;
			outcome.states += seen.states;
			const place = `attempt ${outcome.endings.length + 1}`;
			expect(problems, place).toEqual([]);
			if (killed === 'memory') expect(exitCode, `${place}, out of memory`).toBe(134);
			else expect(errors, `${place}, standard error`).toBe('');
			// A signal that came when all was done has changed nothing.
			const isVain = exitCode === 0 && killed !== 'source';
			const ending = killed === undefined || isVain ? 'itself' : killed;
			if (ending !== 'itself' && ending !== 'source') return ending;
			expect(exitCode, `${place}, which nobody killed`).toBe(0);
			expect(tracker.missing, `${place}, states that did not come back`).toBe(0);
			return ending;
		},
	};
}

/** One run of the destination, from what is acknowledged on; tells what is acknowledged then. */
async function runAttempt(world: World, from: Positions, kill: Kill | undefined) {
	const attempt = begin(world, 'append_dedup', kill);
	world.onRequest = () => attempt.count('requests');
	for (const said of sayFrom(world.plan, from)) {
		if (attempt.isOver || attempt.killed === 'source') break;
		await say(attempt, said, world.outcome);
	}
	world.outcome.endings.push(await attempt.end());
	return { ...from, ...attempt.acknowledged };
}

async function say(attempt: ReturnType<typeof begin>, said: Said, outcome: Outcome): Promise<void> {
	const { count, tracker, write } = attempt;
	if ('covers' in said) {
		await write(tracker.stamp(said.covers, said.stream));
		return;
	}
	await write(record(said.data, where(said.stream)));
	tracker.record(said.stream, said.isGood);
	outcome.records++;
	const before = attempt.killed;
	count('records');
	if (before !== undefined || attempt.killed !== 'memory') return;
	await write(record({ id: 'large', text: TOO_LARGE }, where(said.stream)));
}

const where = ({ name, namespace }: Plan['streams'][number]) => ({
	stream: name,
	...(namespace !== undefined && { namespace }),
});

/** Clear: no records, and a state without a cursor for each stream. */
async function clear(world: World): Promise<void> {
	const { plan } = world;
	const attempt = begin(world, 'overwrite');
	for (const stream of plan.states === 'STREAM' ? plan.streams : [undefined]) {
		await attempt.write(attempt.tracker.stamp({}, stream, true));
	}
	expect(await attempt.end(), 'clearing').toBe('itself');
}
