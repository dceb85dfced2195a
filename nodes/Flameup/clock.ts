import { sleep } from 'n8n-workflow';
import type { Clock, Stop } from '../../src/ports';

/** A wish to stop is seen within this time; n8n's own sleep heeds a signal only in new versions. */
const SLICE_MS = 200;

/** Work without a pause for this long would keep n8n from seeing a cancellation. */
const BREATH_MS = 50;

/** Time as n8n gives it; every wait ends early when the execution is cancelled. */
export interface NodeClock extends Clock {
	/** Lets n8n do something else, if it could not for a while. */
	breathe(): Promise<void>;
}

export function createClock(cancel: AbortSignal | undefined): NodeClock {
	let latest = 0;
	const now = () => {
		latest = Math.max(latest, Date.now());
		return latest;
	};
	let breathed = now();
	return {
		now,
		random: Math.random,
		async sleep(ms, signal) {
			const until = now() + ms;
			for (let left = ms; left > 0; left = until - now()) {
				if (signal?.aborted || cancel?.aborted) return;
				await sleep(Math.min(Math.ceil(left), SLICE_MS));
			}
		},
		async breathe() {
			if (now() - breathed < BREATH_MS) return;
			await sleep(0);
			breathed = now();
		},
	};
}

/** Aborted by the run itself, or by the cancellation of the execution. */
export function createStop(cancel: AbortSignal | undefined): Stop {
	let stopped = false;
	return {
		signal: {
			get aborted() {
				return stopped || cancel?.aborted === true;
			},
		},
		abort() {
			stopped = true;
		},
	};
}
