import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from './faults.mts';
import { defaultKey } from './keys.mts';
import { type Simulator, type SimulatorOptions, startSimulator } from './server.mts';

let running: Simulator | undefined;
afterEach(async () => {
	await running?.close();
	running = undefined;
});

// biome-ignore lint/suspicious/noExplicitAny: the tests check its shape
const jsonOf = async (answer: Response): Promise<any> => answer.json();

async function start(options: SimulatorOptions = {}) {
	running = await startSimulator(options);
	const { url, controlUrl, flameup } = running;
	const headers = { authorization: `Bearer ${defaultKey}`, 'content-type': 'application/json' };
	const batch = (people: object[] = [{ userId: 'a' }], signal: AbortSignal | null = null) =>
		fetch(`${url}/workspaces/ws_simulator/people/batch`, {
			method: 'POST',
			headers,
			body: JSON.stringify({ people }),
			signal,
		});
	const post = (name: string, body: string) =>
		fetch(`${controlUrl}/${name}`, { method: 'POST', body });
	const look = async (name: string) => jsonOf(await fetch(`${controlUrl}/${name}`));
	return { ...running, flameup, batch, post, look };
}

/** GET without any decoding. */
function get(url: string) {
	const headers = { authorization: `Bearer ${defaultKey}`, 'accept-encoding': 'identity' };
	return new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
		const asked = request(url, { headers }, (answer) => {
			answer.toArray().then((chunks) => {
				resolve({ headers: answer.headers, body: Buffer.concat(chunks) });
			}, reject);
		});
		asked.on('error', reject).end();
	});
}

