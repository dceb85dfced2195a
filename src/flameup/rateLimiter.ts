import type { Problem } from '../errors';
import { WINDOW_MS } from '../limits';
import type { RateReading } from './rateHeaders';

/** Resets that differ by less than this are of the same window; rounding and delays shift them. */
const SAME_WINDOW_MS = 2_500;

/** One request; it counts until a minute after its answer. */
export interface Ticket {
	freeAt: number;
	/** The most requests a minute that its sender allows itself. */
	readonly pace: number;
}

/** The state of a window after one of our answers. */
interface Snapshot {
	readonly remaining: number;
	/** Our requests answered in the window until then. */
	readonly answered: number;
}

/** How many of our latest answers the estimate of what others spend is based on. */
const SAMPLE_ANSWERS = 12;

/** With fewer answers than this in a window, the estimate is not trusted near the end of the window. */
const ENOUGH_ANSWERS = 4;

/** Others may spend half as much again as estimated. */
const MARGIN = 1.5;

/** A window whose allowance another client with the same key spends too. */
class SharedWindow {
	/** The lowest number reported. */
	remaining: number;
	resetAt: number;
	/** Our requests answered in this window. */
	#answered = 0;
	/** Start of the sample: what has been spent since, but not by us, was spent by others. */
	#from: Snapshot;
	/** Start of the next sample. */
	#next: Snapshot;
	/** The most of our requests that were unanswered at once. */
	#mostUnanswered: number;

	constructor(remaining: number, resetAt: number, unanswered: number) {
		this.remaining = remaining;
		this.resetAt = resetAt;
		this.#from = { remaining, answered: 0 };
		this.#next = this.#from;
		this.#mostUnanswered = unanswered;
	}

	get hasEnoughAnswers(): boolean {
		return this.#answered >= ENOUGH_ANSWERS;
	}

	sent(unanswered: number): void {
		this.#mostUnanswered = Math.max(this.#mostUnanswered, unanswered);
	}

