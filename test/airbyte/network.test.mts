import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ids, people } from './input.mts';
import { atTheEnd, createFolder, createWorld } from './world.mts';

let certificate: string;
let key: string;
beforeAll(() => {
	const folder = createFolder();
	certificate = join(folder, 'certificate.pem');
	key = join(folder, 'key.pem');
	const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
	execFileSync(
		'openssl',
		['req', '-x509', ...curve, ...names, '-days', '2', '-keyout', key, '-out', certificate],
		{ stdio: 'pipe' },
	);
});

async function listen(server: Server): Promise<number> {
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
async function startSecure() {
	const world = await createWorld();
	const origin = new URL(world.url).origin;
	const server = createSecureServer(
		{ cert: readFileSync(certificate), key: readFileSync(key) },
		forward(origin),
	);
	const port = await listen(server);
	return { ...world, secureUrl: world.url.replace(origin, `https://127.0.0.1:${port}`) };
}

/** A proxy that notes what it was asked for: `CONNECT host:port` or `POST address`. */
async function startProxy(refuses = false) {
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

const pace = { give_up_after_minutes: 0 };

describe.concurrent('TLS', () => {
	it('refuses a certificate that nobody vouches for', async () => {
		const { flameup, secureUrl } = await startSecure();
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const [run, check] = [await world.write(people(1, 3)), await world.check()];
		expect([run.code, run.errors[0]?.failure_type]).toEqual([1, 'config_error']);
		const why =
			'Flameup could not be reached: nobody trusted vouches for its certificate; name who does in NODE_EXTRA_CA_CERTS (DEPTH_ZERO_SELF_SIGNED_CERT).';
		expect(run.errors[0]?.message).toContain(why);
		expect(check.code).toBe(0);
		expect(check.output).toContain(why);
		expect(flameup.stats().requests).toBe(0);
	});

	it('takes the certificates of NODE_EXTRA_CA_CERTS', async () => {
		const { held, secureUrl } = await startSecure();
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const run = await world.write(people(1, 250), { env: { NODE_EXTRA_CA_CERTS: certificate } });
		expect([run.code, run.errors, held()]).toEqual([0, [], ids(250)]);
	});

	it('does not speak plainly to a server that expects it', async () => {
		const { secureUrl, flameup } = await startSecure();
		const api_url = secureUrl.replace('https:', 'http:');
		const world = await createWorld({ settings: { api_url, pace } });
		const run = await world.write(people(1, 3));
		expect([run.code, run.errors[0]?.failure_type, flameup.stats().requests]).toEqual([
			1,
			'transient_error',
			0,
		]);
	});
});

describe.concurrent('a proxy', () => {
	it('is used for https, and sees no key', async () => {
		const { held, secureUrl } = await startSecure();
		const proxy = await startProxy();
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const run = await world.write(people(1, 250), {
			env: { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: certificate },
		});
		expect([run.code, run.errors, held()]).toEqual([0, [], ids(250)]);
		expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${new URL(secureUrl).host}`]));
	});

	it('is used for http', async () => {
		const proxy = await startProxy();
		const { held, url, write } = await createWorld();
		const run = await write(people(1, 3), { env: { HTTP_PROXY: proxy.url } });
		expect([run.code, held()]).toEqual([0, ids(3)]);
		expect(proxy.asked).toEqual([`POST ${url}/workspaces/ws_simulator/people/batch`]);
	});

	it.each(['127.0.0.1', '*'])('is passed by with NO_PROXY=%s', async (NO_PROXY) => {
		const proxy = await startProxy();
		const { held, write } = await createWorld();
		const run = await write(people(1, 3), { env: { HTTP_PROXY: proxy.url, NO_PROXY } });
		expect([run.code, held(), proxy.asked]).toEqual([0, ids(3), []]);
	});

	it.each([
		['refuses', true, 'the proxy does not let the request through (ERR_PROXY_TUNNEL)'],
		['is not there', false, '(ECONNREFUSED)'],
	])('that %s is a fault of the network', async (_name, isThere, why) => {
		const { secureUrl } = await startSecure();
		const proxy = await startProxy(true);
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const run = await world.write(people(1, 3), {
			env: { HTTPS_PROXY: isThere ? proxy.url : 'http://127.0.0.1:1' },
		});
		expect([run.code, run.errors.length]).toEqual([1, 1]);
		expect(run.errors[0]).toMatchObject({
			failure_type: 'transient_error',
			message: expect.stringContaining(why),
		});
	});

	it('whose address is none is the fault of who set it', async () => {
		const { write } = await createWorld();
		const run = await write(people(1, 3), { env: { HTTP_PROXY: 'http://me:sesame@[nowhere' } });
		expect([run.code, run.errors.length]).toEqual([1, 1]);
		expect(run.errors[0]).toMatchObject({
			failure_type: 'config_error',
			message: 'The proxy address in HTTP_PROXY or HTTPS_PROXY is not valid.',
		});
		expect(run.output).not.toContain('sesame');
	});
});
