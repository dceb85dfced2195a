import type { IDataObject, INodeListSearchResult, NodeOperationError } from 'n8n-workflow';
import { describe, expect, it, vi } from 'vitest';
import { createN8n, mapped, people, type Setting } from './fake-n8n.mts';
import { fakeTimers, finish } from './timed.mts';

fakeTimers();

type Found = INodeListSearchResult & { error?: NodeOperationError };

/** Searches in the form of a node, among these people. */
async function searched(items: IDataObject[], setting: Setting, filter?: string, page?: string) {
	const value = { first_name: '={{ $json.first }}', last_name: '={{ $json.last }}' };
	const first = createN8n({ items, parameters: mapped({}, value) });
	await finish(first);
	const n8n = createN8n({ ...setting, shared: first.flameup });
	const found = n8n.searchPeople(filter, page).catch((error): Found => ({ results: [], error }));
	await vi.runAllTimersAsync();
	return { ...((await found) as Found), requests: n8n.requests };
}

const STYLES = [{ workspaceId: 'ws_simulator' }, { workspaceId: '' }];

describe.each(STYLES)('From List: %o', (setting) => {
	it('shows names and email addresses, and stores user IDs', async () => {
		const items = [
			{ userId: 'a', email: 'ann@example.com', first: 'Ann', last: 'Archer' },
			{ userId: 'b', email: 'ben@example.com' },
			{ userId: 'c', last: 'Cole' },
			{ userId: 'd' },
		];
		const { results, paginationToken } = await searched(items, setting);
		expect(results).toEqual([
			{ name: 'Ann Archer (ann@example.com)', value: 'a' },
			{ name: 'ben@example.com', value: 'b' },
			{ name: 'Cole (c)', value: 'c' },
			{ name: 'd', value: 'd' },
		]);
		expect(paginationToken).toBeUndefined();
	});

	it('searches in Flameup', async () => {
		const { requests, results } = await searched(people(120), setting, ' user_7@ ');
		expect(results).toEqual([{ name: 'user_7@example.com', value: 'user_7' }]);
		expect(requests[0]?.url).toContain('search=user_7%40');
	});

	it('goes on where the page before ended', async () => {
		const first = await searched(people(120), setting);
		expect([first.results.length, first.paginationToken]).toEqual([100, '100']);
		const second = await searched(people(120), setting, '', first.paginationToken);
		expect([second.results.length, second.paginationToken]).toEqual([20, undefined]);
	});
});

describe('when the list cannot be read', () => {
	it.each([
		['a wrong key', { apiKey: 'wrong' }, 'Flameup does not accept the API key'],
		[
			'no credential',
			{ credential: new Error('None') },
			'The Flameup credential could not be read',
		],
		['a wrong address', { baseUrl: 'x' }, 'The settings are not valid'],
	])('says why: %s', async (_name, setting, message) => {
		const { error } = await searched(people(1), setting);
		expect(error?.message).toBe(message);
		expect(error?.description).toBeTruthy();
	});

	it('does not wait while Flameup is down', async () => {
		const n8n = createN8n({ flameup: { faults: { 1: '500' } } });
		const startedAt = Date.now();
		const failed = expect(n8n.searchPeople()).rejects.toThrow('Flameup was unavailable');
		await vi.runAllTimersAsync();
		await failed;
		expect(Date.now() - startedAt).toBeLessThan(5_000);
		expect(n8n.requests).toHaveLength(1);
	});
});
