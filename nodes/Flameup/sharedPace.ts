import { RateLimiter } from '../../src/flameup/rateLimiter';
import { WINDOW_MS } from '../../src/limits';
import type { Settings } from '../../src/settings/settings';

interface SharedLimiter {
	readonly limiter: RateLimiter;
	usedAt: number;
}

/** By API address and key: all executions of this process that use one key spend one allowance. */
const LIMITERS = new Map<string, SharedLimiter>();

/** The limiter of the credential's key. Limiters that have been idle for a whole window are removed. */
export function sharedLimiter({ api_key, api_url, pace }: Settings, now: number): RateLimiter {
	for (const [key, shared] of LIMITERS) {
		// A clock that was set back would make the old times count for longer than a window.
		if (shared.usedAt > now || isUnused(shared, now)) LIMITERS.delete(key);
	}
	const key = `${api_url.replace(/\/+$/, '')} ${api_key}`;
	let shared = LIMITERS.get(key);
	if (shared === undefined) {
		const limiter = new RateLimiter(pace.requests_per_minute, pace.follow_announced_limit);
		shared = { limiter, usedAt: now };
		LIMITERS.set(key, shared);
	}
	shared.usedAt = now;
	shared.limiter.admit(pace.requests_per_minute);
	return shared.limiter;
}

const isUnused = ({ limiter, usedAt }: SharedLimiter, now: number): boolean =>
	now - usedAt > WINDOW_MS && limiter.isIdle(now);
