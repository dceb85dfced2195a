import { describe, expect, it, vi } from 'vitest';
import { createFlameup, type FlameupOptions } from '../../simulator/flameup.mts';
import { defaultKey } from '../../simulator/keys.mts';
import { createN8n, mapped, people, type Setting } from './fake-n8n.mts';
import { fakeTimers, finish } from './timed.mts';

fakeTimers();

const MINUTE = 60_000;
const track = { resource: 'event', operation: 'track', userId: '={{ $json.userId }}', event: 'x' };

/** Starts `count` executions in one n8n at intervals, each with one person. */
async function executions(
	count: number,
	flameup: Partial<FlameupOptions>,
	settingOf: (i: number) => Setting = () => ({}),
) {
	const shared = createFlameup({ now: Date.now, ...flameup });
	const all = people(count).map((person, i) =>
		createN8n({ items: [person], parameters: mapped(), shared, ...settingOf(i) }),
	);
	const ended = all.map(async (n8n, i) => {
		await new Promise((resolve) => setTimeout(resolve, i * 150));
		return n8n.execute();
	});
	const outcomes = Promise.allSettled(ended);
	await vi.advanceTimersByTimeAsync(10 * MINUTE);
	const failed = (await outcomes).filter(({ status }) => status === 'rejected');
	return { shared, all, failed, requests: all.flatMap(({ requests }) => requests) };
}

describe('executions of one n8n that use one key', () => {
	it('share one rate limit, so that few requests get 429', async () => {
		const { failed, requests, shared } = await executions(160, { limit: 60 });
		expect(failed).toEqual([]);
		expect(shared.people().size).toBe(160);
		expect(requests.length - 160).toBeLessThanOrEqual(3);
	});

	it('share it across operations and workspaces', async () => {
		const { failed, requests } = await executions(80, { limit: 40 }, (i) => ({
			...(i % 2 === 0 && { parameters: track }),
			workspaceId: i % 3 === 0 ? '' : 'ws_simulator',
		}));
		expect(failed).toEqual([]);
		expect(requests.length - 80).toBeLessThanOrEqual(3);
	});

	it('apply a lower setting only to their own requests', async () => {
		const times = new Map<string, number[]>([
			['slow', []],
			['fast', []],
		]);
		const slow = mapped({ options: { requestsPerMinute: 10 } });
		const { failed, shared } = await executions(
			60,
			{
				limit: 120,
				refuse: ({ userId }) => {
					const isSlow = Number(userId.slice(5)) % 2 === 0;
					times.get(isSlow ? 'slow' : 'fast')?.push(Date.now());
					return undefined;
				},
			},
			(i) => (i % 2 === 0 ? { parameters: slow } : {}),
		);
		expect(failed).toEqual([]);
		expect(shared.people().size).toBe(60);
		const [slowTimes = [], fastTimes = []] = times.values();
		for (const time of slowTimes) {
			expect(slowTimes.filter((one) => one >= time && one < time + MINUTE).length).toBeLessThan(11);
		}
		expect(Math.max(...fastTimes) - Math.min(...fastTimes)).toBeLessThan(15_000);
	});

	it('do not block each other when one is canceled', async () => {
		const cancel = new AbortController();
		setTimeout(() => cancel.abort(), 2_000);
		const { failed, shared } = await executions(3, { faults: { 1: 'stall' } }, (i) =>
			i === 0 ? { cancel: cancel.signal } : {},
		);
		expect(failed).toHaveLength(1);
		expect([...shared.people().keys()]).toEqual(['user_1', 'user_2']);
	});

	it('end within seconds when canceled while another waits for its response', async () => {
		const cancel = new AbortController();
		setTimeout(() => cancel.abort(), 2_000);
		const shared = createFlameup({ now: Date.now, faults: { 1: 'stall' } });
		const first = createN8n({ items: people(1), parameters: mapped(), shared }).execute();
		const second = createN8n({
			items: people(1),
			parameters: mapped(),
			shared,
			cancel: cancel.signal,
		}).execute();
		let endedAt = Number.NaN;
		const startedAt = Date.now();
		void second.catch(() => {
			endedAt = Date.now();
		});
		await vi.runAllTimersAsync();
		await first;
		expect(endedAt - startedAt).toBeLessThan(3_000);
	});

	it('reset the rate limit after a minute without requests', async () => {
		const shared = createFlameup({ now: Date.now, limit: 0 });
		const parameters = { ...track, options: { requestsPerMinute: 5 } };
		const setting = { items: people(5), parameters, shared };
		await finish(createN8n(setting));
		await vi.advanceTimersByTimeAsync(MINUTE + 1_000);
		const startedAt = Date.now();
		await finish(createN8n(setting));
		expect(Date.now() - startedAt).toBeLessThan(5_000);
	});

	it('do not share it with another key', async () => {
		const key = 'ws_test_other.b';
		const keys = [defaultKey, key].map((one) => ({ key: one, permissions: ['*'] }));
		const shared = createFlameup({ now: Date.now, limit: 5, keys });
		const setting = { items: people(5), parameters: track, shared };
		const startedAt = Date.now();
		await finish(createN8n(setting));
		await finish(createN8n({ ...setting, apiKey: key }));
		expect(shared.events()).toHaveLength(10);
		expect(Date.now() - startedAt).toBeLessThan(5_000);
	});
});
