/** A request to stop; an AbortSignal is one. */
export interface StopSignal {
	readonly aborted: boolean;
}

/** Lets the core stop its own waiting when a run fails; an AbortController is one. */
export interface Stop {
	readonly signal: StopSignal;
	abort(): void;
}

/** Time and randomness from the host, so that tests need not really wait. */
export interface Clock {
	/** Milliseconds since 1970; never goes back. */
	now(): number;
	/** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
	sleep(ms: number, signal?: StopSignal): Promise<void>;
	/** 0 ≤ random < 1. */
	random(): number;
}

/** One request; the transport adds the API key. */
export interface HttpRequest {
	readonly method: 'GET' | 'POST' | 'PUT';
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	/** The body in parts, because joining a hundred people costs as much as encoding them. */
	readonly body?: readonly string[];
	readonly timeoutMs: number;
}

/** Any answer with a status, whatever the status; header names are lower-case. */
export interface HttpResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly body: string;
	/** The body as UTF-8, from transports that need not decode it before `body` is read. */
	readonly bytes?: Uint8Array;
}

/** A request without an answer. `sent` is false only if the request certainly did not reach Flameup. */
export interface NetworkFault {
	/** A short code such as ECONNREFUSED or TIMEOUT; never a URL, a header or a body. */
	readonly fault: string;
	readonly sent: boolean;
}

/** One HTTP exchange with the API key; never rejects, follows no redirect. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse | NetworkFault>;

/** Faults that occur before anything can have reached Flameup. */
const NOT_SENT: ReadonlySet<string> = new Set([
	'ENOTFOUND',
	'EAI_AGAIN',
	'ECONNREFUSED',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ERR_INVALID_URL',
	'ERR_PROXY_TUNNEL',
]);

/** The fault for a code such as ECONNREFUSED or TIMEOUT. */
export const networkFault = (code: string): NetworkFault => ({
	fault: code,
	sent: !NOT_SENT.has(code),
});

/** An object in storage, as it is listed. */
export interface StoredObject {
	readonly name: string;
	readonly bytes: number;
}

/** Objects that outlive a run, by names with a folder, such as `fingerprints/a1b2`. Methods reject with FlameupError. */
export interface Storage {
	/** The whole object; undefined if there is none. */
	read(name: string): Promise<Uint8Array | undefined>;
	/** Replaces the whole object; a reader sees the old one or the new one, never a part. */
	write(name: string, content: Uint8Array): Promise<void>;
	/**
	 * Adds to the end of an object, which should be short, because some storages send the whole of it again.
	 * When it resolves, the content survives a crash of the machine.
	 */
	append(name: string, chunk: Uint8Array): Promise<void>;
	/** Writes a short object only if it is still `was`, or if there is none; resolves with whether it did. */
	claim(name: string, content: string, was?: string): Promise<boolean>;
	/** Does nothing if there is no such object. */
	remove(name: string): Promise<void>;
	/** All objects whose names begin with this folder, such as `rejected/`. */
	list(folder: string): Promise<StoredObject[]>;
}

/** The SHA-256 of a text, one byte a character. */
export type Digest = (text: string) => string;
