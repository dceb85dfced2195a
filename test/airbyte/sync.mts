import { createHmac } from 'node:crypto';
import { failure, readCatalog, readSettings, write } from '../../connectors/airbyte/destination';
import type { Transport } from '../../src/ports';
import { createFakeClock, type FakeClock } from '../core/fake-clock.mts';
import {
	API_KEY,
	API_URL,
	createFakeFlameup,
	type FakeFlameupOptions,
	WORKSPACE,
} from '../core/fake-flameup.mts';
import { catalogOf, type StreamSpec } from './catalog.mts';

export interface SyncOptions {
	/** Overrides settings that reach the simulator. */
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly streams?: readonly StreamSpec[];
	/** Chunks of standard input. */
	readonly input: string | Iterable<string | Buffer>;
	readonly flameup?: FakeFlameupOptions;
	/** Replaces the simulator. */
	readonly transport?: (clock: FakeClock) => Transport;
	/** Milliseconds after which the run is stopped, as by SIGTERM. */
	readonly stopAfterMs?: number;
}

export type Sync = Awaited<ReturnType<typeof sync>>;

/** The destination's `write` in this process and in simulated time. */
export async function sync({ settings, streams = [{ name: 'people' }], ...options }: SyncOptions) {
	const clock = createFakeClock();
	const fake = createFakeFlameup(clock, { limit: 0, ...options.flameup });
	const states: string[] = [];
	const lines: { readonly level: string; readonly text: string; readonly atMs: number }[] = [];
	const startedAt = clock.now();
	const stop = new AbortController();

	async function* input() {
		const chunks = typeof options.input === 'string' ? [options.input] : options.input;
		for (const chunk of chunks) yield Buffer.from(chunk as string);
		// A source that is silent until it is stopped.
		if (options.stopAfterMs !== undefined) await clock.sleep(2 ** 31 - 1, stop.signal);
	}

	async function run(): Promise<void> {
		await write({
			settings: readSettings(
				JSON.stringify({
					api_key: API_KEY,
					workspace_id: WORKSPACE,
					api_url: API_URL,
					...settings,
				}),
			),
			catalog: readCatalog(JSON.stringify(catalogOf(streams))),
			input: input(),
			transport: options.transport?.(clock) ?? withKey(fake.transport),
			clock,
			stop,
			printState: (line) => void states.push(line),
			log: (level, text) => void lines.push({ level, text, atMs: clock.now() - startedAt }),
			caughtUp: () => undefined,
			hash: (text) => createHmac('sha256', 'key').update(text).digest('hex').slice(0, 12),
		});
	}

	if (options.stopAfterMs !== undefined) {
		void clock.sleep(options.stopAfterMs).then(() => stop.abort());
	}
	const trace = await clock.run(
		run().then(
			() => undefined,
			(error: unknown) => failure(error, clock.now()),
		),
	);
	const error = trace?.type === 'TRACE' ? trace.trace.error : undefined;
	return {
		states,
		lines,
		/** All that was logged. */
		log: lines.map(({ text }) => text).join('\n'),
		warnings: lines.filter(({ level }) => level === 'WARN').map(({ text }) => text),
		/** How the run failed; undefined when it did not. */
		failure: error && `${error.failure_type}: ${error.message}`,
		people: fake.flameup.people(),
		held: [...fake.flameup.people().keys()],
		requests: fake.exchanges.length,
		exchanges: fake.exchanges,
		tookMs: clock.now() - startedAt,
	};
}

/** As the destination's own transport adds it. */
const withKey =
	(transport: Transport): Transport =>
	(request) =>
		transport({
			...request,
			headers: { ...request.headers, authorization: `Bearer ${API_KEY}` },
		});

/** What states say of the records before them: [recordCount, rejectedRecordCount] each. */
export const countsOf = (states: readonly string[]): [number, number][] =>
	states.map((line) => {
		const { recordCount, rejectedRecordCount } = JSON.parse(line).state.destinationStats;
		return [recordCount, rejectedRecordCount];
	});
