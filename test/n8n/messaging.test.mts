import { describe, expect, it } from 'vitest';
import {
	answering,
	createN8n,
	isFailed,
	mapped,
	pairs,
	people,
	type Setting,
} from './fake-n8n.mts';
import { fakeTimers, finish, run } from './timed.mts';

fakeTimers();

/** An execution in which Flameup has these people already. */
async function among(count: number, setting: Setting) {
	const { flameup } = setting;
	const first = createN8n({
		items: people(count),
		parameters: mapped(),
		...(flameup && { flameup }),
	});
	await finish(first);
	const second = createN8n({ ...setting, shared: first.flameup });
	return { ...second, ...(await finish(second)) };
}

const assignments = (name: string, value: string) => ({
	assignments: [{ id: '1', name, value, type: 'string' }],
});

describe('Message: Send', () => {
	const send = (more = {}) => ({
		resource: 'message',
		operation: 'send',
		userId: '={{ $json.userId }}',
		content: 'template',
		templateId: 'welcome',
		...more,
	});

	it('sends a template with its data to each row, once', async () => {
		const parameters = send({
			data: assignments('plan', '={{ $json.plan }}'),
			options: { dataJson: '{"n": 1}', platform: 'ios' },
		});
		const done = await among(2, { items: people(2), parameters });
		expect(pairs(done.items)).toEqual([0, 1]);
		expect(done.items[0]?.json).toEqual({
			user_id: 'user_0',
			success: true,
			message_id: expect.stringMatching(/^msg_/),
			delivered_to: [],
			devices_count: 0,
		});
		const [message] = done.flameup.messaging().messages;
		expect(message).toMatchObject({
			content: { template_id: 'welcome' },
			data: { n: 1, plan: 'pro' },
			platform: 'ios',
		});
		expect(done.hints).toEqual(['2 rows sent.']);
	});

	it('sends a title and a body', async () => {
		const parameters = send({ content: 'text', title: 'Hi', body: '={{ $json.plan }}' });
		const done = await among(1, { items: people(1), parameters });
		expect(JSON.parse(done.requests[0]?.body ?? '')).toEqual({
			user_id: 'user_0',
			template: { title: 'Hi', body: 'pro' },
		});
	});

	it('never sends a message twice: what is unclear may have been sent', async () => {
		const done = await among(4, {
			items: people(4),
			parameters: send(),
			onError: 'continue',
			// The first request saves the people.
			flameup: { faults: { 2: '429', 4: 'reset-after', 5: '500' } },
		});
		expect(done.requests).toHaveLength(5);
		expect(pairs(done.items)).toEqual([0, 3, 1, 2]);
		expect(done.items[2]?.json).toMatchObject({
			error: 'uncertain',
			details: { reason: expect.stringMatching(/^The message may have been sent\./) },
		});
		const reached = done.flameup.messaging().messages.map(({ userId }) => userId);
		expect(reached).toEqual(['user_0', 'user_1', 'user_3']);
		expect(done.hints).toContain('warning: 2 rows failed: 2 that may have arrived or not.');
	});

	it('fails only the row of a person whom Flameup does not know', async () => {
		const items = [{ userId: 'no' }, ...people(1), { userId: '' }];
		const done = await among(1, { items, parameters: send(), onError: 'continue' });
		expect(pairs(done.items)).toEqual([1, 0, 2]);
		expect(done.items[1]?.json).toMatchObject({
			error: 'refused',
			details: {
				reason: 'Flameup refused the message. Flameup says: Person not found.',
				user_id: 'no',
			},
		});
	});

	it.each([
		[{ options: { platform: '={{ undefined }}' } }, '"Platform" is none of its choices [item 0]'],
		[{ options: { platform: 'web' } }, '"Platform" is none of its choices [item 0]'],
		[{ userId: 'x'.repeat(256) }, 'The user ID has 256 characters; the limit is 255 [item 0]'],
		[{ userId: '={{ ({ a: 1 }) }}' }, '"User ID" is an object, not a text [item 0]'],
		[{ userId: '={{ true }}' }, '"User ID" is true, not a text [item 0]'],
		[{ userId: '={{ new Date(0) }}' }, '"User ID" is a date, not a text [item 0]'],
		[{ userId: '={{ [] }}' }, '"User ID" is a list, not a text [item 0]'],
	])('sends nothing for %o', async (more, message) => {
		const { error, requests } = await run({ items: people(1), parameters: send(more) });
		expect([error?.message, requests]).toEqual([message, []]);
	});

	it('warns on a stop that a rerun sends messages twice', async () => {
		const items = [...people(1), { userId: '' }];
		const { error } = await among(1, { items, parameters: send() });
		expect(error?.message).toBe('"User ID" has no value [item 1]');
		expect(error?.description).toContain('would message these people a second time');
	});

	it('says who may have been messaged, and nothing of a rerun that would repeat nothing', async () => {
		const setting = {
			items: people(1),
			parameters: send(),
			shared: answering(() => ({ body: {} })),
		};
		const stopped = await run(setting);
		expect(stopped.error?.description).toContain('Nothing had been sent before this.');
		expect(stopped.error?.description).not.toContain('a second time');
		const { items } = await run({ ...setting, onError: 'continue' });
		expect(items[0]?.json).toMatchObject({
			error: 'uncertain',
			details: { user_id: 'user_0', reason: expect.stringMatching(/Flameup answered 200, but/) },
		});
	});

	it.each([
		[{ templateId: '' }, '"Template ID" has no value [item 0]'],
		[{ content: 'text', title: '', body: 'b' }, '"Title" has no value [item 0]'],
		[{ content: 'text', title: 't', body: '' }, '"Body" has no value [item 0]'],
	])('requires the content: %o', async (more, message) => {
		const { error, requests } = await run({ items: people(1), parameters: send(more) });
		expect([error?.message, requests]).toEqual([message, []]);
	});
});

