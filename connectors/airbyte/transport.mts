import type http from 'node:http';
import type https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import {
	type HttpResponse,
	type NetworkFault,
	networkFault,
	type Transport,
} from '../../src/ports';
import { InputError } from './inputError';

/** An answer to 100 people is about 100 KB; this much does not come from Flameup. */
const MOST_BYTES = 64_000_000;

/** The server, the API key and the number of connections. */
export interface TransportOptions {
	readonly url: string;
	readonly apiKey: string;
	readonly connections: number;
}

/**
 * HTTP over keep-alive connections; uses the environment's proxy and certificate settings and follows no
 * redirect. `close` ends idle connections, so that the process can exit.
 */
export function createTransport({ apiKey, connections, url }: TransportOptions): {
	transport: Transport;
	close(): void;
} {
	const { agent, open } = connect(url, connections);
	const authorization = `Bearer ${apiKey}`;
	const bodies = createBodies();
	const target = createTargets();

	const transport: Transport = (request) =>
		new Promise((resolve) => {
			const body = request.body === undefined ? undefined : bodies.encode(request.body);
			const length = body && { 'content-length': body.bytes.length };
			const headers = { ...request.headers, authorization, ...length };
			const exchange = new Exchange(request, resolve);
			const sending = open({ ...target(request.url), method: request.method, headers, agent });
			exchange.follow(sending, () => {
				// An answer can arrive before the whole body is sent; then its memory is still in use.
				if (body !== undefined && sending.writableFinished) bodies.free(body.memory);
			});
			sending.end(body?.bytes);
		});

	return { transport, close: () => agent.destroy() };
}

/** One request to any server. */
export interface RawRequest {
	readonly method: string;
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: Uint8Array;
	readonly timeoutMs: number;
}

/** One HTTP exchange; never rejects, follows no redirect. */
export type Send = (request: RawRequest) => Promise<HttpResponse | NetworkFault>;

/** The same connections as those of a transport, to another server than Flameup. */
export function createSend(url: string, connections: number): Send {
	const { agent, open } = connect(url, connections);
	return (request) =>
		new Promise((resolve) => {
			const { body, headers, method } = request;
			const exchange = new Exchange(request, resolve);
			const sending = open({ ...urlToHttpOptions(new URL(request.url)), method, headers, agent });
			exchange.follow(sending, () => undefined);
			sending.end(body);
		});
}

function connect(url: string, connections: number) {
	// Importing these modules also loads undici: `spec` took 276 ms instead of 103.
	const { Agent, request: open } = process.getBuiltinModule(
		url.startsWith('https:') ? 'node:https' : 'node:http',
	);
	refuseUnknownProxy(url);
	const agent = createAgent(Agent, {
		keepAlive: true,
		maxSockets: connections,
		proxyEnv: process.env,
	});
	return { agent, open };
}

/** One request; settles once, by its answer, a fault or its timer. */
class Exchange {
	readonly #resolve: (answer: HttpResponse | NetworkFault) => void;
	readonly #timer: NodeJS.Timeout;
	#sending: http.ClientRequest | undefined;
	#isSettled = false;

	constructor(
		{ timeoutMs }: { readonly timeoutMs: number },
		resolve: (answer: HttpResponse | NetworkFault) => void,
	) {
		this.#resolve = resolve;
		// Settles the exchange itself, because the request may hang in a proxy that never answers.
		this.#timer = setTimeout(() => this.#fail('TIMEOUT'), timeoutMs);
	}

