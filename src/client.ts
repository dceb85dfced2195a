import { type CheckResult, checkResult, faultText, stopError, unreachable } from './advice';
import { StoppedError, TransientError } from './errors';
import { createPace, type RateReading } from './pace';
import type {
	Clock,
	HttpRequest,
	HttpResponse,
	NetworkFault,
	StopSignal,
	Transport,
} from './ports';
import { readRate } from './rate';
import {
	type ApiError,
	parse,
	readError,
	readUpsert,
	type UpsertAnswer,
	verdictOf,
} from './response';
import { retryDelay } from './retry';
import type { Pace } from './schema';

/** A check answers within 15 s; this leaves time to start and to print. */
const CHECK_TIMEOUT_MS = 10_000;

/** An ID that nobody has, so that the check reads nobody's data. */
const NOBODY = 'flameup-connection-check';

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

/** Flameup's answer to a write: it took it, or it refuses it for a reason that lies in the data. */
export type Written<T> =
	| ({ readonly refused: false } & T)
	| { readonly refused: true; readonly status: number; readonly error: ApiError };

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

export interface Client {
	/**
	 * Sends at most 100 people, each as JSON, and tries again while Flameup is busy or down.
	 * Throws ConfigError, TransientError or StoppedError.
	 */
	upsertPeople(
		userIds: readonly string[],
		people: readonly string[],
	): Promise<Written<{ readonly answer: UpsertAnswer }>>;
	/**
	 * Creates one person, given as JSON. Tried again only when Flameup certainly did not create them.
	 * Throws like upsertPeople.
	 */
	createPerson(person: string): Promise<Written<{ readonly person: unknown }>>;
	/** One cheap read; never throws, never waits for the allowance. */
	check(): Promise<CheckResult>;
	/** Whether the allowance has requests to spare for a batch that is not full. */
	hasSpare(): boolean;
	readonly stats: Readonly<ClientStats>;
}

export function createClient(options: ClientOptions): Client {
	const { clock, signal, transport } = options;
	const workspace = encodeURIComponent(options.workspaceId);
	const root = options.apiUrl.replace(/\/+$/, '');
	const base = workspace === '' ? root : `${root}/workspaces/${workspace}`;
	const pace = createPace(options.pace.requests_per_minute, options.pace.follow_announced_limit);
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

	async function waitForAllowance(): Promise<void> {
		for (;;) {
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
		const ms = retryDelay(attempt, reading?.retryAfterMs ?? reset, clock.random());
		if (limited) {
			stats.rateLimited++;
			pace.hold(now + ms);
		} else {
			stats.faults++;
		}
		return ms;
	}

	/** Sends until there is an answer that is not a passing fault. */
	async function send<T>(
		path: string,
		body: string,
		read: (response: HttpResponse) => T | undefined,
		isRepeatable: (answer: HttpResponse | NetworkFault) => boolean,
	): Promise<Written<{ readonly value: T }>> {
		const timeoutMs = options.pace.timeout_seconds * 1000;
		const patienceMs = options.pace.give_up_after_minutes * 60_000;
		const request: HttpRequest = { method: 'POST', url: base + path, headers, body, timeoutMs };
		let firstFaultAt: number | undefined;
		for (let attempt = 0; ; attempt++) {
			const { answer, reading } = await exchange(request);
			const verdict = 'status' in answer ? verdictOf(answer.status) : 'fault';
			if ('status' in answer && verdict === 'ok') {
				const value = read(answer);
				answerArrived();
				if (value !== undefined) return { refused: false, value };
			} else if ('status' in answer && verdict === 'refused') {
				answerArrived();
				return { refused: true, status: answer.status, error: readError(answer) };
			} else if ('status' in answer && verdict === 'stop') {
				answerArrived();
				throw stopError(answer);
			}
			const now = clock.now();
			firstFaultAt ??= now;
			const ms = pauseAfter(answer, reading, attempt);
			answerArrived();
			if (!isRepeatable(answer) || now + ms - firstFaultAt > patienceMs) {
				throw new TransientError(faultText(answer, now - firstFaultAt));
			}
			const limited = 'status' in answer && answer.status === 429;
			if (!limited) await clock.sleep(ms, signal);
			if (signal.aborted) throw new StoppedError('The run was stopped.');
		}
	}

	return {
		stats,
		hasSpare: () => pace.hasSpare(clock.now()),
		async upsertPeople(userIds, people) {
			const body = `{"people":[${people.join(',')}]}`;
			const read = (response: HttpResponse) => readUpsert(response, userIds);
			const written = await send('/people/batch', body, read, () => true);
			return written.refused ? written : { refused: false, answer: written.value };
		},
		async createPerson(person) {
			const read = ({ body }: HttpResponse) => ({ person: parse(body) });
			const notCreated = (answer: HttpResponse | NetworkFault) =>
				'status' in answer ? answer.status === 429 : !answer.sent;
			const written = await send('/people', person, read, notCreated);
			return written.refused ? written : { refused: false, person: written.value.person };
		},
		async check() {
			const path =
				workspace === ''
					? `${root}/people?limit=1`
					: `${base}/people/search?external_id=${NOBODY}&limit=1`;
			const timeoutMs = Math.min(CHECK_TIMEOUT_MS, options.pace.timeout_seconds * 1000);
			const answer = await transport({ method: 'GET', url: path, headers, timeoutMs });
			return 'status' in answer ? checkResult(answer) : { ok: false, message: unreachable(answer) };
		},
	};
}
