import type http from 'node:http';
import type https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { ConfigError } from '../../src/errors';
import { networkFault } from '../../src/fault';
import type { HttpResponse, NetworkFault, Transport } from '../../src/ports';

/** An answer to 100 people is some 100 KB; whoever sends this much is not Flameup. */
const MOST_BYTES = 64_000_000;

/**
 * HTTP over kept-alive connections; honours the proxy and certificate settings of the environment and
 * follows no redirect. `close` ends idle connections, so that the process can end.
 */
export function createTransport(
	url: string,
	connections: number,
): { transport: Transport; close(): void } {
	// An import would load undici for the exports of these modules: `spec` took 276 instead of 103 ms.
	const { Agent, request: open } = process.getBuiltinModule(
		url.startsWith('https:') ? 'node:https' : 'node:http',
	);
	const options = { keepAlive: true, maxSockets: connections, proxyEnv: process.env };
	const agent = createAgent(Agent, options);
	const bodies = createBodies();
	const target = createTargets();

	const transport: Transport = (request) =>
		new Promise((resolve) => {
			const body = request.body === undefined ? undefined : bodies.encode(request.body);
			const headers = { ...request.headers, ...(body && { 'content-length': body.bytes.length }) };
			let settled = false;
			const settle = (answer: HttpResponse | NetworkFault) => {
				settled = true;
				clearTimeout(timer);
				resolve(answer);
			};
			const fault = (error: NodeJS.ErrnoException) => {
				if (!settled) settle(networkFault(error.code ?? 'NETWORK'));
			};
			const sending = open(
				{ ...target(request.url), method: request.method, headers, agent },
				(response) => {
					const chunks: Buffer[] = [];
					let bytes = 0;
					response.on('data', (chunk: Buffer) => {
						chunks.push(chunk);
						bytes += chunk.length;
						if (bytes > MOST_BYTES) sending.destroy(withCode('ANSWER_TOO_LONG'));
					});
					response.on('error', fault);
					response.on('end', () => {
						if (!response.complete) return fault(withCode('ECONNRESET'));
						// An answer can come before the whole body has gone; then its memory is still needed.
						if (body !== undefined && sending.writableFinished) bodies.free(body.memory);
						settle({
							status: response.statusCode ?? 0,
							headers: response.headers as HttpResponse['headers'],
							body: Buffer.concat(chunks).toString('utf8'),
						});
					});
				},
			);
			const timer = setTimeout(() => sending.destroy(withCode('TIMEOUT')), request.timeoutMs);
			sending.on('error', fault);
			sending.end(body?.bytes);
		});

	return { transport, close: () => agent.destroy() };
}

/** Takes an address apart; nearly all requests of a run have the same one. */
function createTargets() {
	let known = { url: '', parts: {} as http.RequestOptions };
	return (url: string): http.RequestOptions => {
		if (url !== known.url) known = { url, parts: urlToHttpOptions(new URL(url)) };
		return known.parts;
	};
}

/** Encodes bodies part by part into memory that is used again, in a third of Buffer.from's time. */
function createBodies() {
	const idle: Buffer[] = [];
	return {
		/** The body, and the memory that it is in. */
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

function createAgent(
	Agent: typeof https.Agent | typeof http.Agent,
	options: http.AgentOptions,
): http.Agent | https.Agent {
	try {
		return new Agent(options);
	} catch {
		// The error's own words would show the address, and so perhaps the password of the proxy.
		throw new ConfigError('The proxy address in HTTP_PROXY or HTTPS_PROXY is not valid.');
	}
}

const withCode = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });
