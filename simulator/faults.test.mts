import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';
import type { Fault } from './faults.mts';
import type { Switches } from './switches.mts';

const body = JSON.stringify({ people: [{ userId: 'a' }] });
const struck = (fault: Fault, options = {}) => {
	const caller = createCaller({ faults: { 1: fault }, ...options });
	return { ...caller, answer: caller.raw('POST', '/people/batch', body) };
};

describe('faults', () => {
	it.each([
		['429', { status: 429 }, false],
		['500', { status: 500 }, false],
		['503-html', { status: 503 }, false],
		['502-empty', { status: 502, body: '' }, false],
		['reset-before', { fault: 'reset', written: false }, false],
		['reset-after', { fault: 'reset', written: true }, true],
		['stall', { fault: 'stall', written: false }, false],
		['stall-after', { fault: 'stall', written: true }, true],
		['truncated', { status: 200 }, true],
		['cut', { fault: 'cut', written: true, begun: { status: 200 } }, true],
		['html-200', { status: 200 }, true],
	] as const)('%s', (fault, expected, isWritten) => {
		const { answer, flameup, batch } = struck(fault);
		expect(answer).toMatchObject(expected);
		expect(flameup.people().has('a')).toBe(isWritten);
		expect(flameup.stats().faults).toEqual({ [fault]: 1 });
		expect(batch({ userId: 'a' }).status).toBe(200);
	});

	it('429 on the first request has 0 remaining and a reset', () => {
		expect(struck('429').answer).toMatchObject({
			headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1767225660' },
		});
	});

	it.each(['503-html', 'html-200'] as const)('%s is a page without rate headers', (fault) => {
		const { answer } = struck(fault);
		expect(answer).toMatchObject({ body: expect.stringContaining('<html>') });
		expect(answer).toMatchObject({ headers: { 'content-type': 'text/html; charset=utf-8' } });
		expect(Object.keys('headers' in answer ? answer.headers : {})).toEqual([
			'date',
			'content-type',
		]);
	});

	it('truncated JSON cannot be parsed', () => {
		const { answer } = struck('truncated');
		expect(() => JSON.parse('body' in answer ? answer.body : '{}')).toThrow(SyntaxError);
	});

	it('do not change the refusal of a batch', () => {
		const { raw } = createCaller({ faults: { 1: 'reset-after', 2: 'html-200' } });
		const bad = '{"people":[{}]}';
		expect(raw('POST', '/people/batch', bad)).toEqual({ fault: 'reset', written: false });
		expect(raw('POST', '/people/batch', bad)).toMatchObject({ status: 400 });
	});

	it('can be counted and happen on writes only', () => {
		const { call, batch } = createCaller({ faults: { 2: '500' }, faultsOn: 'writes' });
		expect(call('GET', '/people').status).toBe(200);
		expect(batch({ userId: 'a' }).status).toBe(200);
		expect(call('GET', '/people').status).toBe(200);
		expect(batch({ userId: 'a' }).status).toBe(500);
	});

	it('happen by chance at the given rate, the same ones for the same seed', () => {
		const run = (seed: number) => {
			const { batch } = createCaller({
				limit: 0,
				faultRate: 0.2,
				faultKinds: ['500', '502-empty'],
				seed,
			});
			return Array.from({ length: 1000 }, () => batchStatus(batch));
		};
		const batchStatus = (batch: ReturnType<typeof createCaller>['batch']) =>
			batch({ userId: 'a' }).status;
		const statuses = run(1);
		const failed = statuses.filter((status) => status !== 200);
		expect(failed.length).toBeGreaterThan(150);
		expect(failed.length).toBeLessThan(250);
		expect(new Set(failed)).toEqual(new Set([500, 502]));
		expect(run(1)).toEqual(statuses);
		expect(run(2)).not.toEqual(statuses);
	});
});

/** Answers to a batch of three people after which nothing is stored. */
const people = [{ userId: 'a' }, { userId: 'b' }, { userId: 'c' }];
const message = 'could not be processed';
const unstored: Partial<Record<Fault, [status: number, body: unknown]>> = {
	'403': [403, { error: 'Forbidden', message: 'Forbidden', code: 403 }],
	'409': [409, expect.objectContaining({ error: 'Conflict', code: 409 })],
	'503': [503, expect.objectContaining({ code: 503 })],
	maintenance: [200, { status: 'maintenance' }],
	hello: [200, { hello: 'world' }],
	queued: [200, { queued: true }],
	null: [200, null],
	'success-false': [200, { success: false, error: expect.any(Object) }],
	'errors-200': [
		200,
		{ errors: people.map(({ userId }, index) => ({ index, external_id: userId, message })) },
	],
	'207-none': [
		207,
		{ results: people.map(({ userId }) => ({ status: 422, external_id: userId, message })) },
	],
};

