/** n8n loads this file first when its event loop is measured; see `loopBlocks.mts`. */
import { appendFileSync } from 'node:fs';
import { env, threadCpuUsage } from 'node:process';

const everyMs = 2;
const leastMs = 5;

/** Processor time of this thread: waiting for a busy machine does not count. */
const usedMs = () => {
	const { system, user } = threadCpuUsage();
	return (system + user) / 1000;
};

let last = { at: performance.now(), used: usedMs() };

setInterval(() => {
	const now = { at: performance.now(), used: usedMs() };
	const blockedMs = Math.min(now.at - last.at - everyMs, now.used - last.used);
	last = now;
	if (blockedMs < leastMs) return;
	appendFileSync(env.EVENT_LOOP_LOG ?? '', `${Date.now()} ${blockedMs.toFixed(1)}\n`);
}, everyMs).unref();
