import { describe, expect, it } from 'vitest';
import { automatic, isFailed, mapped, OPERATIONS, people } from './fake-n8n.mts';
import { fakeTimers, run } from './timed.mts';

fakeTimers();

describe.each(['by agent', 'by type'] as const)('as a tool of an AI agent, detected %s', (tool) => {
	it('returns the reason of a failure instead of throwing it', async () => {
		const items = [{ userId: 'a', email: 'no' }];
		const done = await run({ items, parameters: mapped(), tool });
		expect(done.error).toBeUndefined();
		expect(done.items.map(({ json }) => json)).toEqual([
			{
				error: 'invalid_email',
				details: {
					reason: 'The email address is not well-formed.',
					hint: expect.stringContaining('Correct it'),
					user_id: 'a',
				},
			},
		]);
	});

	it('returns the message of Flameup', async () => {
		const flameup = { refuse: () => 'plan is not for sale' };
		const done = await run({ items: people(1), parameters: mapped(), tool, flameup });
		expect(done.items[0]?.json).toMatchObject({
			error: 'refused',
			details: { said: expect.stringContaining('plan is not for sale') },
		});
	});

	it.each(OPERATIONS)('%s %s: says that the key is wrong', async (resource, operation) => {
		const required = {
			userId: 'a',
			who: 'a',
			event: 'x',
			templateId: 't',
			campaignId: 'c',
			token: 'd',
		};
		const parameters = { ...automatic(), resource, operation, ...required };
		const traits = { assignments: [{ id: '1', name: 'a', value: 'b', type: 'string' }] };
		const all = { ...parameters, traits };
		const done = await run({ items: people(1), parameters: all, tool, apiKey: 'wrong' });
		expect(done.error).toBeUndefined();
		expect(done.items).toHaveLength(1);
		expect(done.items.every(isFailed)).toBe(true);
		expect(done.items[0]?.json).toMatchObject({
			error: 'configuration',
			details: { reason: expect.stringContaining('Flameup does not accept the API key') },
		});
	});
});

it('throws in n8n versions without tools', async () => {
	const items = [{ userId: 'a', email: 'no' }];
	const done = await run({ items, parameters: mapped(), lacks: ['isToolExecution'] });
	expect(done.error?.message).toContain('The email address is not well-formed');
});
