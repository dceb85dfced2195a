import type { Switches } from './switches.mts';

const minuteMs = 60_000;
/** The limit that all requests without a valid key share. */
const limitWithoutKey = 75;

/** Whether a request exceeds the limit, and what its rate headers report. */
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

/** Counts the requests of each key and refuses those above the limit. */
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
		/** Counts one request of the key, or of the pool for requests without a valid one. */
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
			const used = usedIn(bucket, at, switches) + switches.preused;
			const refused = switches.limit > 0 && used >= enforced;
			if (!refused || switches.countRefused) {
				bucket.used++;
				bucket.spent.add(at);
			}
			const limit = switches.announcedLimit || enforced;
			const remaining = refused ? 0 : Math.max(0, limit - used - 1);
			return { refused, limit, remaining, resetAt: firstIn(bucket, at, switches) + minuteMs };
		},
	};
}

/** Requests that count against the limit: of this window, or of the last 60 seconds where windows roll. */
const usedIn = ({ spent, used }: Bucket, at: number, { window }: Switches) =>
	window === 'rolling' ? spent.count(at) : used;

/** When the first of them arrived. */
const firstIn = ({ spent, start }: Bucket, at: number, { window }: Switches) =>
	window === 'rolling' ? (spent.first(at) ?? at) : start;

function windowStart(start: number, at: number, { window, clockSkewMs }: Switches) {
	if (window === 'clock') return at - ((((at + clockSkewMs) % minuteMs) + minuteMs) % minuteMs);
	return at < start + minuteMs ? start : at;
}

type Recent = ReturnType<typeof createRecent>;

/** The times of the requests in the last 60 seconds. */
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
