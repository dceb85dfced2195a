import { FlameupError, type Problem, type Subject } from '../errors';
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
	type AnswersSoFar,
	faultProblem,
	isProbablyMistyped,
	isUntrusted,
	stopProblem,
	uncertainProblem,
} from './stops';

/** The shortest pause after a 429, because a reset that has passed on our clock may not have on the server's. */
const LEAST_HOLD_MS = 1_000;

/** How long to retry while the address is probably mistyped. */
const MISTYPED_PATIENCE_MS = 25_000;

/** How long a refusal that does not come from Flameup counts as a transient fault of a proxy. */
const FOREIGN_PATIENCE_MS = 30_000;

/** How often a request that waits for another client's answer checks whether to stop. */
const RECHECK_MS = 1_000;

/** The shortest time between two calls of onTrouble. */
const TROUBLE_EVERY_MS = 60_000;

/** The settings of a client, and the network and clock of its host. */
export interface ClientOptions {
	readonly settings: Pick<Settings, 'api_url' | 'workspace_id' | 'pace'>;
	readonly transport: Transport;
	readonly clock: Clock;
	/** Once aborted, no request is sent any more; those under way finish. */
	readonly signal: StopSignal;
	/** The limiter of the API key, if other clients in this process use it too. */
	readonly limiter?: RateLimiter;
	/** Called at most once a minute while requests fail. */
	onTrouble?(problem: Problem): void;
}

/** Flameup accepted a request, or refused its data. */
export type Written<T> =
	| ({ readonly refused: false } & T)
	| { readonly refused: true; readonly complaint: Complaint };

/** Counts of requests and waiting. */
export interface ClientStats {
	requests: number;
	/** Requests answered with 429. */
	rateLimited: number;
	/** Requests that failed for another transient reason. */
	faults: number;
	/** Time that requests waited for the allowance. */
	waitedMs: number;
	/** When the next request may be sent; in the past if none is waiting. */
	waitingUntil: number;
	/** Why the latest request failed; undefined once one succeeds. */
	trouble?: Problem | undefined;
}

/** The statistics of a client that has sent nothing yet. */
export const noRequests = (): ClientStats => ({
	requests: 0,
	rateLimited: 0,
	faults: 0,
	waitedMs: 0,
	waitingUntil: 0,
});

/** One request, and how to interpret its answer. */
export interface Call<T> {
	readonly method: HttpRequest['method'];
	/** The path after the workspace, with a leading slash. */
	readonly path: string;
	readonly body?: readonly string[];
	/** Reads a 2xx answer; undefined (a fault) if it does not come from Flameup. */
	read(response: HttpResponse, isProven: boolean): T | undefined;
	/** Whether the answer's form proves that it comes from Flameup; by default, every answer that is read does. */
	proves?(value: T): boolean;
	/** Whether the same request may be sent again after a fault. */
	isRepeatable(answer: HttpResponse | NetworkFault): boolean;
	/** The permission that the API key needs; undefined if Flameup's documentation does not name it. */
	readonly permission: string | undefined;
	/** The only path style in which the endpoint is documented: with the workspace in the path, or without. */
	readonly pathStyle?: 'workspace' | 'key';
	/** What the request is about, for errors. */
	readonly what?: Subject;
	/**
	 * When a 404 with a message from Flameup refuses this request, and does not mean an unknown workspace: always,
	 * or if the message is about a person or such a request was accepted before.
	 */
	readonly refusesUnknown?: 'always' | 'person';
	/** The value of a 404 with a message from Flameup, if it does not mean an unknown workspace. */
	readonly absent?: T;
}

/** One attempt, and what its answer says about the allowance. */
interface Try {
	readonly sentAt: number;
	readonly answer: HttpResponse | NetworkFault;
	readonly reading: RateReading | undefined;
}

