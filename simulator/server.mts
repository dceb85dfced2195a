import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { control, controlPath } from './control.mts';
import { type Answer, createFlameup, type Flameup, type FlameupOptions } from './flameup.mts';
import { basePath } from './routes.mts';

export interface SimulatorOptions extends Partial<FlameupOptions> {
	/** 0, the default, takes a free one. */
	port?: number;
}

export interface Simulator {
	/** The base URL of the API. */
	url: string;
	/** Where `/simulator/people` and the like are. */
	controlUrl: string;
	port: number;
	flameup: Flameup;
	/** Ends at once, whatever is open or stalled. */
	close(): Promise<void>;
}

/** Serves a simulated Flameup on 127.0.0.1. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const { port: wanted = 0, ...given } = options;
	const flameup = createFlameup({ now: Date.now, ...given });
	const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
		serve(flameup, request, response).catch(() => response.destroy());
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(wanted, '127.0.0.1', resolve);
	});
	const { port } = server.address() as AddressInfo;
	const origin = `http://127.0.0.1:${port}`;
	return {
		url: origin + basePath,
		controlUrl: origin + controlPath.slice(0, -1),
		port,
		flameup,
		close: () =>
			new Promise((resolve) => {
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
	if (!response.destroyed) send(answer, response);
}

function send(answer: Answer, response: ServerResponse) {
	if (!('fault' in answer)) {
		const length =
			answer.status === 204 ? {} : { 'content-length': Buffer.byteLength(answer.body) };
		response.writeHead(answer.status, { ...answer.headers, ...length }).end(answer.body);
	} else if (answer.fault === 'reset') {
		response.socket?.resetAndDestroy();
	} else if (answer.begun) {
		const { status, headers, body } = answer.begun;
		response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) + 1 });
		response.write(body.slice(0, body.length >> 1), () => response.destroy());
	}
}

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks).toString('utf8');
}
