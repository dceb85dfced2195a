import { describe, expect, it } from 'vitest';
import { FlameupError, type Problem, type ProblemCode } from '../../src/errors';
import { Client } from '../../src/flameup/client';
import { DryRunClient } from '../../src/flameup/dryRun';
import { RateLimiter } from '../../src/flameup/rateLimiter';
import {
	type HttpRequest,
	type HttpResponse,
	type NetworkFault,
	networkFault,
} from '../../src/ports';
import { Pace } from '../../src/settings/settings';
import { describe as describeProblem } from '../../src/texts';
import { createFakeClock, type FakeClock } from './fake-clock.mts';
import { N8N_WORDS as WORDS } from './words.mts';

type Scripted = Partial<HttpResponse> | NetworkFault;

const ok: Scripted = { status: 200, body: '{"people":[{"external_id":"u1"}]}' };
const lost = networkFault('ECONNRESET');
const unsent = networkFault('ECONNREFUSED');
const timedOut = networkFault('TIMEOUT');
const html: Scripted = { body: '<html>Please log in</html>' };
const says = (message: string) => JSON.stringify({ error: 'Bad', message, code: 400 });

const compare = (a: number, b: number) => a - b;

interface Setup {
	/** A client that uses the same key at the same time. */
	beside?: { clock: FakeClock; limiter: RateLimiter };
	pace?: Partial<Pace>;
	workspace_id?: string;
	api_url?: string;
}

/** A client with scripted answers, of which the last one repeats. Each takes 50 ms. */
function scripted(answers: readonly Scripted[], { beside, pace, ...given }: Setup = {}) {
	const { clock, limiter } = beside ?? { clock: createFakeClock(), limiter: undefined };
	const start = clock.now();
	const requests: (Omit<HttpRequest, 'body'> & { body?: string; at: number })[] = [];
	const troubles: { at: number; problem: Problem }[] = [];
	const signal = { aborted: false };
	const client = new Client({
		settings: {
			api_url: 'https://flameup.test/api/v1',
			workspace_id: 'ws_1',
			pace: Pace.parse({ ...pace }),
			...given,
		},
		clock,
		signal,
		...(limiter && { limiter }),
		onTrouble: (problem) => void troubles.push({ at: clock.now() - start, problem }),
		async transport(request) {
			const answer = answers[Math.min(requests.length, answers.length - 1)] ?? ok;
			const { body, ...rest } = request;
			requests.push({ ...rest, ...(body && { body: body.join('') }), at: clock.now() - start });
			await clock.sleep(50);
			return 'fault' in answer ? answer : { status: 200, headers: {}, body: '', ...answer };
		},
	});
	const run = async (work: (client: Client) => Promise<unknown>) => {
		const result = await clock.run(work(client)).catch((error: unknown) => error);
		return { result, requests, troubles, ms: clock.now() - start, stats: client.stats };
	};
	return { clock, client, requests, signal, run };
}

/** What a run failed with. */
function problemIn(result: unknown): Problem {
	if (!(result instanceof FlameupError)) throw new Error('It did not fail.', { cause: result });
	return result.problem;
}

const upsert = (client: Client) => client.upsertPeople(['u1'], ['{"userId":"u1"}']);
const create = (client: Client) => client.createPerson('u1', '{"userId":"u1"}');
const check = (client: Client) => client.check();

const taken = { refused: false, answer: { confirmed: [true] } };