describe('over HTTP', () => {
	it('answers with its own headers and a single date', async () => {
		const { batch } = await start({ now: () => Date.UTC(2026, 0, 1) });
		const answer = await batch();
		expect(answer.status).toBe(200);
		expect(answer.headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
		expect(answer.headers.get('x-ratelimit-remaining')).toBe('119');
		expect(await answer.json()).toMatchObject({ people: [{ external_id: 'a' }] });
	});

	it('can leave the date out', async () => {
		const { batch } = await start({ dateHeader: false });
		expect((await batch()).headers.has('date')).toBe(false);
	});

	it('sends 204 without a body and accepts any characters', async () => {
		const { batch, flameup } = await start({ emptyBody: true });
		const answer = await batch([{ userId: 'žluťoučký 🔥' }]);
		expect([answer.status, await answer.text()]).toEqual([204, '']);
		expect([...flameup.people().keys()]).toEqual(['žluťoučký 🔥']);
	});

	it('waits for the latency', async () => {
		const { batch } = await start({ latencyMs: 120 });
		const before = performance.now();
		await batch();
		expect(performance.now() - before).toBeGreaterThan(110);
	});

	it.each([
		['reset-before', false],
		['reset-after', true],
	] as const)('%s breaks the connection', async (fault, isWritten) => {
		const { batch, flameup } = await start({ faults: { 1: fault } });
		await expect(batch()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
		expect(flameup.people().has('a')).toBe(isWritten);
		expect((await batch()).status).toBe(200);
	});

	it('cut ends the connection inside the body', async () => {
		const { batch, flameup } = await start({ faults: { 1: 'cut' } });
		const answer = await batch();
		expect(answer.status).toBe(200);
		await expect(answer.text()).rejects.toThrow('terminated');
		expect(flameup.people().has('a')).toBe(true);
	});

	it.each([
		['truncated', 200],
		['html-200', 200],
		['503-html', 503],
		['502-empty', 502],
	] as const)('%s is a whole answer that is not JSON', async (fault, status) => {
		const { batch } = await start({ faults: { 1: fault } });
		const answer = await batch();
		expect(answer.status).toBe(status);
		await expect(answer.json()).rejects.toThrow(SyntaxError);
	});

	it('stall never answers', async () => {
		const { batch } = await start({ faults: { 1: 'stall' } });
		await expect(batch([{ userId: 'a' }], AbortSignal.timeout(150))).rejects.toThrow('timeout');
	});

	it.each([
		['a stalled', { faults: { 1: 'stall' as Fault } }],
		['a slow', { latencyMs: 60_000 }],
	])('closes at once with %s request open', async (_name, options) => {
		const { batch, close, flameup } = await start(options);
		const open = batch();
		open.catch(() => undefined);
		while (flameup.stats().requests === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		const before = performance.now();
		await close();
		expect(performance.now() - before).toBeLessThan(500);
		await expect(open).rejects.toThrow('fetch failed');
	});

	// RFC 9110, 12.5.3: identity is always acceptable; a server may send another coding all the same.
	it.each([
		['gzip', gunzipSync],
		['deflate', inflateSync],
		['br', brotliDecompressSync],
	] as const)('encodes bodies with %s without being asked', async (contentEncoding, decode) => {
		const { url } = await start({ contentEncoding });
		const { headers, body } = await get(`${url}/people`);
		expect(headers).toMatchObject({
			'content-encoding': contentEncoding,
			'content-length': String(body.length),
		});
		expect(JSON.parse(decode(body).toString())).toMatchObject({ people: [], total: 0 });
	});

	it('does not encode an empty body', async () => {
		const { url } = await start({ contentEncoding: 'gzip', faults: { 1: '502-empty' } });
		const { headers, body } = await get(`${url}/people`);
		expect(headers).not.toHaveProperty('content-encoding');
		expect(body).toHaveLength(0);
	});

	// RFC 9110, 8.6: a 1xx has no Content-Length.
	it('switches protocols with 101', async () => {
		const { url } = await start({ faults: { 1: '101' } });
		const answer = await new Promise<IncomingMessage>((resolve, reject) => {
			request(url)
				.on('upgrade', (message, socket) => {
					socket.destroy();
					resolve(message);
				})
				.on('error', reject)
				.end();
		});
		expect(answer.statusCode).toBe(101);
		expect(answer.headers).not.toHaveProperty('content-length');
	});

	it('closes the port during an outage and opens it again', async () => {
		const { batch } = await start({ limit: 0, outage: [0.2, 0.7], outageKind: 'refused' });
		const begin = performance.now();
		const seen = () =>
			batch().then(
				({ status }) => status,
				({ cause }) => cause.code,
			);
		expect(await seen()).toBe(200);
		while ((await seen()) !== 'ECONNREFUSED');
		while ((await seen()) !== 200);
		expect(performance.now() - begin).toBeGreaterThan(650);
	});

	it('stays closed if it is closed during such an outage', async () => {
		const { batch, close } = await start({ limit: 0, outage: [0.05, 0.4], outageKind: 'refused' });
		const begin = performance.now();
		const codeOf = () => batch().catch(({ cause }) => cause.code);
		while ((await codeOf()) !== 'ECONNREFUSED');
		await close();
		await new Promise((resolve) => setTimeout(resolve, 500 - (performance.now() - begin)));
		expect(await codeOf()).toBe('ECONNREFUSED');
	});

	it('listens on loopback only', async () => {
		const { url } = await start();
		expect(new URL(url).hostname).toBe('127.0.0.1');
	});
});

describe('control', () => {
	it('shows the stored people, all or a page', async () => {
		const { batch, look } = await start();
		await batch([{ userId: 'a', traits: { n: 1 } }, { userId: 'b' }, { userId: 'c' }]);
		const all = await look('people');
		expect(all.total).toBe(3);
		expect(all.people[0]).toMatchObject({ userId: 'a', traits: { n: 1 }, writes: 1 });
		const page = await look('people?offset=1&limit=1');
		expect(page.people.map((one: { userId: string }) => one.userId)).toEqual(['b']);
	});

	it('is not counted and needs no key', async () => {
		const { batch, look } = await start();
		await batch();
		await look('people');
		expect(await look('stats')).toMatchObject({ requests: 1, maxInAMinute: 1 });
		expect(await look('events')).toEqual({ events: [] });
	});

	it('changes switches, explains invalid ones, and resets', async () => {
		const { batch, post, look } = await start();
		expect((await post('switches', '{"limit": 1, "errorShape": "C"}')).status).toBe(200);
		expect(await look('switches')).toMatchObject({ limit: 1, errorShape: 'C' });
		expect(await look('switches')).not.toHaveProperty('keys');
		await batch();
		expect(await jsonOf(await batch())).toMatchObject({ error: { code: 'rate_limit_exceeded' } });

		const bad = await post('switches', '{"limit": "x"}');
		expect(bad.status).toBe(400);
		expect(await jsonOf(bad)).toEqual({
			error: 'limit must be a whole number from 0, not "x".',
		});
		expect((await post('switches', 'nonsense')).status).toBe(400);
		expect((await post('switches', 'null')).status).toBe(400);

		await post('reset', '');
		expect(await look('switches')).toMatchObject({ limit: 120, errorShape: 'D' });
		expect((await look('people')).total).toBe(0);
	});

	it('lists its endpoints', async () => {
		const { controlUrl } = await start();
		const answer = await fetch(`${controlUrl}/nothing`);
		expect(answer.status).toBe(404);
		expect((await jsonOf(answer)).error).toContain('GET people');
	});
});
