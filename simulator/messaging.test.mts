import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';
import { defaultKey } from './keys.mts';

const ws = '/workspaces/ws_simulator';
const token = 'device-token';

/** A caller with one person. */
function withAda(...switches: Parameters<typeof createCaller>) {
	const caller = createCaller(...switches);
	const [person] = caller.batch({ userId: 'ada', email: 'ada@mail.example' }).json.people;
	return { ...caller, uuid: person.id as string };
}

describe('transactional/send', () => {
	const template = { title: 'Hi', body: 'Your order is on its way.' };

	it('takes a template or a title and a body, for a user ID or a UUID', () => {
		const { call, flameup, uuid } = withAda();
		const first = { user_id: 'ada', template_id: 't1', data: { n: 1 } };
		expect(call('POST', `${ws}/transactional/send`, first).json).toEqual({
			success: true,
			message_id: 'msg_000000000001',
			delivered_to: [],
			devices_count: 0,
		});
		call('POST', `${ws}/transactional/send`, { user_id: uuid, template, platform: 'ios' });
		expect(flameup.messaging().messages).toMatchObject([
			{ userId: 'ada', content: { template_id: 't1' }, data: { n: 1 }, platform: 'all' },
			{ userId: 'ada', content: { template }, data: {}, platform: 'ios' },
		]);
	});

	it('reaches the devices of the platform', () => {
		const { call, uuid } = withAda();
		call('POST', `/people/${uuid}/devices`, { token, platform: 'ios' });
		call('POST', `/people/${uuid}/devices`, { token, platform: 'android' });
		const countOf = (platform: string) =>
			call('POST', `${ws}/transactional/send`, { user_id: 'ada', template_id: 't', platform }).json
				.devices_count;
		expect(['all', 'ios', 'android'].map(countOf)).toEqual([2, 1, 1]);
	});

	it.each([
		['nobody', { user_id: 'bob', template_id: 't' }, 404],
		['no user', { template_id: 't' }, 400],
		['no content', { user_id: 'ada' }, 400],
		['a template without a body', { user_id: 'ada', template: { title: 'Hi' } }, 400],
		['an unknown platform', { user_id: 'ada', template_id: 't', platform: 'fax' }, 400],
		['data that is no object', { user_id: 'ada', template_id: 't', data: [] }, 400],
	])('refuses %s', (_name, body, status) => {
		const { call, flameup } = withAda();
		expect(call('POST', `${ws}/transactional/send`, body).status).toBe(status);
		expect(flameup.messaging().messages).toEqual([]);
	});
});

describe('campaigns/{id}/trigger', () => {
	it.each([
		['success', 200, '{"success":true}'],
		['object', 200, '{"id":"cmp_simulator","status":"active"}'],
		['empty', 204, ''],
	] as const)('answers with %s', (triggerAnswer, status, body) => {
		const { call, flameup } = createCaller({ triggerAnswer });
		expect(call('POST', `${ws}/campaigns/cmp_simulator/trigger`, {})).toMatchObject({
			status,
			body,
		});
		expect(flameup.messaging().triggered).toEqual(['cmp_simulator']);
	});

	it('knows one campaign', () => {
		const { call, flameup } = createCaller();
		expect(call('POST', `${ws}/campaigns/other/trigger`, {}).status).toBe(404);
		expect(flameup.messaging().triggered).toEqual([]);
	});
});