describe('upsertPeople', () => {
	it('sends the people as they are, and leaves the key to the transport', async () => {
		const { result, requests } = await scripted([ok]).run((client) =>
			client.upsertPeople(['u1', 'u2'], ['{"userId":"u1"}', '{"userId":"u2","n":1e30}']),
		);
		expect(result).toMatchObject({ refused: false, answer: { confirmed: [true, false] } });
		expect(requests).toMatchObject([
			{
				method: 'POST',
				url: 'https://flameup.test/api/v1/workspaces/ws_1/people/batch',
				body: '{"people":[{"userId":"u1"},{"userId":"u2","n":1e30}]}',
				timeoutMs: 60_000,
			},
		]);
		expect(requests[0]?.headers).toEqual({
			accept: 'application/json',
			'accept-encoding': 'identity',
			'content-type': 'application/json',
		});
	});

	it.each([200, 201, 204])(
		'accepts an empty %i as done only after a documented answer',
		async (status) => {
			const { result, requests } = await scripted([{ status }, ok, { status }]).run(
				async (client) => [await upsert(client), await upsert(client), await upsert(client)],
			);
			const confirmed = [false, true, true].map((one) => ({ answer: { confirmed: [one] } }));
			expect(result).toMatchObject(confirmed);
			expect(requests.length).toBe(3);
		},
	);

	it.each([400, 409, 413, 422])('treats %i as a refusal, with its message', async (status) => {
		const { result, requests } = await scripted([{ status, body: says('No.') }]).run(upsert);
		expect(result).toEqual({ refused: true, complaint: { status, message: 'No.', details: [] } });
		expect(requests.length).toBe(1);
	});

	it.each<[number, ProblemCode]>([
		[301, 'redirected'],
		[302, 'redirected'],
		[308, 'redirected'],
		[401, 'unauthorized'],
		[403, 'forbidden'],
		[404, 'unknown_address'],
		[402, 'not_served'],
		[405, 'not_served'],
		[410, 'not_served'],
		[418, 'not_served'],
	])('stops at once at %i: %s', async (status, code) => {
		const { result, requests } = await scripted([{ status, body: says('So be it.') }]).run(upsert);
		expect(problemIn(result)).toEqual({
			code,
			status,
			said: 'So be it.',
			fields: [],
			...(code === 'forbidden' && { permission: 'people:write' }),
		});
		expect(requests.length).toBe(1);
	});

	it('treats 403 as a refusal once others were accepted', async () => {
		const { result } = await scripted([ok, { status: 403, body: says('Not them.') }]).run(
			async (client) => [await upsert(client), await upsert(client)],
		);
		expect(result).toMatchObject([taken, { refused: true, complaint: { status: 403 } }]);
	});

	it('sends no more requests after an answer that ends the run', async () => {
		const { result, requests } = await scripted([{ status: 401 }]).run((client) =>
			Promise.allSettled([upsert(client), upsert(client), upsert(client)]),
		);
		const ended = { status: 'rejected', reason: { problem: { code: 'unauthorized' } } };
		expect(result).toMatchObject([ended, ended, ended]);
		expect(requests.length).toBe(1);
	});

	it('leaves no request waiting behind an unreadable answer', async () => {
		const deep = `{"details":[{"message":${'['.repeat(1e5)}${']'.repeat(1e5)}}]}`;
		const { result } = await scripted([{ status: 400, body: deep }, ok]).run((client) =>
			Promise.allSettled([upsert(client), upsert(client)]),
		);
		const failed = { status: 'rejected', reason: expect.any(RangeError) };
		expect(result).toMatchObject([failed, { status: 'fulfilled', value: taken }]);
	});

	it.each<[string, Scripted]>([
		...[408, 425, 429, 500, 502, 503, 504, 520].map((status): [string, Scripted] => [
			String(status),
			{ status, body: '<html>Busy</html>' },
		]),
		['a lost connection', lost],
		['no connection', unsent],
		['a timeout', timedOut],
		['a 200 with HTML', html],
		['a 200 with other JSON', { body: '{"status":"maintenance"}' }],
		['a 200 with truncated JSON', { body: '{"people":[{"exter' }],
		['a 200 with a list', { body: '[]' }],
	])('repeats the request after %s', async (_name, fault) => {
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

	it('does not wait for the reset of a 503', async () => {
		const fault = { status: 503, headers: { 'x-ratelimit-reset': '30.5' } };
		expect((await scripted([fault, ok]).run(upsert)).requests[1]?.at).toBeLessThan(1_000);
	});

	it.each<[string, Scripted, object]>([
		[
			'503',
			{ status: 503, body: says('Down.') },
			{ code: 'unavailable', status: 503, said: 'Down.' },
		],
		['429', { status: 429 }, { code: 'allowance_used_up' }],
		['timeouts', timedOut, { code: 'unreachable', fault: 'TIMEOUT' }],
		['no connection', unsent, { code: 'unreachable', fault: 'ECONNREFUSED' }],
		['HTML', html, { code: 'not_flameup' }],
		['other JSON', { body: '{"hello":"world"}' }, { code: 'not_flameup' }],
	])('gives up after the configured time: %s', async (_name, fault, problem) => {
		const { result, ms } = await scripted([fault]).run(upsert);
		expect(problemIn(result)).toMatchObject(problem);
		expect(ms).toBeGreaterThan(9 * 60_000);
		expect(ms).toBeLessThanOrEqual(10 * 60_000 + 100);
	});

	it('reports unreadable answers as such after readable ones', async () => {
		const { result } = await scripted([ok, html]).run(async (client) => [
			await upsert(client),
			await upsert(client),
		]);
		expect(problemIn(result)).toMatchObject({ code: 'unreadable_answers' });
	});

	it.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
		'does not try again after %s',
		async (fault) => {
			const { result, requests } = await scripted([{ fault, sent: false }]).run(upsert);
			expect(problemIn(result)).toEqual({ code: 'untrusted_certificate', fault });
			expect(requests.length).toBe(1);
		},
	);

	it.each<[string, Scripted, ProblemCode]>([
		['a name that is not found', networkFault('ENOTFOUND'), 'unknown_host'],
		['a failed name lookup', networkFault('EAI_AGAIN'), 'unknown_host'],
		['a proxy that refuses the request', networkFault('ERR_PROXY_TUNNEL'), 'proxy_refuses'],
		['a proxy that wants a login', { status: 407 }, 'proxy_refuses'],
	])('gives up within 30 s before anything was answered: %s', async (_name, fault, code) => {
		const all = [upsert, upsert, upsert, upsert];
		const { result, ms } = await scripted([fault]).run((client) =>
			Promise.race(all.map((send) => send(client))),
		);
		expect(problemIn(result)).toMatchObject({ code });
		expect(ms).toBeLessThanOrEqual(30_000);
	});

	it('waits the usual time when a name is no longer found', async () => {
		const { result, ms } = await scripted([{ status: 503 }, networkFault('EAI_AGAIN')]).run(upsert);
		expect(problemIn(result)).toMatchObject({ code: 'unreachable', fault: 'EAI_AGAIN' });
		expect(ms).toBeGreaterThan(9 * 60_000);
	});

	it.each<[string, Partial<Pace>, Scripted]>([
		['give_up_after_minutes is 0', { give_up_after_minutes: 0 }, { status: 500 }],
		['asked to wait beyond it', {}, { status: 503, headers: { 'retry-after': '3600' } }],
	])('gives up at once when %s', async (_name, pace, fault) => {
		const { result, requests, ms } = await scripted([fault], { pace }).run(upsert);
		expect(problemIn(result)).toMatchObject({ code: 'unavailable', forMs: 0 });
		expect([requests.length, ms]).toEqual([1, 50]);
	});

	it.each([429, 503])('makes no other request wait longer than that after a %i', async (status) => {
		const fault = { status, headers: { 'retry-after': '3600' } };
		const { result, requests, ms } = await scripted([fault]).run((client) =>
			Promise.allSettled([upsert(client), upsert(client), upsert(client)]),
		);
		const code = status === 429 ? 'allowance_used_up' : 'unavailable';
		const failed = { status: 'rejected', reason: { problem: { code } } };
		expect(result).toMatchObject([failed, failed, failed]);
		expect([requests.length, ms]).toEqual([1, 50]);
	});

	it('has only the code as its message, because answers can repeat personal data', async () => {
		const body = says('ann@x.example, +49 170 1234567 is unknown');
		for (const status of [401, 404, 500]) {
			const pace = { give_up_after_minutes: 0 };
			const { result } = await scripted([{ status, body }], { pace }).run(upsert);
			expect((result as Error).message).toBe(problemIn(result).code);
		}
	});

	it('reports trouble once a minute, and clears it once a request succeeds', async () => {
		const down = Array.from({ length: 12 }, (): Scripted => ({ status: 503, body: says('Down.') }));
		const { result, stats, troubles, ms } = await scripted([...down, ok]).run(upsert);
		expect(result).toMatchObject(taken);
		expect(troubles[0]).toMatchObject({
			at: 50,
			problem: { code: 'unavailable', said: 'Down.', forMs: 0 },
		});
		const gaps = troubles.slice(1).map(({ at }, i) => at - (troubles[i]?.at ?? 0));
		expect(gaps.length).toBeGreaterThanOrEqual(1);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60_000);
		expect(troubles.length).toBeLessThanOrEqual(1 + ms / 60_000);
		expect(stats.trouble).toBeUndefined();
	});
});

