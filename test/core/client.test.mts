import { describe, expect, it } from 'vitest';
import { ConfigError, StoppedError, TransientError } from '../../src/errors';
import { type Client, type ClientOptions, createClient } from '../../src/flameup/client';
import type { HttpRequest, HttpResponse, NetworkFault } from '../../src/ports';
import { Pace } from '../../src/settings/settings';
import { createFakeClock } from './fake-clock.mts';

type Scripted = Partial<HttpResponse> | NetworkFault;

const KEY = 'ws_test_a.secret';
const ok: Scripted = { status: 200, body: '{"people":[{"external_id":"u1"}]}' };
const lost: Scripted = { fault: 'ECONNRESET', sent: true };
const unsent: Scripted = { fault: 'ECONNREFUSED', sent: false };
const timedOut: Scripted = { fault: 'TIMEOUT', sent: true };
const says = (message: string) => JSON.stringify({ error: 'Bad', message, code: 400 });

interface Setup {
	pace?: Partial<Pace>;
	options?: Partial<ClientOptions>;
}

/** A client whose answers are written down; the last one comes again and again. Each takes 50 ms. */
function scripted(answers: readonly Scripted[], { pace, options }: Setup = {}) {
	const clock = createFakeClock();
	const start = clock.now();
	const requests: (Omit<HttpRequest, 'body'> & { body?: string; at: number })[] = [];
	const signal = { aborted: false };
	const client = createClient({
		apiUrl: 'https://flameup.test/api/v1',
		workspaceId: 'ws_1',
		apiKey: KEY,
		pace: Pace.parse({ ...pace }),
		clock,
		signal,
		async transport(request) {
			const answer = answers[Math.min(requests.length, answers.length - 1)] ?? ok;
			const { body, ...rest } = request;
			requests.push({ ...rest, ...(body && { body: body.join('') }), at: clock.now() - start });
			await clock.sleep(50);
			return 'fault' in answer ? answer : { status: 200, headers: {}, body: '', ...answer };
		},
		...options,
	});
	const run = async (work: (client: Client) => Promise<unknown>) => {
		const result = await clock.run(work(client)).catch((error: unknown) => error);
		return { result, requests, ms: clock.now() - start, stats: client.stats };
	};
	return { clock, client, requests, signal, run };
}

const upsert = (client: Client) => client.upsertPeople(['u1'], ['{"userId":"u1"}']);
const create = (client: Client) => client.createPerson('{"userId":"u1"}');
const check = (client: Client) => client.check();

const taken = { refused: false, answer: { confirmed: [true] } };

