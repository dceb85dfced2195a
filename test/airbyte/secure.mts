import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { atTheEnd } from '../atTheEnd.mts';
import { createFolder, createWorld } from './world.mts';

/** The files of a certificate for this machine that nobody trusts, and of its key. */
export interface Tls {
	readonly certificate: string;
	readonly key: string;
}

/** Makes a certificate, for the tests of one file. */
export function createTls(): Tls {
	const folder = createFolder();
	const certificate = join(folder, 'certificate.pem');
	const key = join(folder, 'key.pem');
	const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
	execFileSync(
		'openssl',
		['req', '-x509', ...curve, ...names, '-days', '2', '-keyout', key, '-out', certificate],
		{ stdio: 'pipe' },
	);
	return { certificate, key };
}

/** Starts a server on this machine until the end of the tests; returns its port. */
export async function listen(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	atTheEnd(() => void server.close());
	return (server.address() as AddressInfo).port;
}

/** Hands a request on to the same path of another origin. */
const forward = (origin: string) => (incoming: IncomingMessage, response: ServerResponse) => {
	const { headers, method, url = '/' } = incoming;
	const target = url.startsWith('http') ? url : origin + url;
	incoming.pipe(
		request(target, { method, headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(response);
		}),
	);
};

/** The simulator behind TLS, and what reaches it without. */
export async function startSecure({ certificate, key }: Tls) {
	const world = await createWorld();
	const origin = new URL(world.url).origin;
	const server = createSecureServer(
		{ cert: readFileSync(certificate), key: readFileSync(key) },
		forward(origin),
	);
	const port = await listen(server);
	return { ...world, secureUrl: world.url.replace(origin, `https://127.0.0.1:${port}`) };
}

/** A proxy that records its requests: `CONNECT host:port` or `POST address`. */
export async function startProxy(refuses = false) {
	const asked: string[] = [];
	const server = createServer((incoming, response) => {
		asked.push(`${incoming.method} ${incoming.url}`);
		forward('')(incoming, response);
	});
	server.on('connect', (incoming, socket) => {
		asked.push(`CONNECT ${incoming.url}`);
		if (refuses) {
			socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
			return;
		}
		const [host = '', port] = (incoming.url ?? '').split(':');
		const target = connect(Number(port), host, () => {
			socket.write('HTTP/1.1 200 OK\r\n\r\n');
			socket.pipe(target).pipe(socket);
		});
		for (const one of [socket, target]) one.on('error', () => one.destroy());
	});
	return { asked, url: `http://127.0.0.1:${await listen(server)}` };
}
