import { createServer } from 'node:http';
import { createServer as createPlainServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { atTheEnd } from '../atTheEnd.mts';
import { start, until } from './connector.mts';
import { ids, people } from './input.mts';
import { createTls, listen, startProxy, startSecure, type Tls } from './secure.mts';
import { createWorld } from './world.mts';

let tls: Tls;
beforeAll(() => {
	tls = createTls();
});

const pace = { give_up_after_minutes: 0 };

describe.concurrent('TLS', () => {
	it('refuses an untrusted certificate', async () => {
		const { flameup, secureUrl } = await startSecure(tls);
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const [run, check] = [await world.write(people(1, 3)), await world.check()];
		expect([run.code, run.errors[0]?.failure_type]).toEqual([1, 'config_error']);
		const why =
			'Its certificate comes from an authority that is not trusted here (DEPTH_ZERO_SELF_SIGNED_CERT). Set NODE_EXTRA_CA_CERTS to a file with the certificate of that authority.';
		expect(run.errors[0]?.message).toContain(`The connection to Flameup is not secure. ${why}`);
		expect(check.code).toBe(0);
		expect(check.output).toContain(why);
		expect(flameup.stats().requests).toBe(0);
	});

	it('takes the certificates of NODE_EXTRA_CA_CERTS', async () => {
		const { held, secureUrl } = await startSecure(tls);
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const run = await world.write(people(1, 250), {
			env: { NODE_EXTRA_CA_CERTS: tls.certificate },
		});
		expect([run.code, run.errors, held()]).toEqual([0, [], ids(250)]);
	});

	it('does not use plain http with a server that expects it', async () => {
		const { secureUrl, flameup } = await startSecure(tls);
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
		const { held, secureUrl } = await startSecure(tls);
		const proxy = await startProxy();
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const run = await world.write(people(1, 250), {
			env: { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: tls.certificate },
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

	it.each(['127.0.0.1', '*'])('is bypassed with NO_PROXY=%s', async (NO_PROXY) => {
		const proxy = await startProxy();
		const { held, write } = await createWorld();
		const run = await write(people(1, 3), { env: { HTTP_PROXY: proxy.url, NO_PROXY } });
		expect([run.code, held(), proxy.asked]).toEqual([0, ids(3), []]);
	});

	it.each([
		[
			'refuses',
			true,
			'config_error',
			'Flameup could not be reached. The proxy refused the request (ERR_PROXY_TUNNEL). Correct HTTPS_PROXY, or allow the address in the proxy.',
		],
		['is not there', false, 'transient_error', '(ECONNREFUSED)'],
	])('that %s is reported', async (_name, isThere, failure_type, why) => {
		const { secureUrl } = await startSecure(tls);
		const proxy = await startProxy(true);
		const world = await createWorld({ settings: { api_url: secureUrl, pace } });
		const run = await world.write(people(1, 3), {
			env: { HTTPS_PROXY: isThere ? proxy.url : 'http://127.0.0.1:1' },
		});
		expect([run.code, run.errors.length]).toEqual([1, 1]);
		expect(run.errors[0]).toMatchObject({
			failure_type,
			message: expect.stringContaining(why),
		});
	});

	it.each([
		['HTTPS_PROXY', 'socks5://127.0.0.1:1080'],
		['HTTP_PROXY', 'socks5h://me:sesame@127.0.0.1:1080'],
		['https_proxy', 'SOCKS4://127.0.0.1:1080'],
		['http_proxy', 'ftp://127.0.0.1'],
		['HTTP_PROXY', '127.0.0.1:1080'],
		['https_proxy', 'localhost:1080'],
	])('of an unsupported kind is not bypassed: %s=%s', async (name, proxy) => {
		const { secureUrl: api_url } = await startSecure(tls);
		const world = await createWorld(/^https/i.test(name) ? { settings: { api_url } } : {});
		const [run, check] = await Promise.all([
			world.write(people(1, 3), { env: { [name]: proxy } }),
			start(['check', '--config', world.config], { env: { [name]: proxy } }).end(),
		]);
		const message = `The proxy in ${name} must begin with http:// or https://.`;
		expect([run.code, run.errors.length]).toEqual([1, 1]);
		expect(run.errors[0]).toMatchObject({ failure_type: 'config_error', message });
		expect([check.code, JSON.parse(check.output).connectionStatus]).toEqual([
			0,
			{ status: 'FAILED', message },
		]);
		expect([run.output.includes('sesame'), world.flameup.stats().requests]).toEqual([false, 0]);
	});

	it('of an unsupported kind does not matter when the address does not go through it', async () => {
		const { held, write } = await createWorld();
		const run = await write(people(1, 3), { env: { HTTPS_PROXY: 'socks5://127.0.0.1:1080' } });
		expect([run.code, held()]).toEqual([0, ids(3)]);
	});

	it('with an invalid address is a config_error', async () => {
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

/** How a server, or a proxy, keeps its client waiting forever. */
const STALLS: Record<string, (socket: Socket) => void> = {
	'answers nothing': () => undefined,
	'answers half a line': (socket) => void socket.write('HTTP/1.1 20'),
	'answers half a head': (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n'),
	'answers half a body': (socket) =>
		void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'),
	'answers a byte now and then': (socket) => {
		socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n');
		const timer = setInterval(() => socket.write(' '), 100);
		socket.on('close', () => clearInterval(timer));
	},
};

/** A server that handles each connection in one way after its first data, and records the time. */
async function startStalling(stall: (socket: Socket) => void) {
	const sockets: Socket[] = [];
	const server = createPlainServer((socket) => {
		sockets.push(socket);
		socket.on('error', () => socket.destroy());
		socket.once('data', () => stall(socket));
		socket.resume();
	});
	const port = await listen(server);
	atTheEnd(() => {
		for (const socket of sockets) socket.destroy();
	});
	return { sockets, port, url: `http://127.0.0.1:${port}` };
}

const IMPATIENT = { timeout_seconds: 1, give_up_after_minutes: 0 };

describe.concurrent('timeout_seconds holds for', () => {
	const viaProxy = ['answers nothing', 'answers half a line', 'answers half a head'];
	const cases = [
		...Object.keys(STALLS).map((name) => ['a server that', name] as const),
		...viaProxy.map((name) => ['a proxy that to CONNECT', name] as const),
		['a proxy that opens the tunnel, and then', 'answers nothing'] as const,
	];

	it.each(cases)('%s %s', async (who, name) => {
		const stall = STALLS[name] ?? (() => undefined);
		const stalling = await startStalling(
			who.includes('tunnel') ? (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n') : stall,
		);
		const isProxy = who.includes('proxy');
		const api_url = isProxy ? 'https://127.0.0.1:1/api' : `${stalling.url}/api`;
		const world = await createWorld({ settings: { api_url, pace: IMPATIENT } });
		const env: Record<string, string> = isProxy ? { HTTPS_PROXY: stalling.url } : {};
		const connector = world.start({ env });
		void connector.end(people(1, 3));
		await until(() => stalling.sockets.length > 0);
		const before = connector.elapsed();
		const run = await connector.ended;
		expect([run.code, run.errors.length]).toEqual([1, 1]);
		expect(run.errors[0]).toMatchObject({
			failure_type: 'transient_error',
			message: expect.stringContaining('The request timed out (TIMEOUT).'),
		});
		expect(run.afterMs - before).toBeLessThan(8_000);

		const check = await start(['check', '--config', world.config], { env }).end();
		expect([check.code, JSON.parse(check.output).connectionStatus.status]).toEqual([0, 'FAILED']);
		expect(check.output).toContain('The request timed out (TIMEOUT).');
	});

	it('none of the time between requests', async () => {
		const { start: begin, held } = await createWorld({
			settings: { pace: { timeout_seconds: 1 } },
		});
		const connector = begin();
		await connector.write(people(1, 100));
		await connector.acknowledged(10);
		await new Promise((done) => setTimeout(done, 1_500));
		const run = await connector.end(people(101, 200));
		expect([run.code, held(), run.logs.join('\n').includes('of them failed')]).toEqual([
			0,
			ids(200),
			false,
		]);
	});
});

describe.concurrent('an answer', () => {
	it('of 101, which was not requested, is a fault', async () => {
		const world = await createWorld({
			simulator: { faults: { 1: '101', 2: '101' } },
			settings: { pace: { requests_in_flight: 1 } },
		});
		const run = await world.write(people(1, 100));
		expect([run.code, world.held()]).toEqual([0, ids(100)]);
		expect(run.logs.join('\n')).toContain('(ERR_UNEXPECTED_UPGRADE)');
		expect(run.logs.join('\n')).toContain(', 2 of them failed');
	});

	it('of 101 every time ends the run', async () => {
		const world = await createWorld({
			simulator: { faultRate: 1, faultKinds: ['101'] },
			settings: { pace: IMPATIENT },
		});
		const run = await world.write(people(1, 3));
		expect([run.code, run.errors.map(({ message }) => message)]).toEqual([
			1,
			[
				'Flameup could not be reached. The address answered with a protocol other than HTTP (ERR_UNEXPECTED_UPGRADE). Check api_url and the network, and run the sync again later.',
			],
		]);
	});

	it.each(['gzip', 'deflate', 'br'] as const)(
		'in %s is read, though it was not requested',
		async (contentEncoding) => {
			const world = await createWorld({ simulator: { contentEncoding } });
			const run = await world.write(people(1, 250));
			expect([run.code, run.errors, world.held().length]).toEqual([0, [], 250]);
			expect(run.logs.join('\n')).toContain('250 upserted (250 created,');
			expect((await world.check()).output).toContain('Flameup accepts the API key');
		},
	);

	it.each(['gzip', 'deflate', 'br'] as const)(
		'in %s is read when it is an error, too',
		async (contentEncoding) => {
			const refuse = ({ userId }: { userId?: unknown }) => (userId === 'p7' ? 'No.' : undefined);
			const world = await createWorld({ simulator: { contentEncoding, refuse } });
			const run = await world.write(people(1, 20));
			expect([run.code, world.held().length]).toEqual([0, 19]);
			expect(world.flameup.stats().requests).toBe(2);
		},
	);

	it.each([
		['that is not what it says', 'gzip', Buffer.from('{"people":[]}')],
		['that is not supported', 'zstd', Buffer.from('{"people":[]}')],
		['that is cut off', 'gzip', gzipSync('{"people":[]}').subarray(0, 20)],
		['that is far too long', 'gzip', gzipSync(Buffer.alloc(80_000_000, ' '))],
	])('in an encoding %s is a fault', async (_name, encoding, body) => {
		const server = createServer((_request, response) => {
			response.writeHead(200, { 'content-encoding': encoding, 'content-length': body.length });
			response.end(body);
		});
		const api_url = `http://127.0.0.1:${await listen(server)}`;
		const world = await createWorld({ settings: { api_url, pace: IMPATIENT } });
		const run = await world.write(people(1, 3));
		expect([run.code, run.errors.map(({ message }) => message)]).toEqual([
			1,
			[expect.stringContaining('The compressed answer could not be read (ERR_ENCODING)')],
		]);
	});
});
