import type { Simulator } from '../../../simulator/server.mts';
import type { Kill, Plan } from './plan.mts';

/** What became of one sync: every attempt until it ended. */
export interface Outcome {
	/** How the attempts ended: by which kill, or by themselves. */
	readonly endings: (Kill['how'] | 'itself')[];
	/** Records written to a destination, again and again where an attempt had failed. */
	records: number;
	states: number;
	requests: number;
	tooManyRequests: number;
}

/** Where one sync takes place. */
export interface World {
	readonly plan: Plan;
	readonly outcome: Outcome;
	readonly simulator: Simulator;
	readonly folder: string;
	/** Called for every request that Flameup handles. */
	onRequest: () => void;
}
