import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';
import { defaultKey } from './keys.mts';
import type { Switches } from './switches.mts';

describe('keys', () => {
	it.each([
		['none', '', 401],
		['another', 'Bearer wrong', 401],
		['the right one without Bearer', defaultKey, 401],
		['the right one', `Bearer ${defaultKey}`, 200],
		['the right one with bearer', `bearer ${defaultKey}`, 200],
	])('%s', (_name, authorization, status) => {
		const { raw } = createCaller();
		expect(raw('GET', '/people', '', { authorization })).toMatchObject({ status });
	});

	it('counts missing and wrong keys', () => {
		const { flameup, raw } = createCaller();
		flameup.handle({ method: 'GET', path: '/api/v1/people', headers: {}, body: '' });
		raw('GET', '/people', '', { authorization: 'Bearer wrong' });
		expect(flameup.stats()).toMatchObject({ keysMissing: 1, keysWrong: 1, byStatus: { 401: 2 } });
	});

	it('can be revoked while it runs', () => {
		const { flameup, batch } = createCaller();
		expect(batch({ userId: 'a' }).status).toBe(200);
		flameup.set({ keys: [{ key: 'other', permissions: ['*'] }] });
		expect(batch({ userId: 'a' }).status).toBe(401);
	});

	it.each([
		['people:write', 403, 403, 200, 403],
		['people:read', 200, 200, 403, 403],
		['people:list', 403, 403, 403, 403],
		['events:write', 403, 403, 403, 200],
		['admin', 404, 200, 200, 200],
	])('%s', (permission, get, list, write, track) => {
		const { call, batch } = createCaller({
			keys: [{ key: defaultKey, permissions: [permission] }],
		});
		if (permission !== 'people:read') expect(call('GET', '/people/x').status).toBe(get);
		expect(call('GET', '/people').status).toBe(list);
		expect(batch({ userId: 'a' }).status).toBe(write);
		expect(call('POST', '/track', { external_id: 'a', event: 'e' }).status).toBe(track);
	});

	it('may need people:list for lists', () => {
		const keys = [{ key: defaultKey, permissions: ['people:read'] }];
		const { call } = createCaller({ keys, listNeeds: 'people:list' });
		expect(call('GET', '/people').status).toBe(403);
		expect(call('GET', '/workspaces/ws_simulator/people/search').status).toBe(403);
		expect(call('GET', '/people/x').status).toBe(404);
	});
});

describe('paths', () => {
	const paths = ['/people', '/workspaces/ws_simulator/people', '/nothing', '/people/a/b'];

	it.each([
		['both', [200, 200, 404, 404]],
		['workspace', [404, 200, 404, 404]],
		['key', [200, 404, 404, 404]],
	] as const)('path style %s', (pathStyle, statuses) => {
		const { call } = createCaller({ pathStyle });
		expect(paths.map((path) => call('GET', path).status)).toEqual(statuses);
	});

	it('has /track in every path style', () => {
		const { call } = createCaller({ pathStyle: 'workspace' });
		expect(call('POST', '/track', { external_id: 'a', event: 'e' }).status).toBe(200);
		expect(call('POST', '/events', { userId: 'a', event: 'e' }).status).toBe(404);
	});

	it.each([
		['DELETE', '/people/a'],
		['PATCH', '/people/a'],
		['POST', '/people/upsert'],
		['POST', '/workspaces/ws_simulator/track'],
		['GET', '/people/%ff'],
		['GET', '/people/'],
		['GET', '/constructor'],
	])('%s %s does not exist', (method, path) => {
		const { call, flameup } = createCaller();
		expect(call(method, path, {}).status).toBe(404);
		expect(flameup.people().size).toBe(0);
	});

	it.each([404, 403] as const)('answers %s to another workspace and writes nothing', (status) => {
		const switches: Partial<Switches> = { wrongWorkspaceStatus: status };
		const { call, flameup } = createCaller(switches);
		const people = [{ userId: 'a' }];
		expect(call('POST', '/workspaces/ws_other/people/batch', { people }).status).toBe(status);
		expect(flameup.people().size).toBe(0);
		expect(flameup.stats().wrongWorkspace).toBe(1);
	});
});
