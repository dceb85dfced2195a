import { type Counts, noCounts } from '../../src/loading/report';
import type { DestinationStats } from './state';
import type { Stream } from './streams';

/** A STATE that waits for the records before it. */
export interface Checkpoint {
	/** The message as it came. */
	readonly line: string;
	/** Whose records it counts: one stream's, or everybody's for GLOBAL and LEGACY states. */
	readonly owners: readonly Stream[];
	/** What came in since the state before, for each stream that had records. */
	readonly counts: readonly { readonly stream: Stream; readonly counts: Counts }[];
}

/** Notes a STATE that has just come in, and begins to count anew. */
export function takeCheckpoint(
	line: string,
	owners: readonly Stream[],
	streams: Iterable<Stream>,
): Checkpoint {
	const counts: { stream: Stream; counts: Counts }[] = [];
	for (const stream of streams) {
		if (stream.incoming.received === 0) continue;
		counts.push({ stream, counts: stream.incoming });
		stream.incoming = noCounts();
	}
	return { line, owners, counts };
}

/** The counts that go out with a STATE: those of its streams since their last one. */
export function settleCheckpoint(checkpoint: Checkpoint, requests: number): DestinationStats {
	for (const { counts, stream } of checkpoint.counts) addCounts(stream.outgoing, counts);
	const sum = noCounts();
	for (const stream of checkpoint.owners) {
		addCounts(sum, stream.outgoing);
		stream.outgoing = noCounts();
	}
	const { created, merged, rejected, updated, upserted } = sum;
	return {
		recordCount: upserted,
		rejectedRecordCount: rejected,
		additionalStats: { created, updated, merged, requests },
	};
}

function addCounts(sum: Counts, counts: Readonly<Counts>): void {
	for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
}
