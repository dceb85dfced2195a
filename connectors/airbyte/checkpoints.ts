import type { ClientStats } from '../../src/flameup/sender';
import { type Counts, noCounts } from '../../src/loading/report';
import type { RejectionPolicy } from './rejectionPolicy';
import { type DestinationStats, withStats } from './stateLine';
import type { Stream } from './stream';
import type { Streams } from './streams';

/** The most characters of states that may wait for the first upserted person. */
const MOST_WITHHELD = 32_000_000;

/** A STATE message that waits for the records before it. */
export interface Checkpoint {
	/** The unchanged message. */
	readonly line: string;
	/** The streams whose records it counts: one stream, or all for GLOBAL and LEGACY states. */
	readonly owners: readonly Stream[];
	/** Counts since the previous state, for each stream that had records. */
	readonly counts: readonly { readonly stream: Stream; readonly counts: Counts }[];
}

/** The parts of a sync that checkpoints need. */
export interface CheckpointOptions {
	readonly streams: Streams;
	readonly policy: RejectionPolicy;
	readonly stats: Readonly<ClientStats>;
	/** False in a dry run, which acknowledges no state. */
	readonly acknowledges: boolean;
	printState(line: string): void;
}

/** Acknowledges states, each with the counts of the records before it. */
export class Checkpoints {
	readonly #options: CheckpointOptions;
	#requestsReported = 0;
	/**
	 * Settled states that wait for the first upserted person, or until the share of rejected records is low
	 * enough.
	 */
	#withheld: Checkpoint[] = [];
	#withheldCharacters = 0;

	constructor(options: CheckpointOptions) {
		this.#options = options;
	}

	/** Takes an incoming STATE, and starts new counts. */
	take(line: string, owners: readonly Stream[]): Checkpoint {
		const { streams } = this.#options;
		const counts: { stream: Stream; counts: Counts }[] = [];
		for (const stream of streams.counted()) {
			if (stream.incoming.received === 0) continue;
			counts.push({ stream, counts: stream.incoming });
			stream.incoming = noCounts();
		}
		return { line, owners: [...owners, streams.input], counts };
	}

	/** Call this once all records before the state are settled. */
	release(checkpoint: Checkpoint): void {
		const { acknowledges, policy, streams } = this.#options;
		if (!acknowledges || policy.isBroken) return;
		this.#withheld.push(checkpoint);
		this.#withheldCharacters += checkpoint.line.length;
		const { rejected, unchanged, upserted } = streams.totals;
		if (upserted + unchanged > 0 || rejected === 0) this.releaseWithheld();
		else if (this.#withheldCharacters > MOST_WITHHELD) policy.giveUp();
	}

	/** Acknowledges the waiting states, unless too many records are rejected. */
	releaseWithheld(): void {
		const { policy } = this.#options;
		if (this.#withheld.length === 0 || policy.isBroken || policy.isOverShare) return;
		for (const checkpoint of this.#withheld) {
			const { requests } = this.#options.stats;
			const stats = settle(checkpoint, requests - this.#requestsReported);
			this.#requestsReported = requests;
			this.#options.printState(withStats(checkpoint.line, stats));
		}
		this.#withheld = [];
		this.#withheldCharacters = 0;
	}
}

/** The counts for a STATE: those of its streams since their last STATE. */
function settle(checkpoint: Checkpoint, requests: number): DestinationStats {
	for (const { counts, stream } of checkpoint.counts) addCounts(stream.outgoing, counts);
	const sum = noCounts();
	for (const stream of checkpoint.owners) {
		addCounts(sum, stream.outgoing);
		stream.outgoing = noCounts();
	}
	const { created, deletedInSource, merged, rejected, skipped, unchanged, updated, upserted } = sum;
	return {
		// Includes records that are not sent on purpose, because Airbyte reports records missing here as lost.
		recordCount: upserted + unchanged + deletedInSource + skipped,
		rejectedRecordCount: rejected,
		additionalStats: {
			created,
			updated,
			merged,
			...(unchanged > 0 && { unchanged }),
			...(deletedInSource > 0 && { deleted_in_source: deletedInSource }),
			...(skipped > 0 && { skipped }),
			requests,
		},
	};
}

function addCounts(sum: Counts, counts: Readonly<Counts>): void {
	for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
}
