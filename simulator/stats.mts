type Histogram = Record<string, number>;

const nothing = () => ({
	requests: 0,
	byEndpoint: {} as Record<string, Histogram>,
	byStatus: {} as Histogram,
	byPathStyle: {} as Histogram,
	faults: {} as Histogram,
	/** Number of batch requests by number of people in them. */
	peoplePerBatch: {} as Record<number, number>,
	peopleCreated: 0,
	peopleUpdated: 0,
	peopleRefused: 0,
	/** People who appeared more than once in one request. */
	repeatedInRequest: 0,
	/** People in a request that arrived before another request with them was answered. */
	sharedInFlight: 0,
	maxInFlight: 0,
	events: 0,
	/** Times that the list of people was read from its beginning. */
	listPasses: 0,
	tooManyRequests: 0,
	serverErrors: 0,
	keysMissing: 0,
	keysWrong: 0,
	/** Requests for a workspace that is not the one of the keys. */
	wrongWorkspace: 0,
	firstAt: undefined as number | undefined,
	lastAt: undefined as number | undefined,
});

/** Counts since the start or the last reset. */
export interface Counts extends ReturnType<typeof nothing> {
	maxInAMinute: number;
	windows: number;
}

export type Stats = ReturnType<typeof createStats>;

interface InFlight {
	until: number;
	userIds: Set<string>;
}

/** Counts requests and people; keeps no bodies. */
export function createStats() {
	const counts = nothing();
	const timesLeftOut = new Map<string, number>();
	let inFlight: InFlight[] = [];
	let current: InFlight = { until: 0, userIds: new Set() };

	return {
		counts: () => structuredClone(counts),
		/** A request has arrived that will be answered at `until`. */
		arrived(at: number, until: number) {
			counts.requests++;
			counts.firstAt ??= at;
			counts.lastAt = at;
			inFlight = inFlight.filter((one) => one.until > at);
			current = { until, userIds: new Set() };
			counts.maxInFlight = Math.max(counts.maxInFlight, inFlight.length + 1);
			if (until > at) inFlight.push(current);
		},
		answered(endpoint: string, style: string, status: string) {
			const statuses = counts.byEndpoint[endpoint] ?? {};
			counts.byEndpoint[endpoint] = statuses;
			add(statuses, status);
			add(counts.byStatus, status);
			add(counts.byPathStyle, style);
			if (status === '429') counts.tooManyRequests++;
			if (status.startsWith('5')) counts.serverErrors++;
		},
		batchOf(size: number) {
			counts.peoplePerBatch[size] = (counts.peoplePerBatch[size] ?? 0) + 1;
		},
		/** The current request contains these people. */
		sent(userIds: string[]) {
			const others = inFlight.filter((one) => one !== current);
			for (const userId of userIds) {
				if (current.userIds.has(userId)) counts.repeatedInRequest++;
				else if (others.some((one) => one.userIds.has(userId))) counts.sharedInFlight++;
				current.userIds.add(userId);
			}
		},
		wrote(created: number, updated: number) {
			counts.peopleCreated += created;
			counts.peopleUpdated += updated;
		},
		refused(people: number) {
			counts.peopleRefused += people;
		},
		/** How often this person has been omitted from an answer, including this time. */
		leftOut(userId: string) {
			const times = (timesLeftOut.get(userId) ?? 0) + 1;
			timesLeftOut.set(userId, times);
			return times;
		},
		/** Counts a page from this offset; returns the number of passes so far. */
		listed(offset: number) {
			if (offset === 0) counts.listPasses++;
			return counts.listPasses;
		},
		event: () => void counts.events++,
		fault: (kind: string) => add(counts.faults, kind),
		keyMissing: () => void counts.keysMissing++,
		keyWrong: () => void counts.keysWrong++,
		workspaceWrong: () => void counts.wrongWorkspace++,
	};
}

function add(histogram: Histogram, name: string) {
	histogram[name] = (histogram[name] ?? 0) + 1;
}
