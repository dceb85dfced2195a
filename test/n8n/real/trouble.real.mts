import { describe, expect, it } from 'vitest';
import { peakMemory } from './n8n.mts';
import { openStage } from './stage.mts';
import { flameup as node, people } from './workflows.mts';

const { host, flameup, run, requests, size } = await openStage();

/** The clock skew with which Flameup's minute ends in the given number of seconds. */
const minuteEndsIn = (seconds: number) => 60_000 - seconds * 1000 - (Date.now() % 60_000);

it('saves every row despite all faults, with exactly one 429', async () => {
	const clock = { limit: 120, window: 'clock', clockSkewMs: minuteEndsIn(6) } as const;
	const faults = {
		2: '429',
		4: '500',
		6: 'reset-after',
		8: '503-html',
		9: 'truncated',
		11: '502-empty',
	} as const;
	flameup.set({ ...clock, faults });
	const { status, items } = await run(people(1500), node());
	const { tooManyRequests, faults: struck } = flameup.stats();
	expect(status).toBe('success');
	expect(size()).toBe(1500);
	expect(items('Flameup')).toHaveLength(1500);
	expect(Object.keys(struck).sort()).toEqual(Object.values(faults).sort());
	expect(tooManyRequests).toBe(1);
});

describe("n8n's Retry On Fail", () => {
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 };
	const impatient = { options: { giveUpAfterMinutes: 0 } };

	it('saves the rows after the node has given up', async () => {
		flameup.set({ faults: { 1: '500' } });
		expect((await run(people(100), node(impatient))).status).toBe('error');
		flameup.reset();
		flameup.set({ faults: { 1: '500' } });
		expect((await run(people(100), node(impatient, retry))).status).toBe('success');
		expect(size()).toBe(100);
		expect(flameup.stats().serverErrors).toBe(1);
	});

	it('does not resend all rows when the first row is bad', async () => {
		const bad = `${people(100).replace('return', 'const items =')}
delete items[0].json.userId;
return items;`;
		const { items } = await run(bad, node({}, { ...retry, onError: 'continueErrorOutput' }));
		expect(requests()).toBe(1);
		expect(items('Flameup', 1)).toHaveLength(1);
	});
});

describe('10,000 rows', () => {
	const quick = { options: { requestsPerMinute: 100_000 } };

	it.each(['simple', 'summary'])('arrive in full batches, with the output %s', async (output) => {
		const ended = await run(people(10_000), node({ output, ...quick }));
		const items = ended.items('Flameup');
		expect(ended.status).toBe('success');
		expect(size()).toBe(10_000);
		expect(flameup.stats().peoplePerBatch).toEqual({ 100: 100 });
		expect(ended.run('Flameup').ms).toBeLessThan(60_000);
		expect(peakMemory(host.pid)).toBeLessThan(2000);
		if (output === 'summary') {
			expect(items).toHaveLength(1);
			expect(JSON.stringify(items[0]?.json)).not.toMatch(/user-|@/);
		} else {
			expect(items).toHaveLength(10_000);
			const rowOf = (pairedItem: unknown) => (pairedItem as { item: number }).item;
			const wrong = items.filter(
				({ json, pairedItem }) => json.user_id !== `user-${rowOf(pairedItem)}`,
			);
			expect(wrong).toEqual([]);
		}
	});

	it('are split between two outputs when 20 are refused', async () => {
		const rows = `${people(10_000).replace('return', 'const items =')}
for (let i = 0; i < items.length; i += 500) items[i].json.simulator_refuse = 'is blocked';
return items;`;
		const { items } = await run(rows, node(quick, { onError: 'continueErrorOutput' }));
		const refused = Array.from({ length: 20 }, (_, i) => `user-${i * 500}`);
		expect(size()).toBe(9980);
		expect(items('Flameup', 1).map(({ json }) => json.userId)).toEqual(refused);
		expect(items('Flameup')).toHaveLength(9980);
	});
});
