import type { Problem, Rejection } from '../../src/errors';
import { Client } from '../../src/flameup/client';
import { Loader } from '../../src/loading/loader';
import type { Outcome } from '../../src/loading/outcomes';
import type { Person } from '../../src/mapping/person';
import type { Transport } from '../../src/ports';
import { Batches, Pace } from '../../src/settings/settings';
import { createFakeClock, type FakeClock } from './fake-clock.mts';
import {
	API_URL,
	createFakeFlameup,
	type FakeFlameup,
	type FakeFlameupOptions,
	WORKSPACE,
} from './fake-flameup.mts';

/** What a source sends: a person, an invalid record, a marker, or nothing for a while. */
export type Step =
	| { readonly person: Person }
	| { readonly rejection: Rejection }
	| { readonly marker: number; readonly characters?: number }
	| { readonly pauseMs: number };

/** A report of the loader, and its time. */
type Told = { readonly at: number } & (
	| { readonly outcome: Outcome<number> }
	| { readonly marker: number; readonly lagMs: number }
);

export interface FakeRunOptions {
	seed?: number;
	/** How far into a minute of the clock the run starts. */
	startMs?: number;
	flameup?: FakeFlameupOptions;
	/** Replaces the simulator. */
	transport?: (clock: FakeClock) => Transport;
	/** Another run, whose clock and Flameup this one shares. */
	beside?: FakeRun;
	pace?: Partial<Pace>;
	batches?: Partial<Batches>;
	maxPending?: { records: number; characters: number };
	flushesByAge?: boolean;
	showsPeople?: boolean;
	separatesRepeats?: boolean;
	/** The host throws on receiving the outcome of this record. */
	failsAt?: number;
}

export interface FakeRun {
	readonly clock: FakeClock;
	readonly fake: FakeFlameup;
	readonly client: Client;
	readonly loader: Loader<number, number>;
	readonly stop: AbortController;
	readonly told: Told[];
	/** Reports of the client while requests failed. */
	readonly troubles: readonly { readonly at: number; readonly problem: Problem }[];
	/** Records handed over; each one's number is its ref. */
	readonly received: number;
	readonly mostPending: number;
	readonly odd: number;
	/** Feeds the steps, waiting for capacity like any host. */
	feed(steps: Iterable<Step>): Promise<void>;
	/** Feeds, ends, and advances simulated time until all is settled. */
	load(steps: Iterable<Step>): Promise<void>;
}

/** A loader and a client with default settings, using the simulator in simulated time. */
export function createFakeRun(options: FakeRunOptions = {}): FakeRun {
	const { beside } = options;
	const clock =
		beside?.clock ?? createFakeClock(options.seed, Date.UTC(2026, 0, 1) + (options.startMs ?? 0));
	const seed = options.seed === undefined ? {} : { seed: options.seed };
	const fake = beside?.fake ?? createFakeFlameup(clock, { ...seed, ...options.flameup });
	const stop = new AbortController();
	const settings = {
		api_url: API_URL,
		workspace_id: WORKSPACE,
		pace: Pace.parse({ ...options.pace }),
		batches: Batches.parse({ ...options.batches }),
	};
	const troubles: FakeRun['troubles'][number][] = [];
	const client = new Client({
		settings,
		transport: options.transport?.(clock) ?? fake.transport,
		clock,
		signal: stop.signal,
		onTrouble: (problem) => void troubles.push({ at: clock.now(), problem }),
	});
	const told: Told[] = [];
	const counts = { received: 0, settled: 0, mostPending: 0, odd: 0 };
	const markedAt = new Map<number, number>();
	const loader = new Loader<number, number>(
		{
			client,
			settings,
			clock,
			stop,
			maxPending: options.maxPending ?? { records: 2_000, characters: 16_000_000 },
			flushesByAge: options.flushesByAge ?? true,
			showsPeople: options.showsPeople ?? false,
			separatesRepeats: options.separatesRepeats ?? false,
		},
		{
			outcome(outcome) {
				if (outcome.ref === options.failsAt) throw new Error('The host failed.');
				counts.settled++;
				told.push({ at: clock.now(), outcome });
			},
			marker(marker) {
				const at = clock.now();
				told.push({ at, marker, lagMs: at - (markedAt.get(marker) ?? at) });
			},
			odd: () => void counts.odd++,
		},
	);

	async function take(step: Step): Promise<void> {
		if ('pauseMs' in step) {
			await clock.sleep(step.pauseMs);
		} else if ('marker' in step) {
			markedAt.set(step.marker, clock.now());
			loader.mark(step.marker, step.characters ?? 100);
		} else {
			const mapped =
				'person' in step
					? { person: step.person, json: JSON.stringify(step.person) }
					: step.rejection;
			loader.add(counts.received++, mapped);
			counts.mostPending = Math.max(counts.mostPending, counts.received - counts.settled);
		}
	}

	async function feed(steps: Iterable<Step>): Promise<void> {
		for (const step of steps) {
			await take(step);
			if (loader.isFull) await loader.room();
		}
	}

	return {
		clock,
		fake,
		client,
		loader,
		stop,
		told,
		troubles,
		get received() {
			return counts.received;
		},
		get mostPending() {
			return counts.mostPending;
		},
		get odd() {
			return counts.odd;
		},
		feed,
		load: (steps) => clock.run(feed(steps).then(() => loader.end())),
	};
}

/** So many different people, with a marker after every so many. */
export function* peopleWithMarkers(
	people: number,
	perMarker: number,
	prefix = 'u',
): Generator<Step> {
	for (let n = 1; n <= people; n++) {
		yield { person: { userId: `${prefix}${n}`, traits: { n } } };
		if (n % perMarker === 0) yield { marker: n };
	}
}
