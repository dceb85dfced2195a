/** What has happened since the start or the last reset. */
export interface Counts {
	requests: number;
	byEndpoint: Record<string, Record<string, number>>;
	byStatus: Record<string, number>;
	byPathStyle: Record<string, number>;
	faults: Record<string, number>;
	/** Number of batch requests by number of people in them. */
	peoplePerBatch: Record<number, number>;
	peopleCreated: number;
	peopleUpdated: number;
	peopleRefused: number;
	/** People found more than once in one request. */
	repeatedInRequest: number;
	/** People found in two requests of which the first was not answered yet. */
	sharedInFlight: number;
	maxInFlight: number;
	events: number;
	/** Times that the list of people was read from its beginning. */
	listPasses: number;
	tooManyRequests: number;
	serverErrors: number;
	keysMissing: number;
	keysWrong: number;
	/** Requests that came without or with a wrong workspace where one is needed. */
	wrongWorkspace: number;
	maxInAMinute: number;
	windows: number;
	firstAt: number | undefined;
	lastAt: number | undefined;
}

export type Stats = ReturnType<typeof createStats>;

interface InFlight {
	until: number;
	userIds: Set<string>;
}

/** Counts what happens; keeps numbers, never bodies. */
export function createStats() {
	const counts: Omit<Counts, 'maxInAMinute' | 'windows'> = {
		requests: 0,
		byEndpoint: {},
		byStatus: {},
		byPathStyle: {},
		faults: {},
		peoplePerBatch: {},
		peopleCreated: 0,
		peopleUpdated: 0,
		peopleRefused: 0,
		repeatedInRequest: 0,
		sharedInFlight: 0,
		maxInFlight: 0,
		events: 0,
		listPasses: 0,
		tooManyRequests: 0,
		serverErrors: 0,
		keysMissing: 0,
		keysWrong: 0,
		wrongWorkspace: 0,
		firstAt: undefined,
		lastAt: undefined,
	};
	const timesLeftOut = new Map<string, number>();
	let inFlight: InFlight[] = [];
	let current: InFlight = { until: 0, userIds: new Set() };

	return {
		counts: () => structuredClone(counts),
		/** A request has come in that will be answered at `until`. */
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
		/** The request carries these people. */
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
		/** How often this person has been left out of an answer, this time included. */
		leftOut(userId: string) {
			const times = (timesLeftOut.get(userId) ?? 0) + 1;
			timesLeftOut.set(userId, times);
			return times;
		},
		/** A page from this offset was asked for; gives the number of passes so far. */
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

function add(histogram: Record<string, number>, name: string) {
	histogram[name] = (histogram[name] ?? 0) + 1;
}