describe('a stop', () => {
	it.each<[string, Scripted, Partial<Pace>, number, ProblemCode | undefined]>([
		['before a retry', { status: 503, headers: { 'retry-after': '300' } }, {}, 1, 'unavailable'],
		['after a 429', { status: 429, headers: { 'retry-after': '300' } }, {}, 1, 'allowance_used_up'],
		['for the allowance', ok, { requests_per_minute: 1 }, 1, undefined],
	])('ends the wait %s, and reports the trouble', async (_name, answer, pace, sent, code) => {
		const { clock, signal, run } = scripted([answer], { pace });
		void clock.sleep(10_000).then(() => {
			signal.aborted = true;
		});
		const { result, ms, requests } = await run((client) =>
			Promise.all([upsert(client), upsert(client), upsert(client)]),
		);
		const { trouble } = problemIn(result) as Problem<'stopped'>;
		expect(trouble?.code).toBe(code);
		expect([ms, requests.length]).toEqual([10_000, sent]);
	});

	it('lets requests in flight finish', async () => {
		const { clock, signal, run } = scripted([ok]);
		void clock.sleep(10).then(() => {
			signal.aborted = true;
		});
		expect((await run(upsert)).result).toMatchObject(taken);
	});

	it('sends no new request', async () => {
		const { signal, run } = scripted([ok]);
		signal.aborted = true;
		const { result, requests } = await run(upsert);
		expect(problemIn(result)).toEqual({ code: 'stopped' });
		expect(requests).toEqual([]);
	});
});

