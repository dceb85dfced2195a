import { describe, expect, it } from 'vitest';
import { FlameupError } from '../../src/errors';
import {
	type HttpResponse,
	type NetworkFault,
	networkFault,
	type Transport,
} from '../../src/ports';
import type { FakeClock } from './fake-clock.mts';
import { createFakeRun, type FakeRun, type FakeRunOptions, type Step } from './fake-run.mts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

type Answer = Partial<HttpResponse> | NetworkFault;

/** Accepts everybody, unless `failing` returns an answer; records the time of each request. */
function unreliable(failing: (at: number, userIds: readonly string[]) => Answer | undefined) {
	const sentAt: number[] = [];
	let start = 0;
	const transport =
		(clock: FakeClock): Transport =>
		async ({ body = [], timeoutMs }) => {
			start ||= clock.now();
			const at = clock.now() - start;
			sentAt.push(at);
			const { people } = JSON.parse(body.join('')) as { people: { userId: string }[] };
			const userIds = people.map(({ userId }) => userId);
			const answer = failing(at, userIds);
			await clock.sleep(answer !== undefined && 'fault' in answer && answer.sent ? timeoutMs : 50);
			if (answer !== undefined && 'fault' in answer) return answer;
			const listed = userIds.map((userId) => ({ external_id: userId }));
			return { status: 200, headers: {}, body: JSON.stringify({ people: listed }), ...answer };
		};
	return { sentAt, transport };
}

const people = (count: number): Step[] =>
	Array.from({ length: count }, (_, n) => ({ person: { userId: `u${n}` } }));

/** The most of these times in any minute. */
const mostInAMinute = (moments: readonly number[]): number =>
	Math.max(
		...moments.map((from) => moments.filter((at) => at >= from && at < from + MINUTE).length),
	);

async function timed(run: FakeRun, steps: readonly Step[]) {
	const start = run.clock.now();
	await run.load(steps);
	return run.clock.now() - start;
}

const upserted = ({ told }: FakeRun) =>
	told.filter((one) => 'outcome' in one && one.outcome.status === 'upserted').length;