/** Sends all requests of a run, which share the allowance of the API key. */
export class Sender {
	readonly #options: ClientOptions;
	readonly #limiter: RateLimiter;
	/** The client's own limit, if it shares a limiter that others use faster. */
	readonly #pace: number;
	/** The API's URL, with the workspace if one is set. */
	readonly base: string;
	/** The API's URL without a workspace. */
	readonly #root: string;
	readonly stats = noRequests();
	/** Requests queue here for the allowance, so that they keep their order and only one sleeps. */
	#turn: Promise<void> = Promise.resolve();
	/** The error that ended the run; further requests would fail in the same way. */
	#ended: FlameupError | undefined;
	/** Faults since the last good answer; those of requests sent together count as one. */
	#failures = 0;
	#failedAt = Number.NEGATIVE_INFINITY;
	#answersSoFar: AnswersSoFar = 'nothing';
	/** The kinds of requests that Flameup accepted with a documented answer. */
	readonly #accepted = new Set<string>();
	#troubleReportedAt = Number.NEGATIVE_INFINITY;

	constructor(options: ClientOptions) {
		this.#options = options;
		const { api_url, pace, workspace_id } = options.settings;
		this.#root = api_url.replace(/\/+$/, '');
		this.base =
			workspace_id === ''
				? this.#root
				: `${this.#root}/workspaces/${encodeURIComponent(workspace_id)}`;
		const { follow_announced_limit, requests_per_minute } = pace;
		this.#limiter = options.limiter ?? new RateLimiter(requests_per_minute, follow_announced_limit);
		this.#pace = follow_announced_limit ? Number.POSITIVE_INFINITY : requests_per_minute;
	}

	/** Whether the allowance has requests to spare for a partial batch. */
	hasSpare(): boolean {
		return this.#limiter.hasSpare(this.#options.clock.now());
	}

