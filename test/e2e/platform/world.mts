import type { Simulator } from '../../../simulator/server.mts';
import type { Launch } from './attempt.mts';
import type { Kill, Plan } from './plan.mts';

/** The outcome of one sync, over all of its attempts. */
export interface Outcome {
	/** How each attempt ended: by a kill, or by itself. */
	readonly endings: (Kill['how'] | 'itself')[];
	/** Records written to the destination, including those resent after a failed attempt. */
	records: number;
	states: number;
	requests: number;
	tooManyRequests: number;
}

/** The environment of one sync. */
export interface World {
	readonly plan: Plan;
	readonly outcome: Outcome;
	readonly simulator: Simulator;
	readonly folder: string;
	/** Undefined: as the built destination is started here. */
	readonly launch: Launch | undefined;
	/** Called for every request that Flameup handles. */
	onRequest: () => void;
}
