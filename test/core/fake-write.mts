import { createHash } from 'node:crypto';
import { failure, readCatalog, readSettings, write } from '../../connectors/airbyte/destination';
import type { OutgoingMessage } from '../../connectors/airbyte/protocol';
import type { Transport } from '../../src/ports';
import { createFakeClock } from './fake-clock.mts';
import { createFakeFlameup, type FakeFlameup, type FakeFlameupOptions } from './fake-flameup.mts';

export interface FakeWriteOptions {
	/** The two files, as texts. */
	readonly config: string;
	readonly catalog: string;
	readonly input: Iterable<Buffer>;
	readonly seed?: number;
	/** How far into a minute of the clock the run starts. */
	readonly startMs?: number;
	readonly flameup?: FakeFlameupOptions;
	/** Replaces the simulator. */
	readonly transport?: Transport;
}

/** What one `write` printed, and its Flameup. */
export interface FakeWrite {
	/** STATE lines as they were printed. */
	readonly states: readonly string[];
	/** When each of them was printed, by the clock of `fake`. */
	readonly statesAt: readonly number[];
	/** Every other line, without the final trace. */
	readonly logs: readonly OutgoingMessage[];
	/** The trace of a run that failed. */
	readonly failure: OutgoingMessage | undefined;
	readonly fake: FakeFlameup;
}

/** Runs the destination's `write` in simulated time. Throws when it hangs. */
export async function fakeWrite(options: FakeWriteOptions): Promise<FakeWrite> {
	const { seed = 1, startMs = 0 } = options;
	const clock = createFakeClock(seed, Date.UTC(2026, 0, 1) + startMs);
	const fake = createFakeFlameup(clock, { seed, ...options.flameup });
	const states: string[] = [];
	const statesAt: number[] = [];
	const logs: OutgoingMessage[] = [];

	async function* input() {
		yield* options.input;
	}

	async function run(): Promise<void> {
		await write({
			settings: readSettings(options.config),
			catalog: readCatalog(options.catalog),
			input: input(),
			transport: options.transport ?? fake.transport,
			clock,
			stop: new AbortController(),
			printState(line) {
				states.push(line);
				statesAt.push(clock.now());
			},
			log: (level, message) => void logs.push({ type: 'LOG', log: { level, message } }),
			caughtUp: () => undefined,
			hash: (text) => createHash('sha256').update(text).digest('hex').slice(0, 12),
		});
	}

	const failed = await clock.run(
		run().then(
			() => undefined,
			(error: unknown) => failure(error, clock.now()),
		),
	);
	return { states, statesAt, logs, failure: failed, fake };
}
