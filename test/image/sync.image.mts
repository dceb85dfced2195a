import { expect, it } from 'vitest';
import { isLimited, type Kill, planOf } from '../e2e/platform/plan.mts';
import { runSync } from '../e2e/platform/sync.mts';
import { launchInContainer } from './launch.mts';

/** A shell as the first process of a container ignores SIGTERM, so that Kubernetes has to kill it too. */
const CAN_END: ReadonlySet<Kill['how']> = new Set(['SIGKILL', 'memory', 'source']);

const plans = Array.from({ length: 200 }, (_, i) => planOf(i + 1))
	.filter((plan) => !isLimited(plan) && plan.kills.every(({ how }) => CAN_END.has(how)))
	.slice(0, 6);
const endings: string[] = [];

it.concurrent.each(plans)(
	'a sync completes as Airbyte starts it, though its containers are killed: SEED=$seed',
	async (plan) => {
		const outcome = await runSync(plan, launchInContainer);
		endings.push(...outcome.endings);
	},
);

it('some were killed, and some ran out of memory', () => {
	expect(endings).toEqual(expect.arrayContaining(['SIGKILL', 'memory', 'itself']));
});
