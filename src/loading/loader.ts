import { type Answered, FlameupError, problemOf, type Rejection } from '../errors';
import type { Oddity } from '../flameup/answers';
import { Delivery, type Ending } from '../flameup/delivery';
import type { PeopleClient } from '../flameup/dryRun';
import type { Mapped } from '../mapping/mapper';
import type { Clock, Stop } from '../ports';
import type { Settings } from '../settings/settings';
import { type Batch, Batcher, type Entry, type Recorded } from './batcher';
import type { Changes } from './changes';
import { FaultFinder } from './faultFinder';
import { Markers, type Segment } from './markers';
import type { Outcome } from './outcomes';
import { RefusalStreak } from './refusalStreak';

/** Callbacks of a loader, called in the order in which records and markers are settled. */
export interface LoaderEvents<Ref, Marker> {
	outcome(outcome: Outcome<Ref>): void;
	/** All records before the marker are settled. */
	marker(marker: Marker): void;
	/** An answer that confirms people is odd. */
	odd?(oddity: Oddity): void;
}

/** What a loader needs. */
export interface LoaderOptions {
	readonly client: PeopleClient;
	readonly settings: Pick<Settings, 'batches' | 'pace'>;
	readonly clock: Clock;
	readonly stop: Stop;
	/** With this many unsettled records or characters, `isFull` asks the caller to wait. */
	readonly maxPending: { readonly records: number; readonly characters: number };
	/** Whether a partial batch is sent after a time; not needed if all input is there already. */
	readonly flushesByAge: boolean;
	/** Outcomes include the people from Flameup's answers. */
	readonly showsPeople?: boolean;
	/** Records of the same person are sent in separate requests, one after the other, instead of being merged. */
	readonly separatesRepeats?: boolean;
	/** People who equal what Flameup confirmed before are not sent. */
	readonly changes?: Changes | undefined;
}

/** The longest that a partial batch waits for records, however little allowance is left. */
const LONGEST_AGE_MS = 60_000;
const RECHECK_MS = 500;

interface Item<Ref> extends Recorded {
	readonly ref: Ref;
	readonly segment: Segment;
}

interface HeldMarker<Marker> {
	readonly marker: Marker;
	readonly characters: number;
}

/**
 * Takes mapped records and markers, and returns outcomes and settled markers by callback. Sends a few batches
 * at a time, never two at once that share a person.
 */
export class Loader<Ref, Marker> {
	readonly #options: LoaderOptions;
	readonly #events: LoaderEvents<Ref, Marker>;
	readonly #batcher: Batcher<Item<Ref>>;
	readonly #markers: Markers<HeldMarker<Marker>>;
	readonly #delivery: Delivery<Entry<Item<Ref>>>;
	readonly #streak = new RefusalStreak();
	readonly #faultFinder: FaultFinder<Item<Ref>>;
	/** Refused people of several records, and parts of them, until it is known which records are at fault. */
	readonly #refused = new Map<Entry<Item<Ref>>, Answered>();
	readonly #parts = new WeakSet<Entry<Item<Ref>>>();
	readonly #queue: Batch<Item<Ref>>[] = [];
	readonly #inFlight = new Set<Batch<Item<Ref>>>();
	readonly #pending = { records: 0, characters: 0 };
	#failure: FlameupError | undefined;
	readonly #now = (): number => this.#options.clock.now();
	#onProgress: (() => void)[] = [];
	/** When reading last resumed; a partial batch is not sent just before new records arrive. */
	#resumedAt = 0;
	#watchesAge = false;

