import { expect, it, vi } from 'vitest';
import { NodeClock } from '../../nodes/Flameup/clock.ts';
import { fakeTimers } from './timed.mts';

fakeTimers();

const work = (ms: number) => vi.setSystemTime(Date.now() + ms);

it('lets n8n do other work after 20 ms, and then after the next 20 ms', async () => {
	const clock = new NodeClock(undefined);
	for (const ms of [19, 1, 19, 15]) {
		work(ms);
		const pause = clock.pause();
		expect(vi.getTimerCount()).toBe(ms === 1 || ms === 15 ? 1 : 0);
		await vi.runAllTimersAsync();
		await pause;
	}
});
