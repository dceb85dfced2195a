import { sleep } from 'n8n-workflow';
import type { Clock, Stop } from '../../src/ports';

/** A stop is noticed within this time; only new versions of n8n's sleep take a signal. */
const SLICE_MS = 200;

/** After this much work, n8n gets its turn: its editor stays quick, and a cancellation is noticed. */
const PAUSE_EVERY_MS = 20;

/** Time as n8n gives it; every wait ends early when the execution is canceled. */
export class NodeClock implements Clock {
	readonly #cancel: AbortSignal | undefined;
	#latest = 0;
	#pausedAt = this.now();

	constructor(cancel: AbortSignal | undefined) {
		this.#cancel = cancel;
	}

	now(): number {
		this.#latest = Math.max(this.#latest, Date.now());
		return this.#latest;
	}

	random(): number {
		return Math.random();
	}

	async sleep(ms: number, signal?: Stop['signal']): Promise<void> {
		const until = this.now() + ms;
		for (let left = ms; left > 0; left = until - this.now()) {
			if (signal?.aborted || this.#cancel?.aborted) return;
			await sleep(Math.min(Math.ceil(left), SLICE_MS));
		}
	}

	/** Lets n8n do other work, if it could not for a while. */
	async pause(): Promise<void> {
		if (this.now() - this.#pausedAt < PAUSE_EVERY_MS) return;
		await sleep(0);
		this.#pausedAt = this.now();
	}
}

/** Aborted by the run itself, or by the cancellation of the execution. */
export class NodeStop implements Stop {
	readonly #own = new AbortController();
	readonly signal: Stop['signal'];

	constructor(cancel: AbortSignal | undefined) {
		const own = this.#own.signal;
		this.signal = {
			get aborted() {
				return own.aborted || cancel?.aborted === true;
			},
		};
	}

	abort(): void {
		this.#own.abort();
	}
}
