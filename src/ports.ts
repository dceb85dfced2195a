/** What the core needs to know of a wish to stop; an AbortSignal is one. */
export interface StopSignal {
	readonly aborted: boolean;
}

/** Lets the core end its own waiting when a run fails; an AbortController is one. */
export interface Stop {
	readonly signal: StopSignal;
	abort(): void;
}

/** Time and chance, given by the host, so that tests can run years of waiting in milliseconds. */
export interface Clock {
	/** Milliseconds since 1970; never goes back. */
	now(): number;
	/** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
	sleep(ms: number, signal?: StopSignal): Promise<void>;
	/** 0 ≤ random < 1. */
	random(): number;
}

/** One request, complete but for what the host adds. */
export interface HttpRequest {
	readonly method: 'GET' | 'POST' | 'PUT';
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	/** The text of the body, in parts: to join a hundred people costs as much as to encode them. */
	readonly body?: readonly string[];
	readonly timeoutMs: number;
}

/** Any answer with a status, whatever the status; header names are lower-case. */
export interface HttpResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly body: string;
}

/** No answer came. `sent` is false only when the request certainly did not reach Flameup. */
export interface NetworkFault {
	/** A short code such as ECONNREFUSED or TIMEOUT; never a URL, a header or a body. */
	readonly fault: string;
	readonly sent: boolean;
}

/** One HTTP exchange; never rejects, follows no redirect. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse | NetworkFault>;