describe('createPerson', () => {
	const created = { status: 201, body: '{"id":"1","external_id":"u1"}' };

	it.each<[string, Scripted]>([
		['an allowance used up', { status: 429 }],
		['no connection', unsent],
	])('tries again after %s', async (_name, fault) => {
		const { result, requests } = await scripted([fault, created]).run(create);
		expect(result).toEqual({ refused: false, person: { id: '1', external_id: 'u1' } });
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
		expect(problemIn(result)).toMatchObject({ code: 'uncertain' });
		expect(requests.length).toBe(1);
	});

	it.each(['', ' ', '{}'])('accepts the body %j only after a documented answer', async (body) => {
		const empty = { status: 201, body };
		const { result, requests } = await scripted([created, empty]).run(async (client) => [
			await create(client),
			await create(client),
		]);
		expect(result).toMatchObject([{ person: { id: '1' } }, { refused: false }]);
		expect(requests.length).toBe(2);
		expect(problemIn((await scripted([empty]).run(create)).result).code).toBe('uncertain');
	});

	it.each([
		...['<html>', '{"person":', 'null', '{"hello":"world"}', '{"id":"1","success":false}'],
		...['{"id":"1"}', '{"id":"1","external_id":"u2"}', '{"id":"1","userId":"U1"}'],
	])('treats a 2xx with the body %j as unclear', async (body) => {
		const { result, requests } = await scripted([{ status: 201, body }]).run(create);
		expect(problemIn(result)).toMatchObject({ code: 'uncertain', answer: { status: 201 } });
		expect(requests.length).toBe(1);
	});

	it('is refused like a batch', async () => {
		const { result } = await scripted([{ status: 409, body: says('Exists.') }]).run(create);
		expect(result).toMatchObject({ refused: true, complaint: { status: 409, message: 'Exists.' } });
	});
});

