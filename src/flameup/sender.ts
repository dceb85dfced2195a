import { type ConfigError, StoppedError, TransientError, UncertainError } from '../errors';
import type {
	Clock,
	HttpRequest,
	HttpResponse,
	NetworkFault,
	StopSignal,
	Transport,
} from '../ports';
import type { Pace } from '../settings/settings';
import { faultText, isUntrusted, stopError, uncertainText } from './advice';
import { type ApiError, readError, type Verdict, verdictOf } from './answers';
import { readRate } from './rateHeaders';
import { createPace, type RateReading } from './rateLimiter';
import { retryDelay } from './retry';

/** After a 429: a reset can lie in the past by our clock, and not yet by that of the server. */
const LEAST_HOLD_MS = 1_000;

/** Where Flameup is, and the network and the time that are given to us. */
export interface ClientOptions {
	/** Without a trailing slash, such as https://api.flameup.ai/api/v1. */
	readonly apiUrl: string;
	/** Empty: the paths without a workspace, where the key decides. */
	readonly workspaceId: string;
	/** Left out when the transport adds the Authorization header itself. */
	readonly apiKey?: string;
	readonly pace: Pace;
	readonly transport: Transport;
	readonly clock: Clock;
	/** Once aborted, nothing more is sent; what is under way comes to its end. */
	readonly signal: StopSignal;
}

/** Flameup's answer to a request: it took it, or it refuses it for a reason that lies in the data. */
export type Written<T> =
	| ({ readonly refused: false } & T)
	| { readonly refused: true; readonly status: number; readonly error: ApiError };

/** Counts of what went over the network. */
export interface ClientStats {
	requests: number;
	/** Requests that Flameup answered with 429. */
	rateLimited: number;
	/** Requests that failed for another passing reason. */
	faults: number;
	/** Time in which a request was ready, but the allowance was used up. */
	waitedMs: number;
	/** Until when the next request has to wait; in the past when none does. */
	waitingUntil: number;
}

/** One request, and how its answer is to be taken. */
interface Asked<T> {
	readonly method: HttpRequest['method'];
	/** Begins with a slash, and follows the workspace. */
	readonly path: string;
	readonly body?: readonly string[];
	/** What a 2xx answer says; undefined when it cannot be read, which is a fault. */
	read(response: HttpResponse): T | undefined;
	/** Whether the same request may be sent again after a fault. */
	isRepeatable(answer: HttpResponse | NetworkFault): boolean;
	/** What the API key must be allowed to do. */
	readonly permission: string;
	/** What a 404 in Flameup's own words means, where it is not about the workspace. */
	readonly absent?: T;
}

/** Sends requests within the allowance of the key. */
export interface Sender {
	/** The address of the API with the workspace, if there is one. */
	readonly base: string;
	readonly headers: Readonly<Record<string, string>>;
	/**
	 * Sends when the allowance lets it, until there is an answer that is not a passing fault.
	 * Throws ConfigError, TransientError (UncertainError when it may not be repeated) or StoppedError.
	 */
	send<T>(asked: Asked<T>): Promise<Written<{ readonly value: T }>>;
	/** Whether the allowance has requests to spare for a batch that is not full. */
	hasSpare(): boolean;
	readonly stats: Readonly<ClientStats>;
}