describe('people/{id}/devices', () => {
	it('registers a device of a person by UUID', () => {
		const { call, flameup, uuid } = withAda();
		const device = { token, platform: 'ios', device_model: 'iPhone 17', os_version: '26.1' };
		expect(call('POST', `/people/${uuid}/devices`, device).json).toMatchObject({
			id: 'dev_000000000001',
			person_id: uuid,
			device_token: token,
			device_model: 'iPhone 17',
		});
		expect(flameup.messaging().devices).toMatchObject([
			{ personId: uuid, token, platform: 'ios', about: { os_version: '26.1' } },
		]);
	});

	it.each([
		['an unknown person', 'ada', { token, platform: 'ios' }, 404],
		['no token', '', { platform: 'ios' }, 400],
		['an unknown platform', '', { token, platform: 'all' }, 400],
		['a name that is no text', '', { token, platform: 'ios', device_name: 5 }, 400],
	])('refuses %s', (_name, id, body, status) => {
		const { call, flameup, uuid } = withAda();
		expect(call('POST', `/people/${id || uuid}/devices`, body).status).toBe(status);
		expect(flameup.messaging().devices).toEqual([]);
	});
});

describe('paths and permissions', () => {
	it.each([
		['POST', '/transactional/send', 404],
		['POST', '/campaigns/cmp_simulator/trigger', 404],
		['GET', '/events', 404],
		['POST', `${ws}/people/x/devices`, 404],
		['POST', `${ws}/campaigns//trigger`, 404],
	])('%s %s is in the other path style only', (method, path, status) => {
		expect(withAda().call(method, path, method === 'GET' ? undefined : {}).status).toBe(status);
	});

	it.each([
		['POST', `${ws}/campaigns/cmp_simulator/trigger`, 'campaigns:trigger'],
		['POST', '/people/x/devices', 'devices:write'],
		['GET', `${ws}/events`, 'events:read'],
	])('%s %s needs %s', (method, path, permission) => {
		const body = method === 'GET' ? undefined : {};
		const keyWith = (permissions: string[]) => [{ key: defaultKey, permissions }];
		const without = createCaller({ keys: keyWith(['people:write']) });
		expect(without.call(method, path, body)).toMatchObject({ status: 403 });
		const having = createCaller({ keys: keyWith([permission]) });
		expect(having.call(method, path, body).status).not.toBe(403);
	});

	it('of a message are not documented, so every key may send one', () => {
		const { call } = createCaller({ keys: [{ key: defaultKey, permissions: ['people:read'] }] });
		const message = { user_id: 'bob', template_id: 't' };
		expect(call('POST', `${ws}/transactional/send`, message).status).toBe(404);
	});
});

describe('list of events', () => {
	const filled = () => {
		const caller = withAda();
		for (const [who, event, day] of [
			['ada', 'left', '01'],
			['ada', 'came', '02'],
			['bob', 'left', '03'],
		]) {
			const timestamp = `2026-03-${day}T00:00:00Z`;
			caller.call('POST', `${ws}/events`, { userId: who, event, timestamp, properties: { day } });
		}
		const daysOf = (query: string) =>
			caller
				.call('GET', `${ws}/events?${query}`)
				.json.events.map((one: { properties: { day: string } }) => one.properties.day);
		return { ...caller, daysOf };
	};

	it('shows the documented fields', () => {
		const { call, uuid } = filled();
		const { events, total } = call('GET', `${ws}/events?limit=1`).json;
		expect(total).toBe(3);
		expect(events).toEqual([
			{
				id: 'evt_000000000001',
				workspace_id: 'ws_simulator',
				person_id: uuid,
				event: 'left',
				properties: { day: '01' },
				timestamp: '2026-03-01T00:00:00Z',
				created_at: '2026-01-01T00:00:00.000Z',
			},
		]);
	});

	it.each([
		['', ['01', '02', '03']],
		['user_id=ada', ['01', '02']],
		['event=left', ['01', '03']],
		['since=2026-03-02T00:00:00Z', ['02', '03']],
		['until=2026-03-02T00:00:00Z', ['01', '02']],
		['limit=1&offset=1', ['02']],
	])('filters by %j', (query, days) => {
		expect(filled().daysOf(query)).toEqual(days);
	});

	it.each(['limit=101', 'offset=x', 'since=soon', 'until=late'])('refuses %s', (query) => {
		expect(filled().call('GET', `${ws}/events?${query}`).status).toBe(400);
	});
});
