import type { Peer } from './peers.mts';
import type { Shape } from './records.mts';
import type { Run } from './run.mts';
import type { Totals } from './sink.mts';

/** One run of a peer, and what came of it. */
export type Sample = {
	peer: Peer;
	shape: Shape;
	run: Run;
	/** The mean of the parse floors right before and after: the machine's speed at that moment. */
	floorCpuSeconds: number;
	totals: Totals;
	losses: string[];
};
