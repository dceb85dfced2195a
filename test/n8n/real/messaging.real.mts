import { expect, it } from 'vitest';
import { openStage } from './stage.mts';
import { chain, code, credentialType, flameup as node, people, trigger } from './workflows.mts';

const { rest, credential, credentialData, flameup, run, requests } = await openStage();
const onError = 'continueErrorOutput' as const;
const userId = '={{ $json.userId }}';
const send = {
	resource: 'message',
	operation: 'send',
	userId,
	content: 'template',
	templateId: 't',
};

it('sends a message to each row, and says how many', async () => {
	await run(people(3), node());
	const ended = await run(people(3), node(send));
	expect(ended.status).toBe('success');
	expect(ended.items('Flameup').map(({ json }) => json)).toMatchObject([
		{ user_id: 'user-0', success: true, devices_count: 0 },
		{ user_id: 'user-1' },
		{ user_id: 'user-2' },
	]);
	expect(flameup.messaging().messages.map((one) => one.userId)).toEqual([
		...['user-0', 'user-1', 'user-2'],
	]);
	expect(ended.run('Flameup').hints).toEqual(['3 rows sent.']);
});

it('does not send a message twice when its answer is lost', async () => {
	await run(people(1), node());
	// The first request saved the person.
	flameup.set({ faults: { 2: 'reset-after' } });
	const ended = await run(people(1), node(send, { onError }));
	expect(ended.items('Flameup', 1).map(({ json }) => json)).toMatchObject([
		{ error: 'uncertain', details: { reason: expect.stringContaining('may have been sent') } },
	]);
	expect(flameup.messaging().messages).toHaveLength(1);
	expect(ended.run('Flameup').hints).toContain('1 row failed: 1 that may have arrived or not.');
});

it('triggers a campaign once for all rows', async () => {
	const trigger = { resource: 'campaign', operation: 'trigger', campaignId: 'cmp_simulator' };
	const { items } = await run(people(3), node(trigger));
	expect(items('Flameup').map(({ json }) => json.result)).toEqual([
		...['triggered', 'repeated', 'repeated'],
	]);
	expect(flameup.messaging().triggered).toEqual(['cmp_simulator']);
});

it('registers devices', async () => {
	await run(people(2), node());
	const register = { resource: 'device', operation: 'register', platform: 'ios' };
	const { status } = await run(
		people(2),
		node({ ...register, who: { __rl: true, mode: 'userId', value: userId }, token: userId }),
	);
	expect(status).toBe('success');
	expect(flameup.messaging().devices.map(({ token }) => token)).toEqual(['user-0', 'user-1']);
});

it('reads events', async () => {
	const options = { requestsPerMinute: 100_000 };
	const track = { resource: 'event', operation: 'track', userId, event: 'left', options };
	await run(people(120), node(track));
	const filters = { event: 'left', userId: 'user-7' };
	const getAll = { resource: 'event', operation: 'getAll', returnAll: true, options };
	const once = 'return [{ json: {} }];';
	expect((await run(once, node(getAll))).items('Flameup')).toHaveLength(120);
	const one = await run(once, node({ ...getAll, filters }));
	expect(one.items('Flameup').map(({ json }) => json.event)).toEqual(['left']);
});

it("sends other requests with n8n's HTTP Request node and this credential", async () => {
	await run(people(1), node());
	const before = requests();
	const request = {
		name: 'Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url: `${credentialData.baseUrl}/workspaces/${credentialData.workspaceId}/people`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: credentialType,
			options: {},
		},
		credentials: { [credentialType]: credential },
	};
	const workflow = chain('Request', trigger, code('return [{ json: {} }];'), request);
	const { items } = await rest.run(workflow, credential);
	expect(items('Request')[0]?.json).toMatchObject({ total: 1 });
	expect(requests()).toBe(before + 1);
});