	constructor(options: LoaderOptions, events: LoaderEvents<Ref, Marker>) {
		const { batches } = options.settings;
		this.#options = options;
		this.#events = events;
		this.#batcher = new Batcher(
			{
				maxPeople: batches.people_per_request,
				maxBytes: batches.bytes_per_request,
				separatesRepeats: options.separatesRepeats ?? false,
			},
			(batch) => {
				this.#queue.push(batch);
				this.#dispatch();
			},
		);
		this.#markers = new Markers(({ characters, marker }) => {
			this.#pending.characters -= characters;
			events.marker(marker);
		});
		this.#delivery = new Delivery(options.client, {
			settled: (entry, ending) => this.#settleEntry(entry, ending),
			odd: (oddity) => events.odd?.(oddity),
		});
		this.#faultFinder = new FaultFinder({
			deliver: (part) => this.#deliverPart(part),
			reject: (part, answered) => this.#refuse(part, answered),
			hasFailed: () => this.#failure !== undefined,
		});
	}

	/** Why the run failed. */
	get failure(): FlameupError | undefined {
		return this.#failure;
	}

	get isFull(): boolean {
		const { characters, records } = this.#options.maxPending;
		return this.#pending.records >= records || this.#pending.characters >= characters;
	}

	/** Takes a mapped record, or settles one that could not be mapped. Throws if the run has failed. */
	add(ref: Ref, mapped: Mapped | Rejection): void {
		if (this.#failure !== undefined) throw this.#failure;
		const segment = this.#markers.record();
		if ('code' in mapped) {
			this.#events.outcome({ status: 'rejected', ref, rejection: mapped });
			this.#markers.settle(segment);
			return;
		}
		const { changes } = this.#options;
		if (changes?.isUnchanged(mapped)) {
			this.#events.outcome({ status: 'unchanged', ref });
			this.#markers.settle(segment);
			return;
		}
		changes?.sends(mapped.person.userId);
		const characters = mapped.json.length;
		this.#pending.records++;
		this.#pending.characters += characters;
		this.#batcher.add({ ref, segment, json: mapped.json }, mapped, this.#now);
		const mustWatch = this.#options.flushesByAge && !this.#watchesAge;
		if (mustWatch && this.#batcher.since !== undefined) void this.#watchAge();
	}

	/** Adds a marker; `characters` is its size in memory. */
	mark(marker: Marker, characters: number): void {
		this.#pending.characters += characters;
		this.#markers.mark({ marker, characters });
	}

	/** Resolves when more records may be added; rejects if the run has failed. */
	async room(): Promise<void> {
		if (!this.isFull && this.#failure === undefined) return;
		this.#dispatch();
		while (this.isFull && this.#failure === undefined) await this.#nextProgress();
		if (this.#failure !== undefined) throw this.#failure;
		this.#resumedAt = this.#options.clock.now();
	}

	/**
	 * Sends what is left, and resolves when everything is settled. Rejects if the run fails, once the requests
	 * under way have finished.
	 */
	async end(): Promise<void> {
		this.#batcher.close();
		while (this.#failure === undefined && !this.#isIdle) await this.#nextProgress();
		while (this.#inFlight.size > 0) await this.#nextProgress();
		this.#options.stop.abort();
		if (this.#failure !== undefined) throw this.#failure;
	}

	/** Ends the run with this error, unless it has failed already. No further request is sent. */
	fail(error: unknown): void {
		this.#failure ??= error instanceof FlameupError ? error : new FlameupError(problemOf(error));
		this.#options.stop.abort();
		this.#progress();
	}

	get #isIdle(): boolean {
		return this.#queue.length === 0 && this.#inFlight.size === 0;
	}

	#progress(): void {
		const waiting = this.#onProgress;
		this.#onProgress = [];
		for (const resolve of waiting) resolve();
	}

	#nextProgress(): Promise<void> {
		return new Promise((resolve) => this.#onProgress.push(resolve));
	}

	#dispatch(): void {
		const { requests_in_flight } = this.#options.settings.pace;
		while (this.#failure === undefined && this.#inFlight.size < requests_in_flight) {
			const batch = this.#queue[0];
			if (batch === undefined || this.#sharesPersonInFlight(batch)) break;
			this.#queue.shift();
			this.#inFlight.add(batch);
			void this.#deliver(batch);
		}
		// With nothing under way, only sending the open batch makes room.
		if (this.isFull && this.#isIdle) this.#batcher.close();
	}

	#sharesPersonInFlight(batch: Batch<Item<Ref>>): boolean {
		for (const other of this.#inFlight) {
			for (const userId of batch.entries.keys()) if (other.entries.has(userId)) return true;
		}
		return false;
	}

	async #deliver(batch: Batch<Item<Ref>>): Promise<void> {
		try {
			await this.#options.changes?.withdraw([...batch.entries.keys()]);
			await this.#delivery.deliver([...batch.entries.values()]);
			for (const entry of batch.entries.values()) {
				const answered = this.#takeRefused(entry);
				if (answered !== undefined) await this.#faultFinder.settle(entry, answered);
			}
		} catch (error) {
			this.fail(error);
		}
		this.#inFlight.delete(batch);
		this.#dispatch();
		this.#progress();
	}

	async #deliverPart(part: Entry<Item<Ref>>): Promise<Answered | undefined> {
		this.#parts.add(part);
		await this.#delivery.deliver([part]);
		return this.#takeRefused(part);
	}

	#takeRefused(entry: Entry<Item<Ref>>): Answered | undefined {
		const answered = this.#refused.get(entry);
		this.#refused.delete(entry);
		return answered;
	}

	#settleEntry(entry: Entry<Item<Ref>>, ending: Ending): void {
		if (ending.status === 'upserted') {
			this.#streak.accepted();
			this.#upsert(entry, ending);
		} else if (ending.status === 'refused') {
			this.#settleRefused(entry, ending.answered);
		} else {
			const { answered: answer } = ending;
			const facts = { userId: entry.userId, ...(answer !== undefined && { answer }) };
			this.#reject(entry, { code: 'not_confirmed', ...facts });
		}
	}

	#settleRefused(entry: Entry<Item<Ref>>, answered: Answered): void {
		const isPart = this.#parts.has(entry);
		if (isPart || entry.items.length > 1) this.#refused.set(entry, answered);
		else this.#refuse(entry, answered);
		if (!isPart) this.#streak.refused(answered);
	}

	#refuse(entry: Entry<Item<Ref>>, answered: Answered): void {
		const code = answered.status === 413 ? 'too_large_for_flameup' : 'refused';
		this.#reject(entry, { code, ...answered, userId: entry.userId });
	}

	#upsert(
		{ items, json, userId }: Entry<Item<Ref>>,
		ending: Ending & { status: 'upserted' },
	): void {
		// Without a place in Flameup's counts, the proof is too weak to leave the person out next time.
		const isCounted = ending.change !== undefined;
		this.#options.changes?.settled(userId, items.length, isCounted ? json : undefined);
		const last = items.at(-1);
		const shown = this.#options.showsPeople ? ending.shown : undefined;
		for (const item of items) {
			const isLast = item === last;
			this.#events.outcome({
				status: 'upserted',
				ref: item.ref,
				change: isLast ? ending.change : undefined,
				exact: isLast && ending.exact ? true : undefined,
				merged: isLast ? undefined : true,
				shown,
			});
			this.#settle(item);
		}
	}

	#reject({ items, userId }: Entry<Item<Ref>>, rejection: Rejection): void {
		this.#options.changes?.settled(userId, items.length);
		for (const item of items) {
			this.#events.outcome({ status: 'rejected', ref: item.ref, rejection });
			this.#settle(item);
		}
	}

	#settle({ json, segment }: Item<Ref>): void {
		this.#pending.records--;
		this.#pending.characters -= json.length;
		this.#markers.settle(segment);
	}

	/** Sends a partial batch once it is old enough and the allowance has requests to spare. */
	async #watchAge(): Promise<void> {
		const { client, clock, settings, stop } = this.#options;
		const maxAgeMs = settings.batches.max_age_seconds * 1000;
		this.#watchesAge = true;
		while (this.#failure === undefined && !stop.signal.aborted) {
			const { since } = this.#batcher;
			if (since === undefined) break;
			const now = clock.now();
			const left = Math.max(since, this.#resumedAt) + maxAgeMs - now;
			const maySend =
				this.#queue.length === 0 && (client.hasSpare() || now - since >= LONGEST_AGE_MS);
			if (left <= 0 && maySend) this.#batcher.close();
			else await clock.sleep(left > 0 ? left : RECHECK_MS, stop.signal);
		}
		this.#watchesAge = false;
	}
}
