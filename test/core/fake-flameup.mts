import {
	type Answer,
	createFlameup,
	type Flameup,
	type FlameupOptions,
} from '../../simulator/flameup.mts';
import { defaultKey } from '../../simulator/keys.mts';
import { roll } from '../../simulator/roll.mts';
import {
	type HttpRequest,
	type HttpResponse,
	type NetworkFault,
	networkFault,
	type Transport,
} from '../../src/ports';
import type { FakeClock } from './fake-clock.mts';

export const API_URL = 'https://flameup.test/api/v1';
export const API_KEY = defaultKey;
export const WORKSPACE = 'ws_simulator';

export interface FakeFlameupOptions extends Partial<Omit<FlameupOptions, 'now' | 'latencyMs'>> {
	/** From start to answer; the request arrives somewhere in between. */
	latencyMs?: readonly [number, number];
}

/** One request as both ends saw it. */
interface Exchange {
	readonly request: HttpRequest;
	readonly people: number;
	readonly startedAt: number;
	arrivedAt: number;
	answeredAt: number;
	/** The HTTP status, or the network fault; undefined while there is none. */
	status?: number | string;
	/** The whole answer; undefined while there is none. */
	answer?: HttpResponse | NetworkFault;
}

export interface FakeFlameup {
	readonly transport: Transport;
	readonly flameup: Flameup;
	/** In the order in which they started. */
	readonly exchanges: Exchange[];
	/** How often a person was in two requests under way at once. */
	readonly overlaps: number;
	readonly mostInFlight: number;
	/** Another client of the same key makes a request. */
	foreign(): void;
}

/** The simulator with latency: answers may arrive out of order. */
export function createFakeFlameup(
	clock: FakeClock,
	{ latencyMs: [low, high] = [20, 150], ...options }: FakeFlameupOptions = {},
): FakeFlameup {
	const flameup = createFlameup({ now: clock.now, ...options });
	const exchanges: Exchange[] = [];
	const underWay = new Set<Set<string>>();
	const counts = { overlaps: 0, mostInFlight: 0 };
	const draw = (what: string) => roll(options.seed ?? 1, what, exchanges.length);

	function depart(userIds: Set<string>): void {
		for (const other of underWay) {
			for (const userId of userIds) if (other.has(userId)) counts.overlaps++;
		}
		underWay.add(userIds);
		counts.mostInFlight = Math.max(counts.mostInFlight, underWay.size);
	}

	async function transport(request: HttpRequest): Promise<HttpResponse | NetworkFault> {
		const userIds = userIdsIn(request);
		depart(userIds);
		const startedAt = clock.now();
		const exchange: Exchange = {
			request,
			people: userIds.size,
			startedAt,
			arrivedAt: Number.NaN,
			answeredAt: Number.NaN,
		};
		exchanges.push(exchange);
		const total = Math.round(low + draw('latency') * (high - low));
		const there = Math.round(total * draw('way'));
		await clock.sleep(there);
		exchange.arrivedAt = clock.now();
		const answer = flameup.handle(simulated(request));
		const stalls = 'fault' in answer && answer.fault === 'stall';
		await clock.sleep(stalls ? request.timeoutMs - there : total - there);
		exchange.answeredAt = clock.now();
		underWay.delete(userIds);
		const received = asReceived(answer);
		exchange.answer = received;
		exchange.status = 'status' in received ? received.status : received.fault;
		return received;
	}

	return {
		transport,
		flameup,
		exchanges,
		get overlaps() {
			return counts.overlaps;
		},
		get mostInFlight() {
			return counts.mostInFlight;
		},
		foreign: () => {
			const headers = { authorization: `Bearer ${API_KEY}` };
			flameup.handle({ method: 'GET', path: '/api/v1/people?limit=1', headers, body: '' });
		},
	};
}

const userIdsIn = ({ body }: HttpRequest): Set<string> => {
	const people: { userId: string }[] =
		body === undefined ? [] : (JSON.parse(body.join('')).people ?? []);
	return new Set(people.map(({ userId }) => userId));
};

/** The request as it arrives: a transport adds the API key. */
const simulated = ({ method, url, headers, body = [] }: HttpRequest) => {
	const { pathname, search } = new URL(url);
	return {
		method,
		path: pathname + search,
		headers: { ...headers, authorization: `Bearer ${API_KEY}` },
		body: body.join(''),
	};
};

function asReceived(answer: Answer): HttpResponse | NetworkFault {
	if (!('fault' in answer)) return answer;
	return networkFault(answer.fault === 'stall' ? 'TIMEOUT' : 'ECONNRESET');
}

/** The most requests that started in any 60 seconds. */
export function mostInAMinute(exchanges: readonly Exchange[]): number {
	let most = 0;
	let first = 0;
	for (const [i, { startedAt }] of exchanges.entries()) {
		while ((exchanges[first]?.startedAt ?? startedAt) <= startedAt - 60_000) first++;
		most = Math.max(most, i - first + 1);
	}
	return most;
}