/** The one way out to Flameup: everybody who uses a key in this run shares its allowance here. */
export function createSender(options: ClientOptions): Sender {
	const { clock, signal, transport } = options;
	const workspace = encodeURIComponent(options.workspaceId);
	const root = options.apiUrl.replace(/\/+$/, '');
	const base = workspace === '' ? root : `${root}/workspaces/${workspace}`;
	const { follow_announced_limit, requests_per_minute } = options.pace;
	const pace = createPace(requests_per_minute, follow_announced_limit);
	const stats: ClientStats = {
		requests: 0,
		rateLimited: 0,
		faults: 0,
		waitedMs: 0,
		waitingUntil: 0,
	};
	const headers = {
		accept: 'application/json',
		'content-type': 'application/json',
		...(options.apiKey !== undefined && { authorization: `Bearer ${options.apiKey}` }),
	};

	/** Everybody queues here, so that one sleeps for all and the order stays. */
	let turn: Promise<void> = Promise.resolve();
	let onAnswer: (() => void)[] = [];
	/** Why nobody may ask any more: the next answer would be the same. */
	let ended: ConfigError | undefined;

	async function waitForAllowance(): Promise<void> {
		for (;;) {
			if (ended !== undefined) throw ended;
			if (signal.aborted) throw new StoppedError('The run was stopped.');
			const started = clock.now();
			const ms = pace.wait(started);
			if (ms <= 0) return;
			if (ms === Number.POSITIVE_INFINITY) {
				await new Promise<void>((resolve) => onAnswer.push(resolve));
			} else {
				stats.waitingUntil = started + ms;
				await clock.sleep(ms, signal);
				stats.waitedMs += clock.now() - started;
			}
		}
	}

	async function exchange(request: HttpRequest) {
		const ticket = turn.then(waitForAllowance).then(() => pace.sent());
		turn = ticket.then(
			() => undefined,
			() => undefined,
		);
		const held = await ticket;
		stats.requests++;
		const answer = await transport(request);
		const reading = 'status' in answer ? readRate(answer.headers, clock.now()) : undefined;
		pace.answered(held, clock.now(), reading);
		return { answer, reading };
	}

	function answerArrived(): void {
		const waiting = onAnswer;
		onAnswer = [];
		for (const resolve of waiting) resolve();
	}

	/** When the same request may be tried again, and that this is known to everybody after a 429. */
	function pauseAfter(
		answer: HttpResponse | NetworkFault,
		reading: RateReading | undefined,
		attempt: number,
	): number {
		const now = clock.now();
		const limited = 'status' in answer && answer.status === 429;
		const reset = limited && reading?.resetAt !== undefined ? reading.resetAt - now : undefined;
		const delay = retryDelay(attempt, reading?.retryAfterMs ?? reset, clock.random());
		const ms = limited ? Math.max(LEAST_HOLD_MS, delay) : delay;
		if (limited) {
			stats.rateLimited++;
			pace.hold(now + ms);
		} else {
			stats.faults++;
		}
		return ms;
	}

	async function send<T>(asked: Asked<T>): Promise<Written<{ readonly value: T }>> {
		const { absent, body, method } = asked;
		const timeoutMs = options.pace.timeout_seconds * 1000;
		const patienceMs = options.pace.give_up_after_minutes * 60_000;
		const url = base + asked.path;
		const request = { method, url, headers, timeoutMs, ...(body !== undefined && { body }) };
		const sent = () => body?.join('');
		let firstFaultAt: number | undefined;
		for (let attempt = 0; ; attempt++) {
			const { answer, reading } = await exchange(request);
			const verdict = 'status' in answer ? verdictOf(answer.status) : verdictOnFault(answer);
			if ('status' in answer && verdict === 'ok') {
				const value = asked.read(answer);
				answerArrived();
				if (value !== undefined) return { refused: false, value };
			} else if ('status' in answer && verdict === 'refused') {
				answerArrived();
				return { refused: true, status: answer.status, error: readError(answer) };
			} else if (verdict === 'stop') {
				const isAbsent = absent !== undefined && isAbsence(answer);
				if (!isAbsent) ended = stopError(answer, asked.permission, sent());
				answerArrived();
				if (isAbsent) return { refused: false, value: absent };
				throw ended;
			}
			const now = clock.now();
			firstFaultAt ??= now;
			const ms = pauseAfter(answer, reading, attempt);
			answerArrived();
			if (!asked.isRepeatable(answer)) throw new UncertainError(uncertainText(answer, sent()));
			if (now + ms - firstFaultAt > patienceMs) {
				throw new TransientError(faultText(answer, now - firstFaultAt, sent()));
			}
			const limited = 'status' in answer && answer.status === 429;
			if (!limited) await clock.sleep(ms, signal);
			if (signal.aborted) throw new StoppedError('The run was stopped.');
		}
	}

	return { base, headers, send, stats, hasSpare: () => pace.hasSpare(clock.now()) };
}

/** A 404 of Flameup's own; one without its words comes from a wrong address. */
const isAbsence = (answer: HttpResponse | NetworkFault): boolean =>
	'status' in answer && answer.status === 404 && readError(answer).message !== '';

const verdictOnFault = (fault: NetworkFault): Verdict => (isUntrusted(fault) ? 'stop' : 'fault');