	/**
	 * Sends a request when the allowance permits, and retries transient faults. Throws FlameupError, of the kind
	 * `uncertain` if the request may have taken effect and must not be repeated.
	 */
	async send<T>(call: Call<T>): Promise<Written<{ readonly value: T }>> {
		if (call.pathStyle === 'workspace' && this.base === this.#root) {
			throw new FlameupError({ code: 'needs_workspace' });
		}
		const { clock, signal } = this.#options;
		let firstFaultAt: number | undefined;
		for (let failures = 1; ; failures++) {
			const tried = await this.#exchange(call);
			const { answer } = tried;
			const forMs = firstFaultAt === undefined ? 0 : clock.now() - firstFaultAt;
			const written = this.#readOrWake(call, answer, forMs);
			if (written !== undefined) return written;

			const now = clock.now();
			firstFaultAt ??= now;
			const problem = faultProblem(answer, now - firstFaultAt, this.#answersSoFar);
			const pauseMs = this.#pauseAfter(tried, failures, problem);
			this.#limiter.judged();
			if (!call.isRepeatable(answer)) throw new FlameupError(uncertainProblem(answer, call.what));
			this.stats.trouble = problem;
			const nextAt = Math.max(now + pauseMs, this.#limiter.heldUntil);
			if (nextAt - firstFaultAt > this.#patienceMs(answer)) throw new FlameupError(problem);
			this.#reportTrouble(problem);
			if (!isRateLimited(answer)) await clock.sleep(pauseMs, signal);
			if (signal.aborted) throw this.#stopped();
		}
	}

	/** Reads an answer; if it is a fault or ends the run, wakes the requests that wait for an answer. */
	#readOrWake<T>(
		call: Call<T>,
		answer: HttpResponse | NetworkFault,
		forMs: number,
	): Written<{ readonly value: T }> | undefined {
		let isRead = false;
		try {
			const written = this.#read(call, answer, forMs);
			isRead = true;
			return written;
		} finally {
			if (!isRead) this.#limiter.judged();
		}
	}

	/** The value or the refusal of an answer; undefined for a fault. Throws if it ends the run. */
	#read<T>(
		call: Call<T>,
		answer: HttpResponse | NetworkFault,
		forMs: number,
	): Written<{ readonly value: T }> | undefined {
		const wasAccepted = this.#accepted.has(kindOf(call));
		const verdict = this.#verdict(answer, wasAccepted, forMs);
		if ('status' in answer && verdict === 'ok') {
			const value = call.read(answer, this.#answersSoFar === 'flameup');
			if (value === undefined) return undefined;
			if (call.proves?.(value) ?? true) {
				this.#answersSoFar = 'flameup';
				this.#accepted.add(kindOf(call));
			}
			return this.#settled({ refused: false, value });
		}
		if ('status' in answer && verdict === 'refused') {
			return this.#settled({ refused: true, complaint: readComplaint(answer) });
		}
		if (verdict === 'fault') return undefined;
		const absence = absenceIn(answer, call, wasAccepted);
		if (absence !== undefined) return this.#settled(absence);
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
	 * A 403 after accepted requests of the same kind concerns the data, so it is a refusal. Refusals and stops
	 * that do not come from Flameup count as faults at first, except a 413, which a proxy may well send.
	 */
	#verdict(answer: HttpResponse | NetworkFault, wasAccepted: boolean, forMs: number): Verdict {
		if ('fault' in answer) return isUntrusted(answer) ? 'stop' : 'fault';
		const { status } = answer;
		const isProven = this.#answersSoFar === 'flameup';
		const verdict = status === 403 && wasAccepted ? 'refused' : verdictOf(status);
		const mayPass = verdict === 'refused' ? status !== 413 : verdict === 'stop' && isProven;
		return mayPass && forMs < FOREIGN_PATIENCE_MS && isForeign(answer) ? 'fault' : verdict;
	}

	async #exchange({ body, method, path, pathStyle }: Call<unknown>): Promise<Try> {
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
			url: (pathStyle === 'key' ? this.#root : this.base) + path,
			headers: HEADERS,
			timeoutMs: settings.pace.timeout_seconds * 1000,
			...(body !== undefined && { body }),
		});
		if ('status' in answer && this.#answersSoFar === 'nothing') this.#answersSoFar = 'anything';
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

	/** Flameup can ask for a longer pause than the run may wait; a window of the allowance is always waited for. */
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

	/** How long this request pauses. All other requests wait too, and then a single one is sent first. */
	#pauseAfter({ answer, reading, sentAt }: Try, failures: number, problem: Problem): number {
		const { clock, signal } = this.#options;
		const now = clock.now();
		if (signal.aborted && 'fault' in answer) {
			// The run itself aborted it, so clients that share the limiter need not back off.
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
		const isMistyped = this.#answersSoFar === 'nothing' && isProbablyMistyped(answer);
		return isMistyped ? Math.min(this.#giveUpAfterMs, MISTYPED_PATIENCE_MS) : this.#giveUpAfterMs;
	}

	#reportTrouble(problem: Problem): void {
		const now = this.#options.clock.now();
		if (now - this.#troubleReportedAt < TROUBLE_EVERY_MS) return;
		this.#troubleReportedAt = now;
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

/** Requests that need the same permission are of one kind. */
const kindOf = ({ permission, what }: Call<unknown>): string => permission ?? what ?? '';

/** Words for whom a request is about, and for what an address consists of. */
const PERSON = /person|people|user|recipient|profile|device/i;
const ADDRESS = /workspace|route|endpoint|path|url|cannot (?:get|post|put)/i;

/** What a 404 with a message from Flameup means for the call, if anything; one without comes from a wrong address. */
function absenceIn<T>(
	answer: HttpResponse | NetworkFault,
	{ absent, refusesUnknown }: Call<T>,
	wasAccepted: boolean,
): Written<{ readonly value: T }> | undefined {
	if (!('status' in answer) || answer.status !== 404) return undefined;
	const complaint = readComplaint(answer);
	if (complaint.message === '') return undefined;
	if (absent !== undefined) return { refused: false, value: absent };
	const isAboutPerson = PERSON.test(complaint.message) && !ADDRESS.test(complaint.message);
	const refuses =
		refusesUnknown === 'always' || (refusesUnknown === 'person' && (wasAccepted || isAboutPerson));
	return refuses ? { refused: true, complaint } : undefined;
}