	follow(sending: http.ClientRequest, onEnd: () => void): void {
		this.#sending = sending;
		sending.on('error', ({ code }: NodeJS.ErrnoException) => this.#fail(code ?? 'NETWORK'));
		// An unrequested 101.
		sending.on('upgrade', (_, socket) => {
			socket.destroy();
			this.#fail('ERR_UNEXPECTED_UPGRADE');
		});
		sending.on('response', (response) => {
			const chunks: Buffer[] = [];
			let bytes = 0;
			response.on('data', (chunk: Buffer) => {
				chunks.push(chunk);
				bytes += chunk.length;
				if (bytes > MOST_BYTES) this.#fail('ANSWER_TOO_LONG');
			});
			response.on('error', ({ code }: NodeJS.ErrnoException) => this.#fail(code ?? 'NETWORK'));
			response.on('end', () => {
				if (!response.complete) return this.#fail('ECONNRESET');
				onEnd();
				this.#answer(response, Buffer.concat(chunks));
			});
		});
	}

	#answer({ headers, statusCode = 0 }: http.IncomingMessage, body: Buffer): void {
		const bytes = decoded(body, headers['content-encoding']);
		if (bytes === undefined) this.#fail('ERR_ENCODING');
		else this.#settle(new Answer(statusCode, headers as HttpResponse['headers'], bytes));
	}

	#fail(code: string): void {
		this.#settle(networkFault(code));
		this.#sending?.destroy();
	}

	#settle(answer: HttpResponse | NetworkFault): void {
		if (this.#isSettled) return;
		this.#isSettled = true;
		clearTimeout(this.#timer);
		this.#resolve(answer);
	}
}

/** An answer; its body is decoded only when it is read as text. */
class Answer implements HttpResponse {
	readonly status: number;
	readonly headers: HttpResponse['headers'];
	readonly bytes: Buffer;
	#body: string | undefined;

	constructor(status: number, headers: HttpResponse['headers'], bytes: Buffer) {
		this.status = status;
		this.headers = headers;
		this.bytes = bytes;
	}

	get body(): string {
		this.#body ??= this.bytes.toString('utf8');
		return this.#body;
	}
}

/** Decompresses an answer, which the request did not ask to be compressed; undefined if that fails. */
function decoded(body: Buffer, encoding: string | undefined): Buffer | undefined {
	if (encoding === undefined || encoding === 'identity' || body.length === 0) return body;
	const zlib = process.getBuiltinModule('node:zlib');
	const options = { maxOutputLength: MOST_BYTES };
	try {
		switch (encoding) {
			case 'gzip':
			case 'x-gzip':
				return zlib.gunzipSync(body, options);
			case 'deflate':
				return zlib.inflateSync(body, options);
			case 'br':
				return zlib.brotliDecompressSync(body, options);
			default:
				return undefined;
		}
	} catch {
		return undefined;
	}
}

/** Parses URLs, and keeps the last result, because nearly all requests of a run have the same URL. */
function createTargets() {
	let known = { url: '', parts: {} as http.RequestOptions };
	return (url: string): http.RequestOptions => {
		if (url !== known.url) known = { url, parts: urlToHttpOptions(new URL(url)) };
		return known.parts;
	};
}

/** Encodes bodies part by part into reused memory, which takes a third of the time of Buffer.from. */
function createBodies() {
	const idle: Buffer[] = [];
	return {
		/** The body, and the buffer that contains it. */
		encode(parts: readonly string[]): { bytes: Buffer; memory: Buffer } {
			let most = 0;
			for (const part of parts) most += part.length * 3;
			const known = idle.pop();
			const memory = known && known.length >= most ? known : Buffer.allocUnsafeSlow(most);
			let length = 0;
			for (const part of parts) length += memory.write(part, length);
			return { bytes: memory.subarray(0, length), memory };
		},
		free: (memory: Buffer) => void idle.push(memory),
	};
}

/** Node ignores proxies of other kinds or without a scheme, and would connect directly. */
function refuseUnknownProxy(url: string): void {
	const name = url.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY';
	for (const spelling of [name, name.toLowerCase()]) {
		const proxy = process.env[spelling] ?? '';
		if (proxy === '' || /^https?:\/\//i.test(proxy)) continue;
		throw new InputError(`The proxy in ${spelling} must begin with http:// or https://.`);
	}
}

function createAgent(
	Agent: typeof https.Agent | typeof http.Agent,
	options: http.AgentOptions,
): http.Agent | https.Agent {
	try {
		return new Agent(options);
	} catch {
		// The error's own message would show the address, which may contain the proxy's password.
		throw new InputError('The proxy address in HTTP_PROXY or HTTPS_PROXY is not valid.');
	}
}
