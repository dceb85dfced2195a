/** Flameup counts requests in windows of one minute (its page on rate limits). */
export const WINDOW_MS = 60_000;

/** Resets that differ by less than this belong to the same window: whole seconds and delays blur them. */
const SAME_WINDOW_MS = 2_500;

/** What an answer says of the allowance; times are of our own clock. */
export interface RateReading {
	readonly limit?: number;
	readonly remaining?: number;
	/** The latest moment at which the window can end. */
	readonly resetAt?: number;
	readonly retryAfterMs?: number;
}

/** One request as the pace sees it: it occupies the allowance until a minute after its answer. */
export interface Ticket {
	freeAt: number;
}

/** The allowance of one API key, as a pure bookkeeper: it is told the time, and never waits itself. */
export interface Pace {
	/** Milliseconds until the next request may go; 0 is now, Infinity is after the next answer. */
	wait(now: number): number;
	sent(): Ticket;
	answered(ticket: Ticket, now: number, reading?: RateReading): void;
	/** After a 429: nobody sends before `until`, and then one request goes ahead of the others. */
	hold(until: number): void;
	/** Whether more than a quarter of the allowance is free, so that a part-filled batch may go. */
	hasSpare(now: number): boolean;
}

/** So many of our answers tell how others spend at present. */
const RECENT_ANSWERS = 12;

/** After so many we know it well enough to send several at once from what is left of a window. */
const ENOUGH_ANSWERS = 4;

/** Others are counted by what they spend, and may be half as many again. */
const MARGIN = 1.5;

interface Mark {
	readonly remaining: number;
	readonly answered: number;
}

/** What is left of the present window while another client of the key spends from it too. */
interface Share {
	/** The lowest number seen. */
	remaining: number;
	resetAt: number;
	/** Our requests answered in this window. */
	answered: number;
	/** How it was lately, some answers ago: what remained less since then, without us, went to others. */
	before: Mark;
	/** Takes the place of `before` when it is old enough. */
	next: Mark;
	/** The most of our requests under way at once. */
	widest: number;
}

/**
 * At most `requestsPerMinute` requests in any 60 s, or fewer when answers announce less, or when they
 * show that another client of the key is spending too.
 */
export function createPace(requestsPerMinute: number, followAnnounced: boolean): Pace {
	let limit = requestsPerMinute;
	/** Requests of ours that still count, oldest first, from index `head`. */
	let tickets: Ticket[] = [];
	let head = 0;
	let unanswered = 0;
	let heldUntil = 0;
	/** Until the first answer of a window nobody else goes: it may be used up by another client. */
	let probing = true;
	let probe: Ticket | undefined;
	/** Only while there is another client. */
	let shared: Share | undefined;

	const occupied = () => tickets.length - head;

	function forget(now: number): void {
		for (let oldest = tickets[head]; oldest !== undefined && oldest.freeAt <= now; ) {
			oldest = tickets[++head];
		}
		if (head > 1000 && head * 2 > tickets.length) {
			tickets = tickets.slice(head);
			head = 0;
		}
		if (shared !== undefined && now >= shared.resetAt) {
			shared = undefined;
			probing = true;
		}
	}

	/** Requests of ours that will still count at `time`. */
	function occupiedAt(time: number): number {
		let count = 0;
		for (let i = head; i < tickets.length; i++) if ((tickets[i]?.freeAt ?? 0) >= time) count++;
		return count;
	}

	function learn(now: number, reading: RateReading, isProbe: boolean): void {
		const { remaining, resetAt = now + WINDOW_MS } = reading;
		if (remaining === undefined) return;
		// The window this request fell into began before its answer, so it ends within a minute of it.
		const ends = Math.min(resetAt, now + WINDOW_MS);
		if (shared !== undefined && ends < shared.resetAt - SAME_WINDOW_MS) return;
		if (shared !== undefined && ends <= shared.resetAt + SAME_WINDOW_MS) {
			shared.remaining = Math.min(shared.remaining, remaining);
			shared.resetAt = Math.min(shared.resetAt, ends);
			shared.answered++;
			if (shared.answered - shared.next.answered >= RECENT_ANSWERS) {
				shared.before = shared.next;
				shared.next = { remaining: shared.remaining, answered: shared.answered };
			}
		} else if (remaining < limit - (isProbe ? occupiedAt(ends) : occupied())) {
			const mark = { remaining, answered: 0 };
			const marks = { before: mark, next: mark };
			shared = { ...mark, ...marks, resetAt: ends, widest: unanswered };
		} else {
			shared = undefined;
		}
	}

	/** Others who spend as we do, in clients of our size. */
	function othersOf({ answered, before, remaining }: Share): number {
		const ours = answered - before.answered;
		return Math.max(0, before.remaining - remaining - ours) / Math.max(1, ours);
	}

	/** Left to the others as long as they may have as many under way as we have. */
	const roomForOthers = (share: Share) => Math.ceil(othersOf(share) * (share.widest + 1));

	/**
	 * When only that is left, each client goes on with one request at a time. Then whoever sees no more than
	 * one for each other stops, and those are theirs: with n clients, each sees one of n - 1, …, 1, 0.
	 */
	function leavesEnough(share: Share): boolean {
		const known = share.answered >= ENOUGH_ANSWERS || share.remaining > limit / 2;
		if (known && share.remaining - unanswered > roomForOthers(share)) return true;
		return unanswered === 0 && share.remaining > othersOf(share) * MARGIN;
	}

	return {
		wait(now) {
			forget(now);
			if (heldUntil > now) return heldUntil - now;
			if (probing && probe !== undefined) return Number.POSITIVE_INFINITY;
			if (occupied() >= limit) return (tickets[head]?.freeAt ?? now) - now;
			if (shared !== undefined && !leavesEnough(shared)) {
				return unanswered > 0 ? Number.POSITIVE_INFINITY : shared.resetAt - now;
			}
			return 0;
		},
		sent() {
			const ticket = { freeAt: Number.POSITIVE_INFINITY };
			tickets.push(ticket);
			unanswered++;
			if (shared !== undefined) shared.widest = Math.max(shared.widest, unanswered);
			if (probing) probe = ticket;
			return ticket;
		},
		answered(ticket, now, reading) {
			ticket.freeAt = now + WINDOW_MS;
			unanswered--;
			forget(now);
			if (reading?.limit !== undefined && reading.limit >= 1) {
				limit = followAnnounced ? reading.limit : Math.min(requestsPerMinute, reading.limit);
			}
			const isProbe = ticket === probe;
			if (isProbe) {
				probe = undefined;
				probing = false;
			}
			if (reading !== undefined) learn(now, reading, isProbe);
		},
		hold(until) {
			heldUntil = Math.max(heldUntil, until);
			probing = true;
		},
		hasSpare(now) {
			forget(now);
			const left = shared === undefined ? limit : shared.remaining - roomForOthers(shared);
			const free = Math.min(limit - occupied(), left - unanswered);
			return heldUntil <= now && free > limit / 4;
		},
	};
}
