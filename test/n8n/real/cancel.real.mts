import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openStage } from './stage.mts';
import { chain, code, flameup as node, people, trigger } from './workflows.mts';

const { rest, flameup, credential, requests } = await openStage();

it('stops at once when canceled while sending', async () => {
	flameup.set({ latencyMs: 300 });
	await cancel(3);
	await sleep(400);
	const sent = requests();
	await sleep(2000);
	expect(requests()).toBe(sent);
});

it('stops at once when canceled while waiting for the rate limit', async () => {
	flameup.set({ limit: 5 });
	await cancel(5, 1500);
	const sent = requests();
	// A node still waiting would send again after the minute.
	await sleep(63_000);
	expect(requests()).toBe(sent);
});

/** Presses Stop a given time after a number of requests. */
async function cancel(atLeast: number, afterMs = 0) {
	const id = await rest.begin(chain('cancel', trigger, code(people(5000)), node()), credential);
	for (let waited = 0; requests() < atLeast && waited < 200; waited++) await sleep(50);
	await sleep(afterMs);
	const began = Date.now();
	await rest.cancel(id);
	const { status } = await rest.finished(id, 10_000);
	expect(status).toBe('canceled');
	expect(Date.now() - began).toBeLessThan(2000);
}