describe('check', () => {
	it.each<[string, Scripted, true | 'write only' | ProblemCode]>([
		['200', { body: '{"people":[]}' }, true],
		['200 with HTML', { body: '<html>' }, 'not_flameup'],
		['200 with null', { body: 'null' }, 'not_flameup'],
		['200 with another object', { body: '{"status":"ok"}' }, 'not_flameup'],
		['200 that says that it failed', { body: '{"success":false,"people":[]}' }, 'not_flameup'],
		['204', { status: 204 }, 'not_flameup'],
		['301', { status: 301 }, 'redirected'],
		['400', { status: 400, body: says('What?') }, 'not_served'],
		['401', { status: 401 }, 'unauthorized'],
		['403', { status: 403 }, 'write only'],
		['403 with a message', { status: 403, body: says('No.') }, 'write only'],
		['403 with HTML', { status: 403, body: '<html>Blocked</html>' }, 'not_flameup'],
		['404', { status: 404 }, 'unknown_address'],
		['405', { status: 405 }, 'not_served'],
		['407', { status: 407 }, 'proxy_refuses'],
		['429', { status: 429 }, 'allowance_used_up'],
		['500', { status: 500 }, 'unavailable'],
		['503', { status: 503 }, 'unavailable'],
		['no connection', unsent, 'unreachable'],
		['an unknown host name', networkFault('ENOTFOUND'), 'unknown_host'],
		['a failed name lookup', networkFault('EAI_AGAIN'), 'unknown_host'],
		['a timeout', timedOut, 'unreachable'],
		['a certificate', { fault: 'CERT_HAS_EXPIRED', sent: false }, 'untrusted_certificate'],
		['a proxy', networkFault('ERR_PROXY_TUNNEL'), 'proxy_refuses'],
	])('sends one request, and interprets %s', async (_name, answer, expected) => {
		const { result, requests } = await scripted([answer]).run(check);
		if (expected === true || expected === 'write only') {
			expect(result).toEqual({ ok: true, canRead: expected === true });
		} else expect(result).toMatchObject({ ok: false, problem: { code: expected } });
		expect(requests).toMatchObject([{ method: 'GET' }]);
		expect(requests[0]).not.toHaveProperty('body');
	});

	it.each([
		['ws_1', '/api/v1/workspaces/ws_1/people/search?external_id=flameup-connection-check&limit=1'],
		['', '/api/v1/people?limit=1'],
	])('of workspace %j reads as little as it can', async (workspace_id, path) => {
		const { requests } = await scripted([ok], { workspace_id }).run(check);
		expect(requests.map(({ url }) => url)).toEqual([`https://flameup.test${path}`]);
	});

	it.each([
		[60, 7_000],
		[3, 3_000],
	])('with a timeout of %i s waits %i ms at most', async (timeout_seconds, timeoutMs) => {
		const { requests } = await scripted([ok], { pace: { timeout_seconds } }).run(check);
		expect(requests[0]?.timeoutMs).toBe(timeoutMs);
	});

	it('neither waits for the allowance nor uses it', async () => {
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
	['many trailing slashes', 'https://x.test///', '', 'https://x.test'],
	[
		'a workspace with special characters',
		'https://x.test',
		'a/b ?#ü',
		'https://x.test/workspaces/a%2Fb%20%3F%23%C3%BC',
	],
])('builds the address from %s', async (_name, api_url, workspace_id, base) => {
	const answers = [ok, { status: 201 }];
	const { requests } = await scripted(answers, { api_url, workspace_id }).run(async (client) => [
		await upsert(client),
		await create(client),
	]);
	expect(requests.map(({ url }) => url)).toEqual([`${base}/people/batch`, `${base}/people`]);
});

describe('listPeople', () => {
	const list = (client: Client) => client.listPeople({ status: 'active' }, 50, 100);

	it('asks for a page, and reads who is in it and how many there are', async () => {
		const answers = [{ body: '{"people":[{"id":"1"},null],"total":150}' }];
		const { result, requests } = await scripted(answers).run(list);
		expect(result).toEqual({ refused: false, page: { items: [{ id: '1' }], total: 150 } });
		expect(requests[0]?.url).toBe(
			'https://flameup.test/api/v1/workspaces/ws_1/people?limit=50&offset=100&status=active',
		);
	});

	it.each(['{"people":[]}', '{"people":[],"total":"9"}', '{"people":[],"total":null}'])(
		'reads no total from %s',
		async (body) => {
			const { result } = await scripted([{ body }]).run(list);
			expect(result).toEqual({ refused: false, page: { items: [], total: undefined } });
		},
	);

	it.each(['null', '[]', '{"data":[]}', '<html>', ''])('asks again after %j', async (body) => {
		const answers = [{ body }, { body: '{"people":[],"total":0}' }];
		const { result, requests } = await scripted(answers).run(list);
		expect([result, requests.length]).toEqual([
			{ refused: false, page: { items: [], total: 0 } },
			2,
		]);
	});
});

describe('findPerson', () => {
	const ann = { id: '1', external_id: 'a/b', email: 'Ann@x.test' };
	const list = { body: JSON.stringify({ people: [ann] }) };

	it.each<[string, string, Scripted, string, string]>([
		[
			'in a workspace',
			'ws_1',
			list,
			'a/b',
			'/workspaces/ws_1/people/search?external_id=a%2Fb&limit=1',
		],
		['of the key', '', { body: JSON.stringify(ann) }, 'a/b', '/people/a%2Fb'],
	])('finds exactly one, %s', async (_name, workspace_id, answer, value, path) => {
		const { result, requests } = await scripted([answer], { workspace_id }).run((client) =>
			client.findPerson('userId', value),
		);
		expect(result).toEqual({ refused: false, person: ann });
		expect(requests.map(({ url }) => url)).toEqual([`https://flameup.test/api/v1${path}`]);
	});

	it.each<[string, Scripted, string]>([
		['nobody', { body: '{"people":[]}' }, 'ws_1'],
		['somebody else', list, 'ws_1'],
		['somebody else by the key', { body: JSON.stringify(ann) }, ''],
		['404 with a message', { status: 404, body: says('Not found.') }, ''],
	])('finds nobody in an answer with %s', async (_name, answer, workspace_id) => {
		const { result } = await scripted([answer], { workspace_id }).run((client) =>
			client.findPerson('userId', 'other'),
		);
		expect(result).toEqual({ refused: false });
	});

	it("asks for Flameup's own ID by its path, only in a workspace", async () => {
		const answers = [{ body: JSON.stringify(ann) }];
		const find = (client: Client) => client.findPerson('id', '1');
		const { result, requests } = await scripted(answers).run(find);
		expect(result).toEqual({ refused: false, person: ann });
		expect(requests[0]?.url).toBe('https://flameup.test/api/v1/workspaces/ws_1/people/1');
		const without = await scripted(answers, { workspace_id: '' }).run(find);
		expect([problemIn(without.result)?.code, without.requests]).toEqual(['needs_workspace', []]);
	});

	it('treats a 404 without a message as a wrong address', async () => {
		const { result } = await scripted([{ status: 404 }], { workspace_id: '' }).run((client) =>
			client.findPerson('userId', 'u1'),
		);
		expect(problemIn(result)).toMatchObject({ code: 'unknown_address' });
	});

	it.each(['', '.', '..', 'half \ud800'])('sends no request with %j in its path', async (value) => {
		const { result, requests } = await scripted([ok], { workspace_id: '' }).run((client) =>
			client.findPerson('userId', value),
		);
		expect([result, requests]).toEqual([{ refused: false }, []]);
	});

	it('searches a workspace for . but not for a lone surrogate', async () => {
		const { result, requests } = await scripted([{ body: '{"people":[]}' }]).run(async (client) => [
			await client.findPerson('userId', '.'),
			await client.findPerson('email', '\udc00'),
		]);
		expect(result).toEqual([{ refused: false }, { refused: false }]);
		expect(requests.length).toBe(1);
	});
});

describe('updateTraits', () => {
	const update = (client: Client) => client.updateTraits('u 1', '{"plan":"pro"}');
	const ann = { id: '1', external_id: 'u 1' };
	const shown: Scripted = { body: JSON.stringify(ann) };

	it('sends the traits as they are, and returns the person', async () => {
		const { result, requests } = await scripted([shown]).run(update);
		expect(result).toEqual({ refused: false, exists: true, person: ann });
		expect(requests).toMatchObject([
			{
				method: 'PUT',
				url: 'https://flameup.test/api/v1/workspaces/ws_1/people/u%201',
				body: '{"traits":{"plan":"pro"}}',
			},
		]);
	});

	it('repeats the request after a fault, and finds nobody who does not exist', async () => {
		const absent = { status: 404, body: says('Not found.') };
		const { result, requests } = await scripted([lost, html, absent], { workspace_id: '' }).run(
			update,
		);
		expect([result, requests.length]).toEqual([{ refused: false, exists: false }, 3]);
	});

	it('takes an empty answer for a success only after a documented one', async () => {
		const { result, requests } = await scripted([{ body: '{}' }, shown, { body: '{}' }]).run(
			async (client) => [await update(client), await update(client)],
		);
		expect(result).toEqual([
			{ refused: false, exists: true, person: ann },
			{ refused: false, exists: true },
		]);
		expect(requests.length).toBe(3);
	});

	it.each(['', '.', '..'])('sends no request with %j in its path', async (id) => {
		const { result, requests } = await scripted([shown]).run((client) =>
			client.updateTraits(id, '{}'),
		);
		expect([result, requests]).toEqual([{ refused: false, exists: false }, []]);
	});
});

describe('track', () => {
	const event = { userId: 'u1', event: 'signed_up', properties: { plan: 'pro' } };
	const track = (client: Client) => client.track(event);
	const tracked: Scripted = { body: '{"success":true,"event_id":"e1"}' };

	it.each([
		[
			'ws_1',
			'/workspaces/ws_1/events',
			{ userId: 'u1', event: 'signed_up', properties: { plan: 'pro' } },
		],
		['', '/track', { external_id: 'u1', event: 'signed_up', parameters: { plan: 'pro' } }],
	])('of workspace %j sends what is documented', async (workspace_id, path, body) => {
		const answer = { success: true, event_id: 'e1' };
		const { result, requests } = await scripted([{ body: JSON.stringify(answer) }], {
			workspace_id,
		}).run(track);
		expect(result).toEqual({ refused: false, answer });
		expect(requests.map(({ url, body }) => [url, JSON.parse(body ?? '')])).toEqual([
			[`https://flameup.test/api/v1${path}`, body],
		]);
	});

	it.each(['', '{}'])('accepts the body %j only after a documented answer', async (body) => {
		const empty = { status: 202, body };
		const { result } = await scripted([tracked, empty]).run(async (client) => [
			await track(client),
			await track(client),
		]);
		expect(result).toMatchObject([{ refused: false }, { refused: false, answer: {} }]);
		expect(problemIn((await scripted([empty]).run(track)).result).code).toBe('uncertain');
	});

	it.each(['Person not found', 'Unknown recipient.', 'No user with this external_id'])(
		'is refused by the 404 %j, which is about the person',
		async (message) => {
			const { result } = await scripted([{ status: 404, body: says(message) }]).run(track);
			expect(result).toMatchObject({ refused: true, complaint: { status: 404, message } });
		},
	);

	it.each([says('Not found'), says('Workspace not found'), '', '<html>'])(
		'ends the run by the 404 %j as its first answer',
		async (body) => {
			const { result } = await scripted([{ status: 404, body }]).run(track);
			expect(problemIn(result).code).toBe('unknown_address');
		},
	);

	it('is refused by a 404 with any message once an event was accepted', async () => {
		const { result } = await scripted([tracked, { status: 404, body: says('Not found') }]).run(
			async (client) => [await track(client), await track(client)],
		);
		expect(result).toMatchObject([{ refused: false }, { refused: true }]);
	});

	it.each(['<html>', 'null', '[]', '{"hello":"world"}', '{"success":false}', '{"error":"Full"}'])(
		'treats a 2xx with the body %j as unclear',
		async (body) => {
			const { result, requests } = await scripted([{ body }]).run(track);
			expect(problemIn(result)).toMatchObject({ code: 'uncertain', answer: { status: 200 } });
			expect(requests.length).toBe(1);
		},
	);

	it.each<[string, Scripted]>([
		['503', { status: 503 }],
		['a lost connection', lost],
		['a timeout', timedOut],
	])('is not sent twice after %s', async (_name, fault) => {
		const { result, requests } = await scripted([fault]).run(track);
		expect(problemIn(result)).toMatchObject({ code: 'uncertain' });
		expect(requests.length).toBe(1);
	});

	it('is sent again when it certainly did not arrive', async () => {
		const answers = [unsent, { status: 429 }, { body: '{"success":true}' }];
		const { result, requests } = await scripted(answers).run(track);
		expect([result, requests.length]).toEqual([{ refused: false, answer: { success: true } }, 3]);
	});
});

describe('requests that could message somebody twice', () => {
	const base = 'https://flameup.test/api/v1';
	const message = { userId: 'u1', content: { template_id: 't1' }, data: {} };
	const device = { token: 'x', platform: 'ios' };
	const found = { body: '{"people":[{"id":"uuid/1","external_id":"u1"}]}' };
	const requestsOf: Record<string, (client: Client) => Promise<unknown>> = {
		message: (client) => client.sendMessage(message),
		campaign: (client) => client.triggerCampaign('c 1'),
		device: (client) => client.registerDevice('userId', 'u1', device),
	};
	const names = Object.keys(requestsOf);
	/** The answers before the request itself. */
	const earlier = (name: string) => (name === 'device' ? [found] : []);
	const last = <T,>(list: readonly T[]) => list.at(-1);

	it.each([
		['message', `${base}/workspaces/ws_1/transactional/send`, { user_id: 'u1', template_id: 't1' }],
		['campaign', `${base}/workspaces/ws_1/campaigns/c%201/trigger`, {}],
		['device', `${base}/people/uuid%2F1/devices`, device],
	])('%s: sends what is documented', async (name, url, body) => {
		const answer = { success: true };
		const answers = [...earlier(name), { body: JSON.stringify(answer) }];
		const { result, requests } = await scripted(answers).run(requestsOf[name] as never);
		expect(result).toEqual({ refused: false, answer });
		expect(last(requests)).toMatchObject({ method: 'POST', url });
		expect(JSON.parse(last(requests)?.body ?? '')).toEqual(body);
	});

	it('sends the content, the data and the platform of a message', async () => {
		const template = { title: 'Hi', body: 'There' };
		const { requests } = await scripted([{ body: '{"message_id":"m1"}' }]).run((client) =>
			client.sendMessage({ ...message, content: { template }, data: { n: 1 }, platform: 'ios' }),
		);
		expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
			user_id: 'u1',
			template,
			data: { n: 1 },
			platform: 'ios',
		});
	});

	describe.each(names)('%s', (name) => {
		const act = requestsOf[name] as (client: Client) => Promise<unknown>;
		const may = /^The (?:message|campaign|device) may have been/;

		it.each<[string, Scripted]>([
			['500', { status: 500 }],
			['503', { status: 503, headers: { 'retry-after': '1' } }],
			['408', { status: 408 }],
			['a lost connection', lost],
			['a timeout', timedOut],
			['a page of a proxy', html],
			['a complaint', { body: '{"success":false}' }],
		])('is sent once, and is uncertain, after %s', async (_name, fault) => {
			const { result, requests } = await scripted([...earlier(name), fault]).run(act);
			const problem = problemIn(result);
			expect(problem).toMatchObject({ code: 'uncertain', what: name });
			expect(describeProblem(problem as Problem, WORDS).title).toMatch(may);
			expect(requests).toHaveLength(earlier(name).length + 1);
		});

		it('is sent again when it certainly had no effect', async () => {
			const answers = [...earlier(name), unsent, { status: 429 }, { body: '{"success":true}' }];
			const { result, requests } = await scripted(answers).run(act);
			expect(result).toEqual({ refused: false, answer: { success: true } });
			expect(requests).toHaveLength(earlier(name).length + 3);
		});

		it('accepts an empty answer after a documented one', async () => {
			const answers = [...earlier(name), { body: '{"success":true}' }];
			const { result } = await scripted([...answers, ...earlier(name), { status: 204 }]).run(
				async (client) => [await act(client), await act(client)],
			);
			expect(result).toMatchObject([{ refused: false }, { refused: false, answer: {} }]);
		});

		it('is refused by a 404 with a message', async () => {
			const answers = [...earlier(name), { status: 404, body: says('Unknown.') }];
			const { result } = await scripted(answers).run(act);
			expect(result).toMatchObject({ refused: true, complaint: { message: 'Unknown.' } });
		});
	});

	// Flameup documents no answer to a campaign, so an empty one is none less.
	it.each([
		['message', 'uncertain'],
		['campaign', undefined],
	])('%s: an empty answer as the first one of a run ends as %s', async (name, code) => {
		const { result } = await scripted([{ status: 204 }]).run(requestsOf[name] as never);
		expect(result instanceof FlameupError ? result.problem.code : undefined).toBe(code);
	});

	it('stops with the permission that is missing although the key may read', async () => {
		const answers = [found, { status: 403, body: says('Forbidden.') }];
		const { result } = await scripted(answers).run(requestsOf.device as never);
		expect(problemIn(result)).toMatchObject({ code: 'forbidden', permission: 'devices:write' });
	});

	it.each(['message', 'campaign'])('%s: needs a workspace, and sends nothing', async (name) => {
		const { result, requests } = await scripted([ok], { workspace_id: '' }).run(
			requestsOf[name] as never,
		);
		expect([problemIn(result)?.code, requests]).toEqual(['needs_workspace', []]);
	});

	it('names no permission that is not documented', async () => {
		const { result } = await scripted([{ status: 403 }]).run(requestsOf.message as never);
		const problem = problemIn(result) as Problem;
		expect(problem).not.toHaveProperty('permission');
		expect(describeProblem(problem, WORDS).hint).toContain('the permission for this');
	});

	it('registers no device of nobody', async () => {
		const { result, requests } = await scripted([{ body: '{"people":[]}' }]).run(
			requestsOf.device as never,
		);
		expect([result, requests.length]).toEqual([{ refused: false }, 1]);
	});

	it.each(['', '.', '..', 'half \ud800'])('triggers no campaign %j', async (id) => {
		const { result, requests } = await scripted([ok]).run((client) => client.triggerCampaign(id));
		expect([result, requests]).toEqual([{ refused: false }, []]);
	});
});

