import { FlameupError, type Problem } from '../errors';
import { WINDOW_MS } from '../limits';
import type {
	Clock,
	HttpRequest,
	HttpResponse,
	NetworkFault,
	StopSignal,
	Transport,
} from '../ports';
import type { Settings } from '../settings/settings';
import { type Verdict, verdictOf } from './answers';
import { backoffMs } from './backoff';
import { type Complaint, isForeign, readComplaint } from './complaints';
import { type RateReading, readRate } from './rateHeaders';
import { RateLimiter, type Ticket } from './rateLimiter';
import {
	faultProblem,
	type Heard,
	isProbablyMistyped,
	isUntrusted,
	stopProblem,
	uncertainProblem,
} from './stops';

/** After a 429: by our clock a reset can lie in the past, and not yet by that of the server. */
const LEAST_HOLD_MS = 1_000;

/** How long a request is tried again whose address is probably mistyped. */
const MISTYPED_PATIENCE_MS = 25_000;

/** How long a refusal that is not Flameup's is taken for a passing fault of a proxy. */
const FOREIGN_PATIENCE_MS = 30_000;

/** Who waits for the answer to another client's request looks this often whether they are to stop. */
const RECHECK_MS = 1_000;

/** Trouble is told at most this often. */
const TELL_EVERY_MS = 60_000;

/** Where Flameup is, and the network and the time that are given to us. */
export interface ClientOptions {
	readonly settings: Pick<Settings, 'api_url' | 'workspace_id' | 'pace'>;
	readonly transport: Transport;
	readonly clock: Clock;
	/** Once aborted, nothing more is sent; requests under way come to their end. */
	readonly signal: StopSignal;
	/** The books of the API key, when other clients in this process use it too. */
	readonly limiter?: RateLimiter;
	/** Called at most once a minute while requests fail. */
	onTrouble?(problem: Problem): void;
}

/** Flameup's answer to a request: it took it, or it refuses it for a reason that lies in the data. */
export type Written<T> =
	| ({ readonly refused: false } & T)
	| { readonly refused: true; readonly complaint: Complaint };

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
	/** Why the latest request failed; undefined once one succeeds. */
	trouble?: Problem | undefined;
}

/** One request, and how its answer is to be taken. */
export interface Call<T> {
	readonly method: HttpRequest['method'];
	/** Begins with a slash, and follows the workspace. */
	readonly path: string;
	readonly body?: readonly string[];
	/** What a 2xx answer says; undefined when it is no answer of Flameup's, which is a fault. */
	read(response: HttpResponse, isProven: boolean): T | undefined;
	/** Whether such an answer has a documented form that nobody else would give. */
	proves?(value: T): boolean;
	/** Whether the same request may be sent again after a fault. */
	isRepeatable(answer: HttpResponse | NetworkFault): boolean;
	/** What the API key must be allowed to do. */
	readonly permission: string;
	/** What a 404 in Flameup's own words means, where it is not about the workspace. */
	readonly absent?: T;
}

/** One try, and what its answer says of the allowance. */
interface Try {
	readonly sentAt: number;
	readonly answer: HttpResponse | NetworkFault;
	readonly reading: RateReading | undefined;
}

/** The one way out to Flameup: everybody who uses a key in this run shares its allowance here. */
export class Sender {
	readonly #options: ClientOptions;
	readonly #limiter: RateLimiter;
	/** What this client allows itself of books that others may use faster. */
	readonly #pace: number;
	/** The address of the API with the workspace, if there is one. */
	readonly base: string;
	readonly stats: ClientStats = {
		requests: 0,
		rateLimited: 0,
		faults: 0,
		waitedMs: 0,
		waitingUntil: 0,
	};
	/** Everybody queues here, so that one sleeps for all and the order stays. */
	#turn: Promise<void> = Promise.resolve();
	/** Why nobody may ask any more: the next answer would be the same. */
	#ended: FlameupError | undefined;
	/** Faults since the last answer that was none; those of requests sent together count as one. */
	#failures = 0;
	#failedAt = Number.NEGATIVE_INFINITY;
	#heard: Heard = 'nothing';
	#toldAt = Number.NEGATIVE_INFINITY;

	constructor(options: ClientOptions) {
		this.#options = options;
		const { api_url, pace, workspace_id } = options.settings;
		const root = api_url.replace(/\/+$/, '');
		this.base =
			workspace_id === '' ? root : `${root}/workspaces/${encodeURIComponent(workspace_id)}`;
		const { follow_announced_limit, requests_per_minute } = pace;
		this.#limiter = options.limiter ?? new RateLimiter(requests_per_minute, follow_announced_limit);
		this.#pace = follow_announced_limit ? Number.POSITIVE_INFINITY : requests_per_minute;
	}

