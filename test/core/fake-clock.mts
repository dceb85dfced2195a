import type { Clock, StopSignal } from '../../src/ports';

interface Sleeper {
	readonly at: number;
	readonly signal: StopSignal | undefined;
	wake(): void;
}

export interface FakeClock extends Clock {
	/** Advances time until the work is done. Throws if it cannot finish. */
	run<T>(work: Promise<T>, withinMs?: number): Promise<T>;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * Time that stands still while there is work to do, and then jumps to the next wake-up; the
 * same seed gives the same run. Nothing outside this clock, such as a socket, may be awaited.
 */
export function createFakeClock(seed = 1, start = Date.UTC(2026, 0, 1)): FakeClock {
	let now = start;
	let state = seed;
	let sleepers: Sleeper[] = [];

	const next = () =>
		sleepers.find(({ signal }) => signal?.aborted) ??
		sleepers.reduce<Sleeper | undefined>(
			(first, one) => (first === undefined || one.at < first.at ? one : first),
			undefined,
		);

	return {
		now: () => now,
		random() {
			state = (state + 0x6d2b79f5) | 0;
			let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
			mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
			return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
		},
		sleep: (ms, signal) =>
			new Promise((wake) => sleepers.push({ at: now + Math.max(0, ms), signal, wake })),
		async run(work, withinMs = DAY_MS) {
			const until = now + withinMs;
			let isDone = false;
			const done = () => {
				isDone = true;
			};
			work.then(done, done);
			for (;;) {
				await new Promise(setImmediate);
				if (isDone) return work;
				const sleeper = next();
				if (sleeper === undefined) throw new Error('Deadlock: everybody waits, nobody sleeps.');
				sleepers = sleepers.filter((one) => one !== sleeper);
				if (!sleeper.signal?.aborted) now = Math.max(now, sleeper.at);
				if (now > until) throw new Error(`Not done after ${withinMs / 1000} s.`);
				sleeper.wake();
			}
		},
	};
}
