import { ConfigError, FlameupError } from '../errors';
import type { Change, Json } from '../flameup/answers';
import type { Client } from '../flameup/client';
import { type Ending, settleBatch } from '../flameup/delivery';
import { withoutPersonalData } from '../flameup/privacy';
import type { Mapped } from '../mapping/mapper';
import type { Rejection } from '../mapping/rejection';
import type { Clock, Stop } from '../ports';
import type { Batches } from '../settings/settings';
import { type Batch, createBatcher, type Entry } from './batcher';
import { createLedger, type Segment } from './markers';

/** How one record ended. `ref` is what the caller gave with it. */
export type Outcome<Ref> =
	| {
			readonly status: 'upserted';
			readonly ref: Ref;
			/** Left out when Flameup's answer does not count this person. */
			readonly change?: Change;
			/** The change is this person's own, not only part of the batch's counts. */
			readonly exact?: true;
			/** Another record of the same person went in the same batch, and stands for this one too. */
			readonly merged?: true;
			/** The person as Flameup's answer shows them; only when `tellsPeople` asks for it. */
			readonly shown?: Json;
	  }
	| { readonly status: 'rejected'; readonly ref: Ref; readonly rejection: Rejection };

/** What the loader tells while it works; called in the order in which things are settled. */
export interface LoaderEvents<Ref, Marker> {
	outcome(outcome: Outcome<Ref>): void;
	/** Every record added before the marker has had its outcome. */
	marker(marker: Marker): void;
	/** Flameup's counts of a batch do not add up to the people sent. */
	miscounted?(): void;
}

/** What a loader works with. */
export interface LoaderOptions {
	readonly client: Client;
	readonly batches: Batches;
	readonly requestsInFlight: number;
	readonly clock: Clock;
	readonly stop: Stop;
	/** More unsettled records or characters than this, and `isFull` asks the caller to wait. */
	readonly maxPending: { readonly records: number; readonly characters: number };
	/** False: a part-filled batch waits for `end`, because all input is there already. */
	readonly flushesByAge: boolean;
	/** Outcomes carry the people of Flameup's answers. */
	readonly tellsPeople?: boolean;
	/** Two records of one person go in two requests, one after the other, instead of as one. */
	readonly separatesRepeats?: boolean;
	/** So many people refused for one reason, before any was taken, end the run. */
	readonly hopelessAfter?: number;
}

/** Where the records of a run go in. */
export interface Loader<Ref, Marker> {
	/** Takes a mapped record, or settles one that could not be mapped. Throws why the run failed. */
	add(ref: Ref, mapped: Mapped | Rejection): void;
	/** `characters` is the memory that the marker takes while it is held. */
	mark(marker: Marker, characters: number): void;
	readonly isFull: boolean;
	/** Resolves when there is room again; rejects with why the run failed. */
	room(): Promise<void>;
	/** Sends what is left, and resolves when everything is settled; after a failure, rejects with it as soon as the requests under way are settled. */
	end(): Promise<void>;
	/** Ends the run for this reason, unless it has failed already: nothing more is sent. */
	fail(error: unknown): void;
	/** Why the run failed. */
	readonly failure: FlameupError | undefined;
}

/** A part-filled batch never waits longer than this for records, however little allowance there is. */
const LONGEST_AGE_MS = 60_000;
const RECHECK_MS = 500;

/** So many people refused one by one, for one reason, before any was taken: the fault is in the set-up. */
const HOPELESS = 20;

interface Item<Ref> {
	readonly ref: Ref;
	readonly segment: Segment;
	readonly characters: number;
}

/**
 * Records in, outcomes and markers out. Batches of people go to Flameup a few at a time, never two at
 * once that share a person; people whom Flameup refuses are isolated, so that the others get through.
 */
