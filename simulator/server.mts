import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { control, controlPath } from './control.mts';
import {
	type Answer,
	type Answered,
	createFlameup,
	type Flameup,
	type FlameupOptions,
} from './flameup.mts';
import { createOutage } from './outage.mts';
import { basePath } from './routes.mts';
import type { Switches } from './switches.mts';

export interface SimulatorOptions extends Partial<FlameupOptions> {
	/** 0, the default, chooses a free port. */
	port?: number;
}

export interface Simulator {
	/** The base URL of the API. */
	url: string;
	/** The base URL of the control endpoints. */
	controlUrl: string;
	port: number;
	flameup: Flameup;
	/** Stops at once and closes open connections. */
	close(): Promise<void>;
}

/** Serves a simulated Flameup on 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const { port: wanted = 0, ...given } = options;
	const flameup = createFlameup({ now: Date.now, ...given });
	const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
		serve(flameup, request, response)
			.catch(() => response.destroy())
			.finally(outage.plan);
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(wanted, '127.0.0.1', resolve);
	});
	const { port } = server.address() as AddressInfo;
	const outage = createOutage(server, flameup, port, given.now);
	const origin = `http://127.0.0.1:${port}`;
	return {
		url: origin + basePath,
		controlUrl: origin + controlPath.slice(0, -1),
		port,
		flameup,
		close: () =>
			new Promise((resolve) => {
				outage.forget();
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

async function serve(flameup: Flameup, request: IncomingMessage, response: ServerResponse) {
	const { method = 'GET', url: path = '/', headers } = request;
	const body = await textOf(request);
	response.sendDate = false;
	if (path.startsWith(controlPath)) {
		const answer = control(flameup, { method, path, body });
		response.writeHead(answer.status, { 'content-type': 'application/json' });
		Readable.from(answer.body).pipe(response);
		return;
	}
	const answer = flameup.handle({ method, path, headers, body });
	if (answer.delayMs) await sleep(answer.delayMs, undefined, { ref: false });
	if (!response.destroyed) send(answer, flameup.switches().contentEncoding, response);
}

function send(answer: Answer, encoding: Switches['contentEncoding'], response: ServerResponse) {
	if (!('fault' in answer)) {
		const { headers, bytes } = encoded(answer, encoding);
		// RFC 9110, 8.6: neither 1xx nor 204 has a length.
		const hasLength = answer.status >= 200 && answer.status !== 204;
		const length = hasLength ? { 'content-length': bytes.length } : {};
		response.writeHead(answer.status, { ...headers, ...length }).end(bytes);
	} else if (answer.begun) {
		const { headers, bytes } = encoded(answer.begun, encoding);
		response.writeHead(answer.begun.status, { ...headers, 'content-length': bytes.length + 1 });
		response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
	} else if (answer.fault !== 'stall') {
		response.socket?.resetAndDestroy();
	}
}

const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };

function encoded({ headers, body }: Answered, encoding: Switches['contentEncoding']) {
	const bytes = Buffer.from(body);
	if (encoding === 'identity' || bytes.length === 0) return { headers, bytes };
	return {
		headers: { ...headers, 'content-encoding': encoding },
		bytes: encoders[encoding](bytes),
	};
}

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks).toString('utf8');
}