	/** Whether the allowance has requests to spare for a batch that is not full. */
	hasSpare(): boolean {
		return this.#limiter.hasSpare(this.#options.clock.now());
	}

	/**
	 * Sends when the allowance lets it, until there is an answer that is not a passing fault. Throws
	 * FlameupError; one of the kind `uncertain` when the request may not be repeated.
	 */
	async send<T>(call: Call<T>): Promise<Written<{ readonly value: T }>> {
		const { clock, signal } = this.#options;
		let firstFaultAt: number | undefined;
		for (let failures = 1; ; failures++) {
			const tried = await this.#exchange(call);
			const { answer } = tried;
			const forMs = firstFaultAt === undefined ? 0 : clock.now() - firstFaultAt;
			const written = this.#taken(call, answer, forMs);
			if (written !== undefined) return written;

			const now = clock.now();
			firstFaultAt ??= now;
			const problem = faultProblem(answer, now - firstFaultAt, this.#heard);
			const pauseMs = this.#pauseAfter(tried, failures, problem);
			this.#limiter.judged();
			if (!call.isRepeatable(answer)) throw new FlameupError(uncertainProblem(answer));
			this.stats.trouble = problem;
			const nextAt = Math.max(now + pauseMs, this.#limiter.heldUntil);
			if (nextAt - firstFaultAt > this.#patienceMs(answer)) throw new FlameupError(problem);
			this.#tell(problem);
			if (!isRateLimited(answer)) await clock.sleep(pauseMs, signal);
			if (signal.aborted) throw this.#stopped();
		}
	}

	/** Wakes those who wait for an answer, also when this one ends the run. */
	#taken<T>(
		call: Call<T>,
		answer: HttpResponse | NetworkFault,
		forMs: number,
	): Written<{ readonly value: T }> | undefined {
		let isRead = false;
		try {
			const written = this.#take(call, answer, forMs);
			isRead = true;
			return written;
		} finally {
			if (!isRead) this.#limiter.judged();
		}
	}

	/** The value or the refusal of an answer; undefined when it is a fault. Throws when it ends the run. */
	#take<T>(
		call: Call<T>,
		answer: HttpResponse | NetworkFault,
		forMs: number,
	): Written<{ readonly value: T }> | undefined {
		const verdict = this.#verdict(answer, forMs);
		if ('status' in answer && verdict === 'ok') {
			const value = call.read(answer, this.#heard === 'flameup');
			if (value === undefined) return undefined;
			if (call.proves?.(value) ?? true) this.#heard = 'flameup';
			return this.#settled({ refused: false, value });
		}
		if ('status' in answer && verdict === 'refused') {
			return this.#settled({ refused: true, complaint: readComplaint(answer) });
		}
		if (verdict === 'fault') return undefined;
		if (call.absent !== undefined && isAbsence(answer)) {
			return this.#settled({ refused: false, value: call.absent });
		}
		this.#ended = new FlameupError(stopProblem(answer, call.permission));
		throw this.#ended;
	}

	#settled<T>(written: T): T {
		this.#failures = 0;
		this.stats.trouble = undefined;
		this.#limiter.judged();
		return written;
	}

	/**
	 * A 403 after others were accepted is about what was sent, and so a refusal. The page of a proxy that
	 * refuses or stops is first taken for a fault; only a 413 is a proxy's to say.
	 */
	#verdict(answer: HttpResponse | NetworkFault, forMs: number): Verdict {
		if ('fault' in answer) return isUntrusted(answer) ? 'stop' : 'fault';
		const { status } = answer;
		const isProven = this.#heard === 'flameup';
		const verdict = status === 403 && isProven ? 'refused' : verdictOf(status);
		const mayPass = verdict === 'refused' ? status !== 413 : verdict === 'stop' && isProven;
		return mayPass && forMs < FOREIGN_PATIENCE_MS && isForeign(answer) ? 'fault' : verdict;
	}

	async #exchange({ body, method, path }: Call<unknown>): Promise<Try> {
		const { clock, settings, transport } = this.#options;
		const ticket = this.#turn.then(() => this.#takeTicket());
		this.#turn = ticket.then(
			() => undefined,
			() => undefined,
		);
		const held = await ticket;
		this.stats.requests++;
		const sentAt = clock.now();
		const answer = await transport({
			method,
			url: this.base + path,
			headers: HEADERS,
			timeoutMs: settings.pace.timeout_seconds * 1000,
			...(body !== undefined && { body }),
		});
		if ('status' in answer && this.#heard === 'nothing') this.#heard = 'anything';
		const reading = 'status' in answer ? readRate(answer.headers, clock.now()) : undefined;
		this.#limiter.answered(held, clock.now(), reading);
		return { sentAt, answer, reading };
	}

	/** Waits for the allowance; nobody who shares it can come in between. */
	async #takeTicket(): Promise<Ticket> {
		const { clock, limiter, signal } = this.#options;
		for (;;) {
			if (this.#ended !== undefined) throw this.#ended;
			if (signal.aborted) throw this.#stopped();
			const started = clock.now();
			this.#failIfHeldTooLong(started);
			const ms = this.#limiter.wait(started, this.#pace);
			if (ms <= 0) return this.#limiter.sent(this.#pace);
			if (ms === Number.POSITIVE_INFINITY) {
				const answer = this.#limiter.nextAnswer();
				await (limiter === undefined
					? answer
					: Promise.race([answer, clock.sleep(RECHECK_MS, signal)]));
			} else {
				this.stats.waitingUntil = started + ms;
				await clock.sleep(ms, signal);
				this.stats.waitedMs += clock.now() - started;
			}
		}
	}

	/** Flameup can ask for a longer pause than anybody waits; a window of the allowance ends sooner. */
	#failIfHeldTooLong(now: number): void {
		const trouble = this.stats.trouble ?? this.#limiter.heldFor;
		const longestMs = Math.max(WINDOW_MS, this.#giveUpAfterMs);
		if (trouble !== undefined && this.#limiter.heldUntil - now > longestMs) {
			throw new FlameupError(trouble);
		}
	}

	get #giveUpAfterMs(): number {
		return this.#options.settings.pace.give_up_after_minutes * 60_000;
	}

	/** How long this request pauses; everybody else waits too, and then one request goes ahead. */
	#pauseAfter({ answer, reading, sentAt }: Try, failures: number, problem: Problem): number {
		const { clock, signal } = this.#options;
		const now = clock.now();
		if (signal.aborted && 'fault' in answer) {
			// It was cut off here, which says nothing of Flameup to those who share the books.
			this.#limiter.hold(now);
			return 0;
		}
		const askedMs = reading?.retryAfterMs ?? 0;
		if (isRateLimited(answer)) {
			this.stats.rateLimited++;
			const untilReset = reading?.resetAt === undefined ? 0 : reading.resetAt - now;
			const known = reading?.retryAfterMs ?? untilReset;
			const ms = Math.max(LEAST_HOLD_MS, known || backoffMs(failures, clock.random()));
			this.#limiter.hold(now + ms, problem);
			return ms;
		}
		this.stats.faults++;
		if (sentAt >= this.#failedAt) this.#failures++;
		this.#failedAt = now;
		const sharedMs = Math.max(askedMs, backoffMs(this.#failures, clock.random()));
		this.#limiter.hold(now + sharedMs, problem);
		return Math.max(askedMs, backoffMs(failures, clock.random()));
	}

	#patienceMs(answer: HttpResponse | NetworkFault): number {
		const isMistyped = this.#heard === 'nothing' && isProbablyMistyped(answer);
		return isMistyped ? Math.min(this.#giveUpAfterMs, MISTYPED_PATIENCE_MS) : this.#giveUpAfterMs;
	}

	#tell(problem: Problem): void {
		const now = this.#options.clock.now();
		if (now - this.#toldAt < TELL_EVERY_MS) return;
		this.#toldAt = now;
		this.#options.onTrouble?.(problem);
	}

	#stopped(): FlameupError {
		const { trouble } = this.stats;
		return new FlameupError({ code: 'stopped', ...(trouble !== undefined && { trouble }) });
	}
}

const HEADERS = {
	accept: 'application/json',
	'accept-encoding': 'identity',
	'content-type': 'application/json',
} as const;

const isRateLimited = (answer: HttpResponse | NetworkFault): boolean =>
	'status' in answer && answer.status === 429;

/** A 404 of Flameup's own; one without its words comes from a wrong address. */
const isAbsence = (answer: HttpResponse | NetworkFault): boolean =>
	'status' in answer && answer.status === 404 && readComplaint(answer).message !== '';
