import type { ClientStats } from '../../src/flameup/sender';
import { type Counts, noCounts } from '../../src/loading/report';
import type { RejectionPolicy } from './rejectionPolicy';
import { type DestinationStats, withStats } from './stateLine';
import type { Stream } from './stream';
import type { Streams } from './streams';

/** Characters of states that may wait for the first person to be upserted. */
const MOST_WITHHELD = 32_000_000;

/** A STATE that waits for the records before it. */
export interface Checkpoint {
	/** The message as it came. */
	readonly line: string;
	/** Whose records it counts: one stream's, or everybody's for GLOBAL and LEGACY states. */
	readonly owners: readonly Stream[];
	/** What came in since the state before, for each stream that had records. */
	readonly counts: readonly { readonly stream: Stream; readonly counts: Counts }[];
}

/** What checkpoints need of a sync. */
export interface CheckpointOptions {
	readonly streams: Streams;
	readonly policy: RejectionPolicy;
	readonly stats: Readonly<ClientStats>;
	/** False in a dry run: no state goes out. */
	readonly acknowledges: boolean;
	printState(line: string): void;
}

/** Lets states go out, each with the counts of the records before it. */
export class Checkpoints {
	readonly #options: CheckpointOptions;
	#requestsTold = 0;
	/** States wait until somebody was upserted, and as long as too many were rejected: their records have to be read again. */
	#withheld: Checkpoint[] = [];
	#withheldCharacters = 0;

	constructor(options: CheckpointOptions) {
		this.#options = options;
	}

	/** Notes a STATE that has just come in, and begins to count anew. */
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

	/** Every record before the state is settled. */
	release(checkpoint: Checkpoint): void {
		const { acknowledges, policy, streams } = this.#options;
		if (!acknowledges || policy.isBroken) return;
		this.#withheld.push(checkpoint);
		this.#withheldCharacters += checkpoint.line.length;
		const { rejected, upserted } = streams.totals;
		if (upserted > 0 || rejected === 0) this.releaseWithheld();
		else if (this.#withheldCharacters > MOST_WITHHELD) policy.giveUp();
	}

	/** Lets go what waited, unless too many records are rejected. */
	releaseWithheld(): void {
		const { policy } = this.#options;
		if (this.#withheld.length === 0 || policy.isBroken || policy.isOverShare) return;
		for (const checkpoint of this.#withheld) {
			const { requests } = this.#options.stats;
			const stats = settle(checkpoint, requests - this.#requestsTold);
			this.#requestsTold = requests;
			this.#options.printState(withStats(checkpoint.line, stats));
		}
		this.#withheld = [];
		this.#withheldCharacters = 0;
	}
}

/** The counts that go out with a STATE: those of its streams since their last one. */
function settle(checkpoint: Checkpoint, requests: number): DestinationStats {
	for (const { counts, stream } of checkpoint.counts) addCounts(stream.outgoing, counts);
	const sum = noCounts();
	for (const stream of checkpoint.owners) {
		addCounts(sum, stream.outgoing);
		stream.outgoing = noCounts();
	}
	const { created, deletedInSource, merged, rejected, skipped, updated, upserted } = sum;
	return {
		// What is handled but not sent counts too: Airbyte takes records that are missing in the sum for lost.
		recordCount: upserted + deletedInSource + skipped,
		rejectedRecordCount: rejected,
		additionalStats: {
			created,
			updated,
			merged,
			...(deletedInSource > 0 && { deleted_in_source: deletedInSource }),
			...(skipped > 0 && { skipped }),
			requests,
		},
	};
}

function addCounts(sum: Counts, counts: Readonly<Counts>): void {
	for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
}
