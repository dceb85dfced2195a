import { RateLimiter } from '../../src/flameup/rateLimiter';
import { WINDOW_MS } from '../../src/limits';
import type { Settings } from '../../src/settings/settings';

interface Books {
	readonly limiter: RateLimiter;
	usedAt: number;
}

/** By API address and key: all executions of this process that use one key spend one allowance. */
const BOOKS = new Map<string, Books>();

/** The books of the credential's key. Those that nobody has used for a window are forgotten. */
export function sharedLimiter({ api_key, api_url, pace }: Settings, now: number): RateLimiter {
	for (const [key, books] of BOOKS) {
		// A clock that was set back would make the old times count for longer than a window.
		if (books.usedAt > now || isForgotten(books, now)) BOOKS.delete(key);
	}
	const key = `${api_url.replace(/\/+$/, '')} ${api_key}`;
	let books = BOOKS.get(key);
	if (books === undefined) {
		const limiter = new RateLimiter(pace.requests_per_minute, pace.follow_announced_limit);
		books = { limiter, usedAt: now };
		BOOKS.set(key, books);
	}
	books.usedAt = now;
	books.limiter.admit(pace.requests_per_minute);
	return books.limiter;
}

const isForgotten = ({ limiter, usedAt }: Books, now: number): boolean =>
	now - usedAt > WINDOW_MS && limiter.isIdle(now);