describe('Campaign: Trigger', () => {
	const trigger = {
		resource: 'campaign',
		operation: 'trigger',
		campaignId: '={{ $json.campaign }}',
	};
	const campaign = 'cmp_simulator';

	it.each(['success', 'object', 'empty'] as const)(
		'triggers a campaign once, however many rows name it (%s)',
		async (triggerAnswer) => {
			const items = [{ campaign }, { campaign: 'no' }, { campaign }];
			const flameup = { triggerAnswer };
			const done = await run({ items, parameters: trigger, onError: 'continue', flameup });
			expect(pairs(done.items)).toEqual([0, 2, 1]);
			expect(done.items.slice(0, 2).map(({ json }) => json)).toMatchObject([
				{ campaign_id: campaign, result: 'triggered' },
				{ campaign_id: campaign, result: 'repeated' },
			]);
			expect(done.items[2]?.json).toMatchObject({
				error: 'refused',
				details: { said: 'Campaign not found' },
			});
			expect(done.flameup.messaging().triggered).toEqual([campaign]);
			expect(done.hints).toContain('1 campaign triggered.');
		},
	);

	it('never triggers it again after an unclear answer', async () => {
		const items = [{ campaign }, { campaign }];
		const flameup = { faults: { 1: 'reset-after' as const } };
		const done = await run({ items, parameters: trigger, onError: 'continue', flameup });
		expect(done.requests).toHaveLength(1);
		expect(done.items.every(isFailed)).toBe(true);
		expect(done.items.map(({ json }) => json.error)).toEqual(['uncertain', 'uncertain']);
		expect(done.flameup.messaging().triggered).toEqual([campaign]);
	});

	it.each(['..', '', ' '])('does not take %j for an ID', async (id) => {
		const done = await run({ items: [{ campaign: id }], parameters: trigger });
		expect(done.error?.message).toContain('"Campaign ID"');
		expect(done.requests).toEqual([]);
	});
});

describe('Device: Register', () => {
	const register = (more = {}) => ({
		resource: 'device',
		operation: 'register',
		who: { mode: 'list', value: '={{ $json.userId }}' },
		token: '={{ "token of " + $json.userId }}',
		platform: 'ios',
		...more,
	});

	it.each(['ws_simulator', ''])(
		'registers devices of people (workspace %j)',
		async (workspaceId) => {
			const options = { appVersion: '3.2.0', deviceModel: '', osVersion: '26.1' };
			const items = [...people(1), { userId: 'nobody' }];
			const parameters = register({ options });
			const done = await among(1, { items, parameters, onError: 'continue', workspaceId });
			expect(pairs(done.items)).toEqual([0, 1]);
			expect(done.items[0]?.json).toMatchObject({
				user_id: 'user_0',
				device_token: 'token of user_0',
				platform: 'ios',
			});
			expect(done.items[1]?.json).toMatchObject({ error: 'not_found' });
			expect(done.flameup.messaging().devices).toMatchObject([
				{ token: 'token of user_0', about: { app_version: '3.2.0', os_version: '26.1' } },
			]);
		},
	);

	it('finds people by email too', async () => {
		const email = 'user_0@example.com';
		const parameters = register({ who: { mode: 'email', value: email } });
		const done = await among(1, { items: people(1), parameters });
		expect(done.items[0]?.json).toMatchObject({ email, id: expect.stringMatching(/^dev_/) });
	});

	it('never registers a device twice', async () => {
		const flameup = { faults: { 3: 'reset-after' as const } };
		const parameters = register();
		const done = await among(1, { items: people(1), parameters, onError: 'continue', flameup });
		expect(done.items[0]?.json).toMatchObject({ error: 'uncertain' });
		expect(done.flameup.messaging().devices).toHaveLength(1);
	});
});