describe('upsertPeople', () => {
	it('sends the people as they are, with the key', async () => {
		const { result, requests } = await scripted([ok]).run((client) =>
			client.upsertPeople(['u1', 'u2'], ['{"userId":"u1"}', '{"userId":"u2","n":1e30}']),
		);
		expect(result).toMatchObject({ refused: false, answer: { confirmed: [true, false] } });
		expect(requests).toMatchObject([
			{
				method: 'POST',
				url: 'https://flameup.test/api/v1/workspaces/ws_1/people/batch',
				body: '{"people":[{"userId":"u1"},{"userId":"u2","n":1e30}]}',
				headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
				timeoutMs: 60_000,
			},
		]);
	});

	it.each([200, 201, 204])('takes %i as done', async (status) => {
		const { result, requests } = await scripted([{ status }]).run(upsert);
		expect(result).toMatchObject(taken);
		expect(requests.length).toBe(1);
	});

	it.each([400, 409, 413, 422])('takes %i as a refusal, with its words', async (status) => {
		const { result, requests } = await scripted([{ status, body: says('No.') }]).run(upsert);
		expect(result).toEqual({ refused: true, status, error: { message: 'No.', details: [] } });
		expect(requests.length).toBe(1);
	});

	it.each<[number, RegExp]>([
		[301, /api_url redirects elsewhere \(301\)/],
		[302, /Enter the address that it leads to/],
		[308, /api_url/],
		[401, /does not accept the API key \(401\)\. Enter a valid key in api_key\./],
		[403, /people:write.*workspace_id/],
		[404, /Correct workspace_id or api_url/],
		[402, /Correct api_url/],
		[405, /Correct api_url/],
		[410, /Correct api_url/],
		[418, /Correct api_url/],
	])('stops at once at %i and names the setting', async (status, sentence) => {
		const { result, requests } = await scripted([{ status, body: says('So be it.') }]).run(upsert);
		expect(result).toBeInstanceOf(ConfigError);
		expect(String(result)).toMatch(sentence);
		expect(String(result)).toContain('Flameup says: So be it.');
		expect(requests.length).toBe(1);
	});

	it.each<[string, Scripted]>([
		...[408, 425, 429, 500, 502, 503, 504, 520].map((status): [string, Scripted] => [
			String(status),
			{ status, body: '<html>Busy</html>' },
		]),
		['a lost connection', lost],
		['no connection', unsent],
		['a timeout', timedOut],
		['a 200 with HTML', { body: '<html>Please log in</html>' }],
		['a 200 with half its JSON', { body: '{"people":[{"exter' }],
		['a 200 with a list', { body: '[]' }],
	])('sends the same again after %s', async (_name, fault) => {
		const { result, requests, stats } = await scripted([fault, fault, ok]).run(upsert);
		expect(result).toMatchObject(taken);
		expect(requests.length).toBe(3);
		expect(new Set(requests.map(({ body, url }) => `${url} ${body}`)).size).toBe(1);
		expect(stats.rateLimited + stats.faults).toBe(2);
		expect(stats.requests).toBe(3);
	});

	it.each<[string, Scripted, number]>([
		['Retry-After in seconds', { status: 503, headers: { 'retry-after': '7' } }, 7_000],
		['Retry-After of a 429', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
		[
			'Retry-After before the reset',
			{ status: 429, headers: { 'retry-after': '7', 'x-ratelimit-reset': '30.5' } },
			7_000,
		],
		['the reset of a 429', { status: 429, headers: { 'x-ratelimit-reset': '30.5' } }, 30_500],
		[
			'a second after a 429 whose reset is past',
			{ status: 429, headers: { 'x-ratelimit-reset': '1767225600' } },
			1_000,
		],
		[
			'a second after a 429 that asks for no wait',
			{ status: 429, headers: { 'retry-after': '0' } },
			1_000,
		],
	])('waits for %s', async (_name, fault, ms) => {
		const { requests } = await scripted([fault, ok]).run(upsert);
		expect((requests[1]?.at ?? 0) - 50).toBe(ms);
	});

	it('does not take the reset of a 503 for a wait', async () => {
		const fault = { status: 503, headers: { 'x-ratelimit-reset': '30.5' } };
		expect((await scripted([fault, ok]).run(upsert)).requests[1]?.at).toBeLessThan(1_000);
	});

	it.each<[string, Scripted, RegExp]>([
		['503', { status: 503, body: says('Down.') }, /for 10 minutes \(503\).*Down\..*again later/],
		['429', { status: 429 }, /allowance of the API key stayed used up for 10 minutes \(429\)/],
		['timeouts', timedOut, /no answer came in time \(TIMEOUT\)/],
		['no connection', unsent, /nothing answers at the address in api_url \(ECONNREFUSED\)/],
		['unreadable answers', { body: '<html>' }, /answers could not be read.*Check api_url/],
	])('gives up after the time that is set: %s', async (_name, fault, sentence) => {
		const { result, ms } = await scripted([fault]).run(upsert);
		expect(result).toBeInstanceOf(TransientError);
		expect(String(result)).toMatch(sentence);
		expect(ms).toBeGreaterThan(9 * 60_000);
		expect(ms).toBeLessThanOrEqual(10 * 60_000 + 100);
	});

	it.each([
		['DEPTH_ZERO_SELF_SIGNED_CERT', /nobody trusted vouches for its certificate/],
		['CERT_HAS_EXPIRED', /its certificate has expired/],
		['ERR_TLS_CERT_ALTNAME_INVALID', /its certificate is for another name/],
	])('does not try again after %s', async (fault, sentence) => {
		const { result, requests } = await scripted([{ fault, sent: false }]).run(upsert);
		expect(result).toBeInstanceOf(ConfigError);
		expect(String(result)).toMatch(sentence);
		expect(requests.length).toBe(1);
	});

	it.each<[string, Partial<Pace>, Scripted]>([
		['no patience is set', { give_up_after_minutes: 0 }, { status: 500 }],
		['asked to wait beyond it', {}, { status: 503, headers: { 'retry-after': '3600' } }],
	])('gives up at once when %s', async (_name, pace, fault) => {
		const { result, requests, ms } = await scripted([fault], { pace }).run(upsert);
		expect(result).toBeInstanceOf(TransientError);
		expect([requests.length, ms]).toEqual([1, 50]);
	});

	it('tells nothing personal, and no key, in its errors', async () => {
		const body = says('ann@x.example, +49 170 1234567 is unknown');
		for (const status of [401, 404, 500]) {
			const pace = { give_up_after_minutes: 0 };
			const { result } = await scripted([{ status, body }], { pace }).run(upsert);
			expect(String(result)).not.toMatch(/ann|1234567|secret/);
		}
	});
});

describe('a stop', () => {
	it.each<[string, Scripted, Partial<Pace>, number]>([
		['before a retry', { status: 503, headers: { 'retry-after': '300' } }, {}, 3],
		['after a 429', { status: 429, headers: { 'retry-after': '300' } }, {}, 1],
		['for the allowance', ok, { requests_per_minute: 1 }, 1],
	])('ends the wait %s', async (_name, answer, pace, sent) => {
		const { clock, signal, run } = scripted([answer], { pace });
		void clock.sleep(10_000).then(() => {
			signal.aborted = true;
		});
		const { result, ms, requests } = await run((client) =>
			Promise.all([upsert(client), upsert(client), upsert(client)]),
		);
		expect(result).toBeInstanceOf(StoppedError);
		expect([ms, requests.length]).toEqual([10_000, sent]);
	});

	it('lets what is under way come to its end', async () => {
		const { clock, signal, run } = scripted([ok]);
		void clock.sleep(10).then(() => {
			signal.aborted = true;
		});
		expect((await run(upsert)).result).toMatchObject(taken);
	});

	it('lets nothing new go', async () => {
		const { signal, run } = scripted([ok]);
		signal.aborted = true;
		const { result, requests } = await run(upsert);
		expect(result).toBeInstanceOf(StoppedError);
		expect(requests).toEqual([]);
	});
});

describe('createPerson', () => {
	it.each<[string, Scripted]>([
		['an allowance used up', { status: 429 }],
		['no connection', unsent],
	])('tries again after %s', async (_name, fault) => {
		const { result, requests } = await scripted([fault, { status: 201, body: '{"id":"1"}' }]).run(
			create,
		);
		expect(result).toEqual({ refused: false, person: { id: '1' } });
		expect(requests.map(({ body, url }) => [url.slice(-7), body])).toEqual(
			Array.from({ length: 2 }, () => ['/people', '{"userId":"u1"}']),
		);
	});

	it.each<[string, Scripted]>([
		['500', { status: 500 }],
		['503', { status: 503, headers: { 'retry-after': '1' } }],
		['408', { status: 408 }],
		['a lost connection', lost],
		['a timeout', timedOut],
	])('does not try again after %s', async (_name, fault) => {
		const { result, requests } = await scripted([fault]).run(create);
		expect(result).toBeInstanceOf(TransientError);
		expect(requests.length).toBe(1);
	});

	it.each(['', '<html>', '{"person":'])('takes a 2xx for done, its body being %j', async (body) => {
		const { result, requests } = await scripted([{ status: 201, body }]).run(create);
		expect(result).toEqual({ refused: false, person: undefined });
		expect(requests.length).toBe(1);
	});

	it('is refused like a batch', async () => {
		const { result } = await scripted([{ status: 409, body: says('Exists.') }]).run(create);
		expect(result).toMatchObject({ refused: true, status: 409 });
	});
});

describe('check', () => {
	it.each<[string, Scripted, boolean, RegExp]>([
		['200', { body: '{"people":[]}' }, true, /accepts the API key and knows the workspace\.$/],
		['200 with HTML', { body: '<html>' }, false, /answers, but not as Flameup does/],
		['204', { status: 204 }, false, /not as Flameup does/],
		['301', { status: 301 }, false, /api_url redirects elsewhere \(301\)/],
		['400', { status: 400, body: says('What?') }, false, /\(400\).*workspace_id.*What\?$/],
		['401', { status: 401 }, false, /Enter a valid key in api_key/],
		['403', { status: 403 }, true, /may not read people.*fine if it may write people/],
		['404', { status: 404 }, false, /Correct workspace_id or api_url/],
		['405', { status: 405 }, false, /Correct api_url/],
		['429', { status: 429 }, false, /allowance .* is used up.*Test again in a minute/],
		['500', { status: 500 }, false, /could not answer just now \(500\).*in a few minutes/],
		['503', { status: 503 }, false, /could not answer just now \(503\)/],
		['no connection', unsent, false, /nothing answers at the address in api_url/],
		['no such name', { fault: 'ENOTFOUND', sent: false }, false, /name in api_url is not known/],
		['no name service', { fault: 'EAI_AGAIN', sent: false }, false, /could not be looked up/],
		['a timeout', timedOut, false, /no answer came in time/],
		['a certificate', { fault: 'CERT_HAS_EXPIRED', sent: false }, false, /CERT_HAS_EXPIRED/],
	])('asks once, and has a sentence for %s', async (_name, answer, isOk, sentence) => {
		const { result, requests } = await scripted([answer]).run(check);
		expect(result).toMatchObject({ ok: isOk, message: expect.stringMatching(sentence) });
		expect(requests).toMatchObject([{ method: 'GET' }]);
		expect(requests[0]).not.toHaveProperty('body');
	});

	it('has different sentences for different cases', async () => {
		const messages = [
			...[200, 301, 400, 401, 403, 404, 405, 429, 500].map((status) => ({ status, body: '{}' })),
			...[unsent, timedOut],
		].map(async (answer) => JSON.stringify((await scripted([answer]).run(check)).result));
		expect(new Set(await Promise.all(messages)).size).toBe(11);
	});

	it.each([
		['ws_1', '/api/v1/workspaces/ws_1/people/search?external_id=flameup-connection-check&limit=1'],
		['', '/api/v1/people?limit=1'],
	])('of workspace %j reads as little as it can', async (workspaceId, path) => {
		const { requests } = await scripted([ok], { options: { workspaceId } }).run(check);
		expect(requests.map(({ url }) => url)).toEqual([`https://flameup.test${path}`]);
	});

	it.each([
		[60, 7_000],
		[3, 3_000],
	])('with a timeout of %i s waits %i ms at most', async (timeout_seconds, timeoutMs) => {
		const { requests } = await scripted([ok], { pace: { timeout_seconds } }).run(check);
		expect(requests[0]?.timeoutMs).toBe(timeoutMs);
	});

	it('does not wait for the allowance, nor spend it', async () => {
		const { requests, ms } = await scripted([ok], { pace: { requests_per_minute: 1 } }).run(
			async (client) => [await check(client), await upsert(client), await check(client)],
		);
		expect([requests.length, ms]).toEqual([3, 150]);
	});
});

it.each<[string, string, string, string]>([
	['a workspace', 'https://x.test/api/v1', 'ws_1', 'https://x.test/api/v1/workspaces/ws_1'],
	['no workspace', 'https://x.test/api/v1', '', 'https://x.test/api/v1'],
	['a trailing slash', 'https://x.test/api/v1/', 'ws_1', 'https://x.test/api/v1/workspaces/ws_1'],
	['many of them', 'https://x.test///', '', 'https://x.test'],
	[
		'a strange workspace',
		'https://x.test',
		'a/b ?#ü',
		'https://x.test/workspaces/a%2Fb%20%3F%23%C3%BC',
	],
])('builds the address from %s', async (_name, apiUrl, workspaceId, base) => {
	const { requests } = await scripted([ok], { options: { apiUrl, workspaceId } }).run(
		async (client) => [await upsert(client), await create(client)],
	);
	expect(requests.map(({ url }) => url)).toEqual([`${base}/people/batch`, `${base}/people`]);
});

it('leaves the key to a transport that adds it itself', async () => {
	const { apiKey: _, ...rest } = { apiKey: KEY };
	const { clock } = scripted([]);
	const seen: HttpRequest[] = [];
	const client = createClient({
		...rest,
		apiUrl: 'https://x.test',
		workspaceId: '',
		pace: Pace.parse({}),
		clock,
		signal: { aborted: false },
		transport: async (request) => {
			seen.push(request);
			return { status: 200, headers: {}, body: '' };
		},
	});
	await clock.run(upsert(client));
	expect(Object.keys(seen[0]?.headers ?? {})).toEqual(['accept', 'content-type']);
});
