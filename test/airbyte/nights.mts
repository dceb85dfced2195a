import { constants, gunzipSync, gzipSync } from 'node:zlib';
import {
	type RetryFilter,
	readCatalog,
	readSettings,
	retry,
	write,
} from '../../connectors/airbyte/destination';
import { createKeyedDigest } from '../../connectors/airbyte/keyedDigest.mts';
import { createS3Storage } from '../../connectors/airbyte/s3Storage.mts';
import { createStoppable } from '../../connectors/airbyte/stoppableStorage';
import { FlameupError, type Problem } from '../../src/errors';
import type { HttpRequest, HttpResponse, NetworkFault } from '../../src/ports';
import { createFakeClock } from '../core/fake-clock.mts';
import {
	API_KEY,
	API_URL,
	createFakeFlameup,
	type FakeFlameupOptions,
	WORKSPACE,
} from '../core/fake-flameup.mts';
import { createFakeS3, type FakeS3Options, S3_SETTINGS } from '../core/fake-s3.mts';
import {
	createFakeStorage,
	type Objects,
	type StorageFate,
	sha256,
} from '../core/fake-storage.mts';
import { catalogOf } from './catalog.mts';
import { reportIn } from './report.mts';

export interface NightOptions {
	/** Lines of standard input, or pieces of them. */
	readonly input: Iterable<string> | AsyncIterable<string>;
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly streams?: readonly string[];
	readonly mode?: 'append' | 'overwrite';
	readonly syncMode?: 'full_refresh' | 'incremental';
	readonly fate?: StorageFate;
	/** The process is killed before this request reaches Flameup, or after. */
	readonly killedAt?: { readonly request: number; readonly reaches: boolean };
	/** Sends listed records again instead of reading the input. */
	readonly retries?: RetryFilter;
	/** Called for each state that is acknowledged. */
	readonly onState?: () => void;
	/** Successful answers have no content after so many requests. */
	readonly emptyAfter?: number;
	/** Flameup does not accept the key any more after so many requests. */
	readonly refusesAfter?: number;
	/** What happens to requests to S3. */
	readonly s3?: FakeS3Options;
	/** The run is terminated so long after its start. */
	readonly terminatedAfterMs?: number;
	/** Whether this run can see that the processes of earlier ones have ended. */
	readonly seesEnded?: boolean;
}

/** How a night ended. */
export interface Night {
	/** Undefined if the process was killed. */
	readonly ending?: 'completed' | Problem;
	readonly lines: readonly string[];
	readonly states: readonly string[];
	readonly requests: number;
	readonly report: ReturnType<typeof reportIn>;
}

export type Nights = ReturnType<typeof createNights>;

const UNAUTHORIZED = { status: 401, headers: {}, body: '{"error":"unauthorized"}' };

const emptied = (answer: HttpResponse | NetworkFault): HttpResponse | NetworkFault =>
	'body' in answer ? { ...answer, body: '' } : answer;

export interface NightsOptions extends FakeFlameupOptions {
	readonly seed?: number;
	readonly storage?: 'folder' | 's3';
}

/** Many runs with one Flameup and one storage, in simulated time. */
export function createNights({ storage: kind = 'folder', ...options }: NightsOptions = {}) {
	const clock = createFakeClock(options.seed);
	const fake = createFakeFlameup(clock, { limit: 0, ...options });
	const objects: Objects = new Map();
	let runs = 0;

	async function night(options: NightOptions): Promise<Night> {
		const { fate = {}, killedAt, mode = 'append', streams = ['people'] } = options;
		const { emptyAfter = Number.POSITIVE_INFINITY, refusesAfter = Number.POSITIVE_INFINITY } =
			options;
		const run = `run ${++runs}`;
		const lines: string[] = [];
		const states: string[] = [];
		let kill: () => void = () => undefined;
		let isKilled = false;
		const killed = new Promise<void>((resolve) => {
			kill = () => {
				isKilled = true;
				resolve();
			};
		});
		const never = () => new Promise<never>(() => undefined);
		/** Unless the run is killed already, or now. */
		const unlessKilled = <Fate,>(happens: () => Fate): Fate | 'never returns' => {
			const fate = isKilled ? 'never returns' : happens();
			if (fate === 'never returns') kill();
			return fate;
		};
		const { s3 } = options;
		const connected =
			kind === 's3'
				? createS3Storage({
						settings: S3_SETTINGS,
						environment: {},
						clock,
						connect: () =>
							createFakeS3(objects, {
								...s3,
								before: (request, name) =>
									unlessKilled(() => s3?.before?.(request, name) ?? 'goes on'),
							}),
					})
				: createFakeStorage(objects, {
						...fate,
						before: (operation, name) =>
							unlessKilled(() => fate.before?.(operation, name) ?? 'goes on'),
					});
		const storage = createStoppable(connected, clock, 'storage');
		const stop = new AbortController();
		async function terminate(afterMs: number): Promise<void> {
			await clock.sleep(afterMs);
			stop.abort();
			storage.stop();
		}
		const before = fake.exchanges.length;

		async function answerTo(request: HttpRequest, number: number) {
			if (number > refusesAfter) return UNAUTHORIZED;
			const answer = await fake.transport(request);
			return number > emptyAfter ? emptied(answer) : answer;
		}

		async function* input() {
			for await (const line of options.input) yield Buffer.from(line);
		}

		const catalog = catalogOf(streams.map((name) => ({ name, mode })));
		const given = {
			settings: readSettings(
				JSON.stringify({
					api_key: API_KEY,
					workspace_id: WORKSPACE,
					api_url: API_URL,
					storage: kind === 's3' ? S3_SETTINGS : { storage_type: 'folder', path: '/storage' },
					changes: 'send_changed',
					...options.settings,
				}),
			),
			catalog: readCatalog(
				JSON.stringify({
					streams: catalog.streams.map((stream) => ({
						...stream,
						sync_mode: options.syncMode ?? 'full_refresh',
					})),
				}),
			),
			async transport(request: HttpRequest) {
				const number = fake.exchanges.length - before + 1;
				if (!isKilled && number === killedAt?.request) {
					if (killedAt.reaches) await fake.transport(request);
					kill();
				}
				return isKilled ? never() : answerTo(request, number);
			},
			clock,
			stop,
			printState(line: string) {
				if (isKilled) return;
				states.push(line);
				options.onState?.();
			},
			log: (_level: string, text: string) => void (isKilled || lines.push(text)),
			caughtUp: () => undefined,
			hash: (text: string) => sha256(text).slice(0, 6),
			access: {
				storage,
				keyedDigest: createKeyedDigest,
				gzip: (text: string) => gzipSync(text),
				gunzip: (bytes: Uint8Array) =>
					gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString(),
				holder: { host: 'here', pid: runs, run },
				hasEnded: () => options.seesEnded ?? true,
			},
		};
		const work =
			options.retries === undefined
				? write({ ...given, input: input() })
				: retry(given, options.retries);
		const running = work.then(
			() => 'completed' as const,
			(error: unknown) => {
				if (error instanceof FlameupError) return error.problem;
				throw error;
			},
		);
		if (options.terminatedAfterMs !== undefined) void terminate(options.terminatedAfterMs);
		const ending = await clock.run(Promise.race([running, killed]));
		// Requests that were under way at the moment of the kill still arrive.
		if (isKilled) await clock.run(clock.sleep(1_000));
		return {
			...(ending !== undefined && { ending }),
			lines,
			states,
			requests: fake.exchanges.length - before,
			report: reportIn(lines),
		};
	}

	return { clock, fake, objects, runs: () => runs, night, people: () => fake.flameup.people() };
}