	answered(remaining: number, resetAt: number): void {
		this.remaining = Math.min(this.remaining, remaining);
		this.resetAt = Math.min(this.resetAt, resetAt);
		this.#answered++;
		if (this.#answered - this.#next.answered < SAMPLE_ANSWERS) return;
		this.#from = this.#next;
		this.#next = { remaining: this.remaining, answered: this.#answered };
	}

	/** How much others spend, as a multiple of what we spend. */
	get others(): number {
		const ours = this.#answered - this.#from.answered;
		return Math.max(0, this.#from.remaining - this.remaining - ours) / Math.max(1, ours);
	}

	/** Requests to leave for the others, who may have as many unanswered as we have. */
	get roomForOthers(): number {
		return Math.ceil(this.others * (this.#mostUnanswered + 1));
	}
}

/**
 * The allowance of one API key: at most `requestsPerMinute` requests in any 60 s, or fewer if answers announce
 * a lower limit or show that another client uses the key. Callers pass in the time and do the waiting.
 * Several senders of one key can share it, some at a lower pace.
 */
export class RateLimiter {
	#requestsPerMinute: number;
	readonly #followsAnnounced: boolean;
	#announced: number | undefined;
	/** Our requests that still count, oldest first, from index `#head`. */
	#tickets: Ticket[] = [];
	#head = 0;
	#unanswered = 0;
	#heldUntil = 0;
	#heldFor: Problem | undefined;
	#onAnswer: (() => void)[] = [];
	/** Only one request may be sent: another client may have used up the window, or Flameup may be down. */
	#probing = true;
	#probe: Ticket | undefined;
	/** Set only while another client uses the key. */
	#shared: SharedWindow | undefined;

	constructor(requestsPerMinute: number, followsAnnounced: boolean) {
		this.#requestsPerMinute = requestsPerMinute;
		this.#followsAnnounced = followsAnnounced;
	}

	get #limit(): number {
		if (this.#announced === undefined) return this.#requestsPerMinute;
		return this.#followsAnnounced
			? this.#announced
			: Math.min(this.#requestsPerMinute, this.#announced);
	}

	/** Raises the limit to that of a sender which shares this limiter, in requests a minute. */
	admit(requestsPerMinute: number): void {
		this.#requestsPerMinute = Math.max(this.#requestsPerMinute, requestsPerMinute);
	}

	/** Whether it holds no state that still matters. */
	isIdle(now: number): boolean {
		this.#forget(now);
		return this.#occupied === 0 && this.#shared === undefined && this.#heldUntil <= now;
	}

	/** No request may be sent before this. */
	get heldUntil(): number {
		return this.#heldUntil;
	}

	/** Why no request may be sent, if that is known. */
	get heldFor(): Problem | undefined {
		return this.#heldFor;
	}

	/** Resolves once the next answer was judged. */
	nextAnswer(): Promise<void> {
		return new Promise((resolve) => this.#onAnswer.push(resolve));
	}

	/** Wakes those who wait for the next answer. */
	judged(): void {
		const waiting = this.#onAnswer;
		this.#onAnswer = [];
		for (const resolve of waiting) resolve();
	}

	/**
	 * Milliseconds until the next request may be sent; 0 is now, Infinity is after the next answer. Requests of
	 * the same or a lower pace count against the sender's own.
	 */
	wait(now: number, pace = Number.POSITIVE_INFINITY): number {
		this.#forget(now);
		if (this.#heldUntil > now) return this.#heldUntil - now;
		if (this.#probing && this.#probe !== undefined) return Number.POSITIVE_INFINITY;
		if (this.#occupied >= this.#limit) return (this.#tickets[this.#head]?.freeAt ?? now) - now;
		if (this.#shared !== undefined && !this.#mayTakeFrom(this.#shared)) {
			return this.#unanswered > 0 ? Number.POSITIVE_INFINITY : this.#shared.resetAt - now;
		}
		return pace < this.#limit ? Math.max(0, this.#paceFreeAt(pace) - now) : 0;
	}

	/** When the sender's own pace lets a request go. */
	#paceFreeAt(pace: number): number {
		let count = 0;
		let freeAt = 0;
		for (let i = this.#tickets.length - 1; i >= this.#head && count < pace; i--) {
			const ticket = this.#tickets[i];
			if (ticket === undefined || ticket.pace > pace) continue;
			count++;
			freeAt = ticket.freeAt;
		}
		return count < pace ? 0 : freeAt;
	}

	/** Records that a request is sent. */
	sent(pace = Number.POSITIVE_INFINITY): Ticket {
		const ticket = { freeAt: Number.POSITIVE_INFINITY, pace };
		this.#tickets.push(ticket);
		this.#unanswered++;
		this.#shared?.sent(this.#unanswered);
		if (this.#probing) this.#probe = ticket;
		return ticket;
	}

	/** Records that a request was answered or failed. */
	answered(ticket: Ticket, now: number, reading?: RateReading): void {
		ticket.freeAt = now + WINDOW_MS;
		this.#unanswered--;
		this.#forget(now);
		if (reading?.limit !== undefined && reading.limit >= 1) this.#announced = reading.limit;
		const isProbe = ticket === this.#probe;
		if (isProbe) {
			this.#probe = undefined;
			this.#probing = false;
		}
		if (reading !== undefined) this.#learn(now, reading, isProbe);
	}

	/** After a 429 or a fault: sends nothing before `until`, and then a single request first. */
	hold(until: number, problem?: Problem): void {
		if (until >= this.#heldUntil) this.#heldFor = problem;
		this.#heldUntil = Math.max(this.#heldUntil, until);
		this.#probing = true;
	}

	/** Whether more than a quarter of the allowance is free, enough to send a partial batch. */
	hasSpare(now: number): boolean {
		this.#forget(now);
		const shared = this.#shared;
		const left = shared === undefined ? this.#limit : shared.remaining - shared.roomForOthers;
		const free = Math.min(this.#limit - this.#occupied, left - this.#unanswered);
		return this.#heldUntil <= now && free > this.#limit / 4;
	}

	get #occupied(): number {
		return this.#tickets.length - this.#head;
	}

	#forget(now: number): void {
		const tickets = this.#tickets;
		for (let oldest = tickets[this.#head]; oldest !== undefined && oldest.freeAt <= now; ) {
			oldest = tickets[++this.#head];
		}
		if (this.#head > 1000 && this.#head * 2 > tickets.length) {
			this.#tickets = tickets.slice(this.#head);
			this.#head = 0;
		}
		if (this.#shared !== undefined && now >= this.#shared.resetAt) {
			this.#shared = undefined;
			this.#probing = true;
		}
	}

	/** Our requests that will still count at `time`. */
	#occupiedAt(time: number): number {
		let count = 0;
		for (let i = this.#head; i < this.#tickets.length; i++) {
			if ((this.#tickets[i]?.freeAt ?? 0) >= time) count++;
		}
		return count;
	}

	/** Answers overtake each other, so those of an older window (with an earlier reset) are ignored. */
	#learn(now: number, { remaining, resetAt }: RateReading, isProbe: boolean): void {
		if (remaining === undefined) return;
		// The request's window began before its answer, so it ends within a minute after it.
		const ends = Math.min(resetAt ?? Number.POSITIVE_INFINITY, now + WINDOW_MS);
		const shared = this.#shared;
		if (shared !== undefined && ends < shared.resetAt - SAME_WINDOW_MS) return;
		if (shared !== undefined && ends <= shared.resetAt + SAME_WINDOW_MS) {
			shared.answered(remaining, ends);
			return;
		}
		const ours = isProbe ? this.#occupiedAt(ends) : this.#occupied;
		const isShared = remaining < this.#limit - ours;
		this.#shared = isShared ? new SharedWindow(remaining, ends, this.#unanswered) : undefined;
	}

	/**
	 * Whether a shared window has room for the next request. While plenty is left, each client leaves room only
	 * for the requests that the others may have unanswered. Near the end, each client sends one request at a
	 * time and stops when only about one per other client is left. So the last requests cause no 429: of n
	 * clients, the first stops at n - 1 left, the next at n - 2, and so on.
	 */
	#mayTakeFrom(shared: SharedWindow): boolean {
		const isEstimateGood = shared.hasEnoughAnswers || shared.remaining > this.#limit / 2;
		if (isEstimateGood && shared.remaining - this.#unanswered > shared.roomForOthers) return true;
		return this.#unanswered === 0 && shared.remaining > shared.others * MARGIN;
	}
}