describe('answers after which nothing is stored', () => {
	it.each(Object.entries(unstored))('%s', (fault, [status, json]) => {
		const { batch, flameup } = createCaller({ faults: { 1: fault as Fault } });
		const answer = batch(...people);
		expect([answer.status, answer.json]).toEqual([status, json]);
		expect(flameup.people().size).toBe(0);
		expect(batch(...people).json.created_count).toBe(3);
	});

	it.each(['html-200-before', '403-html'] as const)('%s is a page', (fault) => {
		const { answer, flameup } = struck(fault);
		expect(answer).toMatchObject({ headers: { 'content-type': 'text/html; charset=utf-8' } });
		expect(flameup.people().size).toBe(0);
	});

	// RFC 9110, 15.2.2 and 15.4: a 101 names the protocol, a redirect the location.
	it.each([
		['101', { upgrade: 'websocket' }],
		['302', { location: '/login' }],
		['307', { location: 'http://127.0.0.1:9/api/v1/people/batch' }],
	] as const)('%s', (fault, headers) => {
		const { answer, flameup } = struck(fault);
		expect(answer).toMatchObject({ status: Number(fault), headers, body: '' });
		expect(flameup.people().size).toBe(0);
	});

	it('use the errorShape switch if they come from Flameup', () => {
		const { batch } = createCaller({ faults: { 1: '403' }, errorShape: 'C' });
		expect(batch(...people).json).toEqual({ error: { code: 'forbidden', message: 'Forbidden' } });
	});

	it('may hit one request between others that are accepted', () => {
		const { batch, flameup } = createCaller({ faults: { 2: '403' } });
		expect(people.map((person) => batch(person).status)).toEqual([200, 403, 200]);
		expect([...flameup.people().keys()]).toEqual(['a', 'c']);
	});
});

// RFC 4918, 13: a 207 proves nothing by itself; each part has its own status.
describe('207-half', () => {
	it('stores the people with status 200', () => {
		const { batch, flameup } = createCaller({ faults: { 1: '207-half' } });
		const { status, json } = batch(...people);
		expect(status).toBe(207);
		expect(json.results).toEqual([
			{ status: 422, external_id: 'a', message },
			{ status: 200, external_id: 'b' },
			{ status: 422, external_id: 'c', message },
		]);
		expect([...flameup.people().keys()]).toEqual(['b']);
	});
});

// RFC 9110, 9.2.2: a client that got no answer cannot know when the request is applied.
describe('applied-late', () => {
	const late = () => createCaller({ faults: { 1: 'applied-late' }, lateMs: 90_000 });
	const bodyOf = (...list: object[]) => JSON.stringify({ people: list });
	const sent = (n: number) => bodyOf({ userId: 'a', traits: { n } });

	it('overwrites what was written meanwhile', () => {
		const { batch, clock, flameup, held, raw } = late();
		const begin = clock.now;
		expect(raw('POST', '/people/batch', sent(1))).toEqual({ fault: 'stall', written: false });
		expect(held('a')).toBeUndefined();
		clock.now = begin + 60_000;
		expect(batch({ userId: 'a', traits: { n: 2 } }).json.created_count).toBe(1);
		clock.now = begin + 89_999;
		expect(held('a')?.traits).toEqual({ n: 2 });
		clock.now = begin + 90_000;
		expect(held('a')).toMatchObject({ traits: { n: 1 }, writes: 2, updatedAt: begin + 90_000 });
		expect(flameup.stats()).toMatchObject({ repeatedInRequest: 0, peopleUpdated: 1 });
	});

	it('is applied before a request that comes afterwards', () => {
		const { batch, clock, held, raw } = late();
		raw('POST', '/people/batch', sent(1));
		clock.now += 100_000;
		expect(batch({ userId: 'a', traits: { n: 2 } }).json.updated_count).toBe(1);
		expect(held('a')?.traits).toEqual({ n: 2 });
	});

	it('refuses what it refuses immediately too', () => {
		const faults = { 1: 'applied-late', 2: 'applied-late' } as const;
		const { clock, flameup, raw } = createCaller({ faults });
		raw('POST', '/people/batch', '{');
		raw('POST', '/people/batch', bodyOf({ userId: 'a' }, {}));
		clock.now += 100_000;
		expect(flameup.people().size).toBe(0);
	});
});

describe('an outage', () => {
	const seconds = [0, 9.9, 10, 39.9, 40];
	const during = (outageKind: Switches['outageKind']) => {
		const { clock, flameup, raw } = createCaller({ outage: [10, 40], outageKind });
		const begin = clock.now;
		const answers = seconds.map((at) => {
			clock.now = begin + at * 1000;
			const answer = raw(
				'POST',
				'/people/batch',
				JSON.stringify({ people: [{ userId: `${at}` }] }),
			);
			return 'fault' in answer ? answer.fault : answer.status;
		});
		expect([...flameup.people().keys()]).toEqual(['0', '9.9', '40']);
		expect(flameup.stats().faults).toEqual({ [outageKind]: 2 });
		return answers;
	};

	it.each([
		['503', 503],
		['503-html', 503],
		['502-empty', 502],
		['html-200-before', 200],
		['reset-before', 'reset'],
		['stall', 'stall'],
		['refused', 'refused'],
	] as const)(
		'answers %s from its first second to its last, and nothing is stored',
		(kind, seen) => {
			expect(during(kind)).toEqual([200, 200, seen, seen, 200]);
		},
	);
});

describe('latency', () => {
	const delays = (latencyMs: number | [number, number]) => {
		const { call } = createCaller({ latencyMs });
		return Array.from({ length: 50 }, () => call('GET', '/people').delayMs);
	};

	it('is fixed, or spread over a range the same way each time', () => {
		expect(new Set(delays(30))).toEqual(new Set([30]));
		const spread = delays([10, 20]);
		expect(spread.every((ms = 0) => ms >= 10 && ms <= 20)).toBe(true);
		expect(new Set(spread).size).toBeGreaterThan(5);
		expect(delays([10, 20])).toEqual(spread);
		expect(new Set(delays(0))).toEqual(new Set([undefined]));
	});
});
