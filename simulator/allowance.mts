import type { Switches } from './switches.mts';

const minuteMs = 60_000;
/** What all requests without a valid key share. */
const limitWithoutKey = 75;

/** What one request found: whether it was too many, and what the headers say. */
export interface Taken {
	refused: boolean;
	limit: number;
	remaining: number;
	resetAt: number;
}

interface Bucket {
	start: number;
	used: number;
	spent: Recent;
	seen: Recent;
}

/** Counts requests per key and says which are too many. */
export function createAllowance() {
	const buckets = new Map<string, Bucket>();
	let maxInAMinute = 0;
	let windows = 0;

	function bucketOf(name: string): Bucket {
		const known = buckets.get(name);
		if (known) return known;
		const bucket = { start: -Infinity, used: 0, spent: createRecent(), seen: createRecent() };
		buckets.set(name, bucket);
		return bucket;
	}

	return {
		maxInAMinute: () => maxInAMinute,
		windows: () => windows,
		/** Takes one request of the key, or of everyone without one. */
		take(key: string | undefined, at: number, switches: Switches): Taken {
			const bucket = bucketOf(key ?? '');
			bucket.seen.add(at);
			maxInAMinute = Math.max(maxInAMinute, bucket.seen.count(at));
			const start = windowStart(bucket.start, at, switches);
			if (start !== bucket.start) {
				bucket.start = start;
				bucket.used = 0;
				windows++;
			}
			const enforced = key === undefined ? limitWithoutKey : switches.limit;
			const used =
				(switches.window === 'rolling' ? bucket.spent.count(at) : bucket.used) + switches.preused;
			const refused = switches.limit > 0 && used >= enforced;
			if (!refused || switches.countRefused) {
				bucket.used++;
				bucket.spent.add(at);
			}
			const limit = switches.announcedLimit || enforced;
			const remaining = refused ? 0 : Math.max(0, limit - used - 1);
			const first = switches.window === 'rolling' ? (bucket.spent.first(at) ?? at) : start;
			return { refused, limit, remaining, resetAt: first + minuteMs };
		},
	};
}

function windowStart(start: number, at: number, { window, clockSkewMs }: Switches) {
	if (window === 'clock') return at - ((((at + clockSkewMs) % minuteMs) + minuteMs) % minuteMs);
	return at < start + minuteMs ? start : at;
}

type Recent = ReturnType<typeof createRecent>;

/** The times of what happened in the last 60 seconds. */
function createRecent() {
	let times: number[] = [];
	let head = 0;
	function forget(at: number) {
		while (head < times.length && (times[head] as number) <= at - minuteMs) head++;
		if (head > 1000 && head * 2 > times.length) {
			times = times.slice(head);
			head = 0;
		}
	}
	return {
		add: (at: number) => void times.push(at),
		count(at: number) {
			forget(at);
			return times.length - head;
		},
		first(at: number) {
			forget(at);
			return times[head];
		},
	};
}

/** The headers that tell a client about its allowance. */
export function rateHeaders(taken: Taken, at: number, switches: Switches): Record<string, string> {
	const headers: Record<string, string> = {};
	if (switches.rateHeaders && (switches.limit > 0 || switches.announcedLimit > 0)) {
		headers['x-ratelimit-limit'] = String(taken.limit);
		headers['x-ratelimit-remaining'] = String(taken.remaining);
		headers['x-ratelimit-reset'] = String(resetValue(taken.resetAt, at, switches));
	}
	return headers;
}

function resetValue(resetAt: number, at: number, { resetFormat, clockSkewMs }: Switches) {
	const reset = resetAt + clockSkewMs;
	if (resetFormat === 'milliseconds') return Math.round(reset);
	if (resetFormat === 'delta') return Math.ceil((resetAt - at) / 1000);
	return resetFormat === 'seconds-floor' ? Math.floor(reset / 1000) : Math.ceil(reset / 1000);
}

/** The `Retry-After` of a 429, if it has one. */
export function retryAfter(taken: Taken, at: number, switches: Switches): Record<string, string> {
	const seconds = Math.max(1, Math.ceil((taken.resetAt - at) / 1000));
	if (switches.retryAfter === 'seconds') return { 'retry-after': String(seconds) };
	if (switches.retryAfter === 'none') return {};
	const until = Math.ceil((taken.resetAt + switches.clockSkewMs) / 1000) * 1000;
	return { 'retry-after': new Date(until).toUTCString() };
}