describe('listEvents', () => {
	it('asks for a page, with the documented filters', async () => {
		const filter = { user_id: 'a&b', event: 'left', since: '2026-01-01T00:00:00Z' };
		const { result, requests } = await scripted([
			{ body: '{"events":[{"id":"e1"}],"total":9}' },
		]).run((client) => client.listEvents(filter, 50, 100));
		expect(result).toEqual({ refused: false, page: { items: [{ id: 'e1' }], total: 9 } });
		expect(requests[0]?.url).toBe(
			'https://flameup.test/api/v1/workspaces/ws_1/events?limit=50&offset=100&user_id=a%26b&event=left&since=2026-01-01T00%3A00%3A00Z',
		);
	});

	it('needs a workspace', async () => {
		const { result, requests } = await scripted([ok], { workspace_id: '' }).run((client) =>
			client.listEvents({}, 50, 0),
		);
		expect([problemIn(result)?.code, requests]).toEqual(['needs_workspace', []]);
	});
});

it('confirms everybody in a dry run, shows them, and sends nothing', async () => {
	const client = new DryRunClient();
	const written = await client.upsertPeople(['a', 'b'], ['{"userId":"a"}', '{"userId":"b"}']);
	expect(written).toMatchObject({ refused: false, answer: { confirmed: [true, true] } });
	expect([...written.answer.people]).toEqual([
		['a', { userId: 'a' }],
		['b', { userId: 'b' }],
	]);
	expect(await client.createPerson('a', '{"userId":"a"}')).toEqual({
		refused: false,
		person: { userId: 'a' },
	});
	expect([client.stats.requests, client.hasSpare()]).toEqual([0, true]);
});