describe('Event: Get Many', () => {
	const getAll = (more = {}) => ({ resource: 'event', operation: 'getAll', ...more });

	/** 250 events of two people, one an hour from the beginning of 2026. */
	async function happened(setting: Setting) {
		const items = Array.from({ length: 250 }, (_, i) => ({
			who: `user_${i % 2}`,
			event: i % 5 === 0 ? 'left' : 'came',
			at: new Date(Date.UTC(2026, 0, 1, i)).toISOString(),
		}));
		const track = {
			...{ resource: 'event', operation: 'track', userId: '={{ $json.who }}' },
			...{ event: '={{ $json.event }}', timestamp: '={{ $json.at }}' },
		};
		const first = createN8n({ items, parameters: track, flameup: { limit: 0 } });
		await finish(first);
		const second = createN8n({ ...setting, shared: first.flameup });
		return { ...second, ...(await finish(second)) };
	}

	it.each([
		[{}, 50],
		[{ limit: 120 }, 120],
		[{ returnAll: true }, 250],
		[{ returnAll: true, filters: { userId: 'user_1' } }, 125],
		[{ returnAll: true, filters: { event: 'left' } }, 50],
		[{ returnAll: true, filters: { event: 'left', userId: 'user_1' } }, 25],
		[{ returnAll: true, filters: { since: '2026-01-10T00:00:00Z' } }, 34],
		[{ returnAll: true, filters: { until: '2026-01-01T05:00:00' } }, 6],
	])('%o returns %i events, each once', async (more, count) => {
		const done = await happened({ parameters: getAll(more) });
		expect(done.items).toHaveLength(count);
		expect(new Set(done.items.map(({ json }) => json.id)).size).toBe(count);
	});

	it('reads times without a zone in the zone of the workflow', async () => {
		const filters = { until: '2026-01-01T05:00:00' };
		const parameters = getAll({ returnAll: true, filters });
		const done = await happened({ parameters, timezone: 'America/New_York' });
		expect(done.items).toHaveLength(11);
	});

	it('shows an event as Flameup does', async () => {
		const done = await happened({ parameters: getAll({ limit: 1 }) });
		expect(Object.keys(done.items[0]?.json ?? {})).toEqual([
			...['id', 'workspace_id', 'person_id', 'event', 'properties', 'timestamp', 'created_at'],
		]);
	});

	it.each([
		[{ userId: '={{ null }}' }, 'The filter "User ID" is empty [item 0]'],
		[{ userId: '={{ undefined }}' }, 'The filter "User ID" is empty [item 0]'],
		[{ event: '' }, 'The filter "Event" is empty [item 0]'],
		[{ since: ' ' }, 'The filter "Since" is empty [item 0]'],
		[{ userId: 'x'.repeat(256) }, 'The user ID has 256 characters; the limit is 255 [item 0]'],
	])('does not read everything for the filter %o', async (filters, message) => {
		const done = await run({ parameters: getAll({ filters }) });
		expect([done.error?.message, done.requests]).toEqual([message, []]);
	});

	it('rejects a filter that is no time', async () => {
		const parameters = getAll({ filters: { since: 'yesterday' } });
		const { error } = await run({ parameters });
		expect(error?.message).toBe('"Since" is not a date and time [item 0]');
	});
});

it.each([
	['message', 'send', { userId: 'a', templateId: 't' }],
	['campaign', 'trigger', { campaignId: 'c' }],
	['event', 'getAll', {}],
])('%s %s: asks for the workspace that Flameup needs', async (resource, operation, more) => {
	const parameters = { resource, operation, ...more };
	const { error, requests } = await run({ items: people(3), parameters, workspaceId: '' });
	expect(error?.message).toBe('This needs a workspace ID');
	expect(error?.description).toContain('in "Workspace ID"');
	expect(requests).toEqual([]);
});
