import { describe, expect, it } from 'vitest';
import {
	type HttpResponse,
	type NetworkFault,
	networkFault,
	type Transport,
} from '../../src/ports';
import type { FakeClock } from '../core/fake-clock.mts';
import { people } from './input.mts';
import { type Sync, sync } from './sync.mts';

const MINUTE = 60_000;
const AGAIN = 'Requests are retried for up to';

/** What the log says while requests fail. */
const toldIn = ({ lines }: Sync) => lines.filter(({ text }) => text.includes(AGAIN));

/** Answers every request in the same way, after a while. */
const always =
	(answer: HttpResponse | NetworkFault, afterMs = 50) =>
	(clock: FakeClock) =>
	async () => {
		await clock.sleep(afterMs);
		return answer;
	};

const failing = (answer: HttpResponse | NetworkFault, pace: object = {}, input = people(1, 10)) =>
	sync({ transport: always(answer), settings: { pace }, input });

const status = (code: number, body = '') => ({ status: code, headers: {}, body });

describe('while requests fail, the log says', () => {
	it.each([
		[
			'ECONNREFUSED',
			'Flameup could not be reached. Nothing is listening at the address (ECONNREFUSED).',
		],
		[
			'ECONNRESET',
			'Flameup could not be reached. The connection was closed before an answer came (ECONNRESET).',
		],
		['TIMEOUT', 'Flameup could not be reached. The request timed out (TIMEOUT).'],
		['ENOTFOUND', 'Flameup could not be reached. The host name could not be found (ENOTFOUND).'],
		[
			'EAI_AGAIN',
			'Flameup could not be reached. The host name could not be looked up (EAI_AGAIN).',
		],
		[
			'EHOSTUNREACH',
			'Flameup could not be reached. There is no route to the address (EHOSTUNREACH).',
		],
		[
			'ERR_SSL_WRONG_VERSION_NUMBER',
			'Flameup could not be reached. The address answers over http, not https (ERR_SSL_WRONG_VERSION_NUMBER).',
		],
		[
			'ERR_PROXY_TUNNEL',
			'Flameup could not be reached. The proxy refused the request (ERR_PROXY_TUNNEL).',
		],
		['EODD', 'Flameup could not be reached. The connection failed (EODD).'],
	])('what failed: %s', async (fault, text) => {
		const run = await failing(networkFault(fault), { give_up_after_minutes: 0.2 });
		expect(toldIn(run).map((line) => [line.level, line.text])).toEqual([
			['WARN', `${text} ${AGAIN} 0.2 minutes.`],
		]);
	});

	it.each([
		[status(503, '<html>'), 'Flameup was unavailable. Flameup answered 503.'],
		[status(500, '{"error":"zora"}'), 'Flameup was unavailable. Flameup answered 500.'],
		[status(429), 'The API key had no allowance left. Flameup answered 429.'],
		[
			status(200, '<html>zora'),
			'The address in api_url answers, but not as Flameup does. It may be wrong, or Flameup shows a maintenance page there.',
		],
	])('what was answered: %o', async (answer, text) => {
		const run = await failing(answer, { give_up_after_minutes: 0.2 });
		expect(toldIn(run).map((line) => line.text)).toEqual([`${text} ${AGAIN} 0.2 minutes.`]);
		expect(run.log).not.toContain('zora');
	});

	it.each([1, 16])(
		'so at most once a minute, with %i requests in flight',
		async (requests_in_flight) => {
			const run = await failing(status(503), { requests_in_flight }, people(1, 2_000));
			const times = toldIn(run).map(({ atMs }) => atMs);
			expect(times.length).toBeGreaterThan(5);
			expect(times.length).toBeLessThan(12);
			expect(times[0]).toBeLessThan(5_000);
			for (const [i, atMs] of times.entries()) {
				if (i > 0) expect(atMs - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(MINUTE);
			}
			expect(run.failure).toMatch(/^transient_error: Flameup was unavailable/);
		},
	);

	it('for how long it has been so', async () => {
		const run = await failing(networkFault('ECONNREFUSED'), { give_up_after_minutes: 4 });
		const texts = toldIn(run).map(({ text }) => text);
		expect(texts[0]).toBe(
			`Flameup could not be reached. Nothing is listening at the address (ECONNREFUSED). ${AGAIN} 4 minutes.`,
		);
		expect(texts.slice(1).join('\n')).toContain('Flameup could not be reached for 2 minutes.');
		expect(run.failure).toMatch(
			/^transient_error: Flameup could not be reached for [34] minutes\./,
		);
	});

	it('nothing more once it is over', async () => {
		const run = await sync({
			flameup: { outage: [0, 150], outageKind: '503' },
			input: people(1, 3_000),
			settings: { pace: { requests_per_minute: 20 } },
		});
		expect([run.failure, run.held.length]).toEqual([undefined, 3_000]);
		const times = toldIn(run).map(({ atMs }) => atMs);
		expect(times.length).toBeGreaterThan(1);
		for (const atMs of times) expect(atMs).toBeLessThan(152_000);
		expect(run.tookMs).toBeGreaterThan(170_000);
		expect(run.log).toMatch(/, \d+ of them failed[;,] /);
	});

	it('nothing about the allowance, which the requests do not wait for', async () => {
		const run = await failing(status(503), {}, people(1, 500));
		const progress = run.lines.filter(({ text }) => text.includes(' a second)'));
		expect(progress.length).toBeGreaterThan(5);
		for (const { text } of progress) expect(text).not.toContain('The allowance is used up');
	});
});

describe('a proxy page in place of an answer', () => {
	const PAGE = '<html><body>Bad Request</body></html>';
	const ACCEPTED = (body: string) => {
		const sent = JSON.parse(body).people as { userId: string }[];
		return JSON.stringify({
			people: sent.map(({ userId }) => ({ external_id: userId })),
			created_count: sent.length,
			updated_count: 0,
		});
	};
	/** Answers some requests with a page, and all others as Flameup does. */
	const behindProxy = (status: number, isPage: (request: number) => boolean): (() => Transport) => {
		let requests = 0;
		return () => async (request) => {
			requests++;
			return isPage(requests)
				? { status, headers: {}, body: PAGE }
				: { status: 200, headers: {}, body: ACCEPTED(request.body?.join('') ?? '') };
		};
	};

	it.each([400, 409, 422, 401, 403, 404])('%s for a while rejects nobody', async (status) => {
		const transport = behindProxy(status, (request) => request > 1 && request < 6);
		const run = await sync({ input: people(1, 300), transport });
		expect(run.failure).toBeUndefined();
		expect(run.log).toContain('300 upserted');
	});

	it('that persists is treated as a refusal in the end', async () => {
		const transport = behindProxy(422, (request) => request > 1);
		const run = await sync({ input: people(1, 300), transport });
		expect(run.log).toMatch(/[1-9]\d* refused/);
	});
});

describe('an address that is probably mistyped', () => {
	it.each([
		[
			'ENOTFOUND',
			'The host name could not be found (ENOTFOUND). Correct api_url, or check the network.',
		],
		[
			'EAI_AGAIN',
			'The host name could not be looked up (EAI_AGAIN). Correct api_url, or check the network.',
		],
		[
			'ERR_PROXY_TUNNEL',
			'The proxy refused the request (ERR_PROXY_TUNNEL). Correct HTTPS_PROXY, or allow the address in the proxy.',
		],
	])('ends the run within 30 s before anything was answered: %s', async (fault, text) => {
		const run = await failing(networkFault(fault));
		expect(run.failure).toBe(`config_error: Flameup could not be reached. ${text}`);
		expect(run.tookMs).toBeLessThan(30_000);
		expect([run.states, toldIn(run).length]).toEqual([[], 1]);
	});

	it.each(['ENOTFOUND', 'ERR_PROXY_TUNNEL'])(
		'is not assumed once Flameup has answered: %s is retried',
		async (fault) => {
			let requests = 0;
			const run = await sync({
				settings: { pace: { requests_in_flight: 1 } },
				input: people(1, 300),
				transport: (clock) => async () => {
					await clock.sleep(50);
					requests++;
					const counts = { created_count: 100, updated_count: 0 };
					return requests === 1 ? status(200, JSON.stringify(counts)) : networkFault(fault);
				},
			});
			expect(run.failure).toMatch(
				/^transient_error: Flameup could not be reached for (9|10) minutes\./,
			);
			expect([run.states.length, run.tookMs > 9 * MINUTE]).toEqual([10, true]);
		},
	);
});

describe('a run that is stopped', () => {
	it.each([
		[
			'a fault of the network',
			networkFault('ECONNREFUSED'),
			'Flameup could not be reached. Nothing is listening at the address (ECONNREFUSED).',
		],
		['an answer', status(503), 'Flameup was unavailable. Flameup answered 503.'],
	])('while requests fail reports why: %s', async (_name, answer, why) => {
		const run = await sync({
			transport: always(answer),
			input: people(1, 150),
			stopAfterMs: 20_000,
		});
		expect(run.failure).toBe(
			`transient_error: The sync was stopped before it finished. Requests were failing at that time: ${why} Everything saved so far is kept; start again to send the rest.`,
		);
		expect(run.log).toContain('150 not finished when the sync ended');
		expect(run.tookMs).toBeLessThan(30_000);
	});

	it('after the failures are over does not report them', async () => {
		const run = await sync({
			flameup: { faults: { 1: '500', 2: '500' } },
			input: people(1, 150),
			stopAfterMs: 20_000,
		});
		expect(run.failure).toBe(
			'transient_error: The sync was stopped before it finished. Everything saved so far is kept; start again to send the rest.',
		);
		expect(run.states).toHaveLength(15);
	});
});