export function createLoader<Ref, Marker>(
	options: LoaderOptions,
	events: LoaderEvents<Ref, Marker>,
): Loader<Ref, Marker> {
	const { batches, client, clock, hopelessAfter = HOPELESS, maxPending, stop } = options;
	const maxAgeMs = batches.max_age_seconds * 1000;
	const queue: Batch<Item<Ref>>[] = [];
	const inFlight = new Set<Batch<Item<Ref>>>();
	const pending = { records: 0, characters: 0 };
	let failure: FlameupError | undefined;
	let onProgress: (() => void)[] = [];
	/** When the input was last let go on, so that a batch is not sent part-filled just before it. */
	let resumedAt = 0;
	let watchesAge = false;
	/** Whether Flameup took anybody yet; until then, equal refusals are counted. */
	let taken = false;
	let refusal = { reason: '', people: 0 };

	const batcher = createBatcher<Item<Ref>>(
		batches.people_per_request,
		batches.bytes_per_request,
		(batch) => {
			queue.push(batch);
			dispatch();
		},
		options.separatesRepeats,
	);
	const ledger = createLedger<{ marker: Marker; characters: number }>(({ marker, characters }) => {
		pending.characters -= characters;
		events.marker(marker);
	});

	const isFull = () =>
		pending.records >= maxPending.records || pending.characters >= maxPending.characters;
	const isIdle = () => queue.length === 0 && inFlight.size === 0;

	function progress(): void {
		const waiting = onProgress;
		onProgress = [];
		for (const resolve of waiting) resolve();
	}

	const nextProgress = () => new Promise<void>((resolve) => onProgress.push(resolve));

	function fail(error: unknown): void {
		failure ??= error instanceof FlameupError ? error : unexpected(error);
		stop.abort();
		progress();
	}

	function sharesPersonInFlight(batch: Batch<Item<Ref>>): boolean {
		for (const other of inFlight) {
			for (const userId of batch.entries.keys()) if (other.entries.has(userId)) return true;
		}
		return false;
	}

	function dispatch(): void {
		while (failure === undefined && inFlight.size < options.requestsInFlight) {
			const batch = queue[0];
			if (batch === undefined || sharesPersonInFlight(batch)) break;
			queue.shift();
			inFlight.add(batch);
			void send(batch);
		}
		// Held back with nothing under way: only sending the open batch makes room.
		if (isFull() && isIdle()) batcher.close();
	}

	async function send(batch: Batch<Item<Ref>>): Promise<void> {
		const together = [...batch.entries.values()];
		const settled = (entry: Entry<Item<Ref>>, ending: Ending) =>
			settleEntry(entry, ending, together);
		try {
			await settleBatch(client, together, settled, () => events.miscounted?.());
		} catch (error) {
			fail(error);
		}
		inFlight.delete(batch);
		dispatch();
		progress();
	}

	function settleEntry(
		entry: Entry<Item<Ref>>,
		ending: Ending,
		together: readonly Entry<Item<Ref>>[],
	): void {
		if (ending.status === 'upserted') upserted(entry, ending);
		else if (ending.status === 'refused') refused(entry, ending, together);
		else
			rejectEntry(entry, 'not_confirmed', 'The answer of Flameup did not list the person, twice.');
	}

	function upserted(
		{ items }: Entry<Item<Ref>>,
		{ change, exact, shown }: Ending & { status: 'upserted' },
	) {
		taken = true;
		const last = items.length - 1;
		items.forEach((item, i) => {
			const { ref } = item;
			const told = options.tellsPeople && shown !== undefined && { shown };
			if (i < last) events.outcome({ status: 'upserted', ref, merged: true, ...told });
			else if (change === undefined) events.outcome({ status: 'upserted', ref, ...told });
			else events.outcome({ status: 'upserted', ref, change, ...(exact && { exact }), ...told });
			settle(item);
		});
	}

	function refused(
		entry: Entry<Item<Ref>>,
		{ httpStatus, words }: Ending & { status: 'refused' },
		together: readonly Entry<Item<Ref>>[],
	): void {
		// Words about one person may repeat what was sent of another.
		const clean = withoutPersonalData(
			words,
			together.map(({ json }) => JSON.parse(json)),
		);
		const code = httpStatus === 413 ? 'too_large_for_flameup' : 'refused';
		const said =
			clean === '' ? `Flameup refused the person (${httpStatus}).` : `Flameup says: ${clean}`;
		rejectEntry(entry, code, said, words);
		const reason = `${httpStatus} ${clean}`;
		refusal = { reason, people: refusal.reason === reason ? refusal.people + 1 : 1 };
		if (!taken && refusal.people >= hopelessAfter) {
			throw new ConfigError(
				`Flameup refused the first ${hopelessAfter} people, all for the same reason, so the run was stopped. ${said} Correct the mapping or the source.`,
			);
		}
	}

	function rejectEntry(
		{ items, userId }: Entry<Item<Ref>>,
		code: Rejection['code'],
		reason: string,
		detail?: string,
	): void {
		const rejection = { code, reason, userId, ...(detail !== undefined && { detail }) };
		for (const item of items) {
			events.outcome({ status: 'rejected', ref: item.ref, rejection });
			settle(item);
		}
	}

	function settle(item: Item<Ref>): void {
		pending.records--;
		pending.characters -= item.characters;
		ledger.settle(item.segment);
	}

	/** Sends a part-filled batch once it is old enough and the allowance is not short. */
	async function watchAge(): Promise<void> {
		watchesAge = true;
		for (
			let { since } = batcher;
			since !== undefined && failure === undefined && !stop.signal.aborted;
			{ since } = batcher
		) {
			const now = clock.now();
			const left = Math.max(since, resumedAt) + maxAgeMs - now;
			const mayGo = queue.length === 0 && (client.hasSpare() || now - since >= LONGEST_AGE_MS);
			if (left <= 0 && mayGo) batcher.close();
			else await clock.sleep(left > 0 ? left : RECHECK_MS, stop.signal);
		}
		watchesAge = false;
	}

	return {
		get isFull() {
			return isFull();
		},
		add(ref, mapped) {
			if (failure !== undefined) throw failure;
			const segment = ledger.record();
			if ('code' in mapped) {
				events.outcome({ status: 'rejected', ref, rejection: mapped });
				ledger.settle(segment);
				return;
			}
			const characters = mapped.json.length;
			pending.records++;
			pending.characters += characters;
			batcher.add({ ref, segment, characters }, mapped, clock.now());
			if (options.flushesByAge && !watchesAge && batcher.since !== undefined) void watchAge();
		},
		mark(marker, characters) {
			pending.characters += characters;
			ledger.mark({ marker, characters });
		},
		async room() {
			if (!isFull() && failure === undefined) return;
			dispatch();
			while (isFull() && failure === undefined) await nextProgress();
			if (failure !== undefined) throw failure;
			resumedAt = clock.now();
		},
		async end() {
			batcher.close();
			while (failure === undefined && !isIdle()) await nextProgress();
			while (inFlight.size > 0) await nextProgress();
			stop.abort();
			if (failure !== undefined) throw failure;
		},
		fail,
		get failure() {
			return failure;
		},
	};
}

const unexpected = (error: unknown): FlameupError =>
	new FlameupError(error instanceof Error ? error.message : 'Something unexpected happened.', {
		cause: error,
	});