describe('clients that share the request accounting of a key', () => {
	const books = () => ({ clock: createFakeClock(), limiter: new RateLimiter(120, false) });
	const upsert = (client: Client) => client.upsertPeople(['u1'], ['{}']);

	it('send one request before all others, and together no more than the limit', async () => {
		const beside = { clock: createFakeClock(), limiter: new RateLimiter(3, false) };
		const pace = { requests_per_minute: 3 };
		const clients = [1, 2, 3, 4].map(() => scripted([ok], { beside, pace }));
		await beside.clock.run(Promise.all(clients.map(({ client }) => upsert(client))));
		const times = clients.flatMap(({ requests }) => requests.map(({ at }) => at)).sort(compare);
		expect(times).toEqual([0, 50, 50, 60_050]);
	});

	it('wait together after a 429, and then one request goes first', async () => {
		const beside = books();
		const full = { status: 429, headers: { 'retry-after': '20' } };
		const clients = [[full, ok], [ok], [ok]].map((answers) => scripted(answers, { beside }));
		await beside.clock.run(Promise.all(clients.map(({ client }) => upsert(client))));
		const times = clients.flatMap(({ requests }) => requests.map(({ at }) => at)).sort(compare);
		expect(times).toEqual([0, 20_050, 20_100, 20_100]);
	});

	it('give up for the reason that another client received, instead of waiting for hours', async () => {
		const beside = books();
		const busy = { status: 429, headers: { 'retry-after': '36000' } };
		const first = scripted([busy], { beside });
		const second = scripted([ok], { beside });
		expect(await first.run(upsert)).toMatchObject({
			result: { problem: { code: 'allowance_used_up' } },
		});
		const { ms, requests, result } = await second.run(upsert);
		expect(result).toMatchObject({ problem: { code: 'allowance_used_up', status: 429 } });
		expect(requests).toEqual([]);
		expect(ms).toBeLessThan(1_000);
	});

	it('are not held up by one that is stopped in the middle of a request', async () => {
		const beside = books();
		const first = scripted([networkFault('NETWORK')], { beside });
		const second = scripted([ok], { beside });
		const stopped = upsert(first.client).catch(({ problem }: FlameupError) => problem.code);
		await beside.clock.run(beside.clock.sleep(10));
		first.signal.aborted = true;
		const { requests } = await second.run(upsert);
		expect(await stopped).toBe('stopped');
		expect(requests.map(({ at }) => at)).toEqual([50]);
	});
});
