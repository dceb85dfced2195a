import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';
import type { Fault } from './faults.mts';

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

	it('429 on the first request says that nothing remains and when it will', () => {
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

	it('does not say that a refused batch was written', () => {
		const { raw } = createCaller({ faults: { 1: 'reset-after', 2: 'html-200' } });
		const bad = '{"people":[{}]}';
		expect(raw('POST', '/people/batch', bad)).toEqual({ fault: 'reset', written: false });
		expect(raw('POST', '/people/batch', bad)).toMatchObject({ status: 400 });
	});

	it('can spare reads and count writes only', () => {
		const { call, batch } = createCaller({ faults: { 2: '500' }, faultsOn: 'writes' });
		expect(call('GET', '/people').status).toBe(200);
		expect(batch({ userId: 'a' }).status).toBe(200);
		expect(call('GET', '/people').status).toBe(200);
		expect(batch({ userId: 'a' }).status).toBe(500);
	});

	it('come by chance, at the given rate and the same for the same seed', () => {
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
