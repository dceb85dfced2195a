import { setTimeout as sleep } from 'node:timers/promises';
import type { Simulator } from '../../../simulator/server.mts';
import { credentialFor, flameupForChecks, type Stage } from './stage.mts';
import { chain, code, flameup, people, trigger } from './workflows.mts';

/** A window of the allowance, with a little to spare. */
const windowMs = 63_000;

/**
 * Stops executions while they send and while they wait. Gives back a check for later: once a new
 * window has opened, a node that went on waiting would send again.
 */
export async function checkCancel(stage: Stage): Promise<() => Promise<void>> {
	const { check, simulator, credential } = stage;
	simulator.flameup.set({ latencyMs: 300 });
	const sent = await cancelled(stage, simulator, credential, 3);
	await sleep(2000);
	const later = simulator.flameup.stats().requests;
	check('nothing is sent any more', later === sent, `${sent} requests, 2 s later ${later}`);

	const slow = await flameupForChecks({ limit: 5 });
	const other = await stage.rest.credential('Small allowance', credentialFor(slow));
	const before = await cancelled(stage, slow, other, 5);
	const stopped = Date.now();
	return async () => {
		await sleep(Math.max(0, stopped + windowMs - Date.now()));
		const { requests } = slow.flameup.stats();
		check('cancelled while waiting: nothing was sent later', requests === before, `${requests}`);
		await slow.close();
	};
}

/** Presses Stop once so many requests have come and, where there is a limit, none comes any more. */
async function cancelled(
	{ rest, check, same }: Stage,
	{ flameup: held }: Simulator,
	credential: Stage['credential'],
	atLeast: number,
): Promise<number> {
	const isLimited = held.switches().limit > 0;
	const workflow = chain('cancel', trigger, code(people(5000)), flameup());
	const id = await rest.begin(workflow, credential);
	for (let waited = 0; held.stats().requests < atLeast && waited < 200; waited++) await sleep(50);
	if (isLimited) await sleep(1500);
	const when = isLimited ? 'while it waits for the allowance' : 'while it sends';
	const began = Date.now();
	await rest.cancel(id);
	const run = await rest.finished(id, 10_000);
	const ms = Date.now() - began;
	same(`cancel ${when}: the execution is cancelled`, run.status, 'canceled');
	check(`cancel ${when}: within a second`, ms < 1000, `${ms} ms`);
	if (!isLimited) await sleep(400);
	return held.stats().requests;
}