const retryAfters: [string, Record<string, string>][] = [
	['no Retry-After', {}],
	['Retry-After: 0', { 'retry-after': '0' }],
	['a Retry-After in the past', { 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' }],
];
const outages = [2 * SECOND, MINUTE, 5 * MINUTE];

describe('an outage of Flameup costs at most a tenth of the allowance', () => {
	const cases = retryAfters.flatMap(([name, headers]) =>
		outages.map((ms) => [name, ms / SECOND, headers] as const),
	);

	it.each(cases)('%s, %d s', async (_name, seconds, headers) => {
		for (const seed of [1, 2, 3, 4, 5, 6]) {
			// The first request went through, and four are sent together.
			const from = 60;
			const isOut = (at: number) => at >= from && at < from + seconds * SECOND;
			const { sentAt, transport } = unreliable((at) =>
				isOut(at) ? { status: 503, headers, body: '' } : undefined,
			);
			const run = createFakeRun({ seed, transport, flushesByAge: false });
			const ms = await timed(run, people(1_000));
			expect(upserted(run)).toBe(1_000);
			expect(sentAt.filter(isOut).length).toBeGreaterThanOrEqual(4);
			expect(mostInAMinute(sentAt.filter(isOut))).toBeLessThanOrEqual(12);
			// The pause grows with the outage, up to half a minute.
			expect(ms).toBeLessThanOrEqual(seconds * SECOND + Math.min(31, 1 + 3 * seconds) * SECOND);
		}
	});

	it('is waited out as long for many requests in flight as for one', async () => {
		const isOut = (at: number) => at >= 60 && at < 2 * SECOND;
		for (const requests_in_flight of [1, 4, 16]) {
			const { transport } = unreliable((at) => (isOut(at) ? { status: 503 } : undefined));
			const run = createFakeRun({ transport, pace: { requests_in_flight } });
			expect(await timed(run, people(6_000))).toBeLessThanOrEqual(7 * SECOND);
			expect(run.client.stats.faults).toBeGreaterThanOrEqual(requests_in_flight);
		}
	});

	it('is reported at most once a minute', async () => {
		const { transport } = unreliable((at) => (at < 5 * MINUTE ? { status: 503 } : undefined));
		const run = createFakeRun({ transport });
		await run.load(people(500));
		expect(run.troubles.map(({ problem }) => problem.code)).toEqual(
			run.troubles.map(() => 'unavailable'),
		);
		const gaps = run.troubles.slice(1).map(({ at }, i) => at - (run.troubles[i]?.at ?? 0));
		expect(gaps.length).toBeGreaterThanOrEqual(2);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE);
	});

	it('is the reason reported for a run that is stopped meanwhile', async () => {
		const { transport } = unreliable(() => networkFault('ECONNREFUSED'));
		const run = createFakeRun({ transport });
		void run.clock.sleep(90 * SECOND).then(() => run.stop.abort());
		const error = await run.load(people(500)).catch((thrown: unknown) => thrown);
		expect((error as FlameupError).problem).toMatchObject({
			code: 'stopped',
			trouble: { code: 'unreachable', fault: 'ECONNREFUSED' },
		});
	});

	it('is no longer a reason once requests succeed', async () => {
		const { transport } = unreliable((at) => (at < 2 * SECOND ? { status: 503 } : undefined));
		const run = createFakeRun({ transport, pace: { requests_per_minute: 6 } });
		void run.clock.sleep(30 * SECOND).then(() => run.stop.abort());
		const error = await run.load(people(5_000)).catch((thrown: unknown) => thrown);
		expect((error as FlameupError).problem).toEqual({ code: 'stopped' });
	});
});

describe('a batch that always fails', () => {
	const poison = (answer: Answer) => (_at: number, userIds: readonly string[]) =>
		userIds.includes('u0') ? answer : undefined;
	const pace: FakeRunOptions['pace'] = { give_up_after_minutes: 3, timeout_seconds: 20 };

	it.each<[string, Answer, number]>([
		['with 500', { status: 500 }, 30],
		['with silence', networkFault('TIMEOUT'), 60],
	])('%s does not hold up the others much', async (_name, answer, seconds) => {
		const { transport } = unreliable(poison(answer));
		const run = createFakeRun({ transport, pace });
		const start = run.clock.now();
		const error = await run.load(people(5_000)).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(FlameupError);
		const settled = run.told.map(({ at }) => at - start);
		expect(settled.length).toBeGreaterThanOrEqual(1_900);
		expect(settled[1_899]).toBeLessThanOrEqual(seconds * SECOND);
	});
});

describe('an address where Flameup never answers ends the run within 30 s', () => {
	it.each<[string, Answer, string]>([
		['an unknown name', networkFault('ENOTFOUND'), 'unknown_host'],
		['no name service', networkFault('EAI_AGAIN'), 'unknown_host'],
		['a proxy that refuses', networkFault('ERR_PROXY_TUNNEL'), 'proxy_refuses'],
		['a proxy that wants a login', { status: 407 }, 'proxy_refuses'],
	])('%s', async (_name, answer, code) => {
		for (const seed of [1, 2, 3, 4, 5]) {
			const { transport } = unreliable(() => answer);
			const run = createFakeRun({ seed, transport });
			const start = run.clock.now();
			const error = await run.load(people(1_000)).catch((thrown: unknown) => thrown);
			expect((error as FlameupError).problem.code).toBe(code);
			expect(run.clock.now() - start).toBeLessThanOrEqual(30 * SECOND);
		}
	});
});

it('ends the run soon when the key is revoked in the middle of it, and rejects nobody', async () => {
	const from = 5 * SECOND;
	const { sentAt, transport } = unreliable((at) => (at >= from ? { status: 403 } : undefined));
	const run = createFakeRun({ transport, pace: { requests_per_minute: 10_000 } });
	const steps = people(50_000).flatMap((step, n): Step[] =>
		n % 100 === 0 ? [step, { pauseMs: 20 }] : [step],
	);
	const error = await run.load(steps).catch((thrown: unknown) => thrown);
	expect((error as FlameupError).problem).toMatchObject({ code: 'forbidden', status: 403 });
	expect(run.told.length).toBe(upserted(run));
	expect(upserted(run)).toBeGreaterThan(20_000);
	expect(sentAt.filter((at) => at >= from).length).toBeLessThanOrEqual(60);
});
