import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';

const ws = '/workspaces/ws_simulator';

describe('create', () => {
	it('answers the person, not wrapped', () => {
		const { status, json } = createCaller().call('POST', `${ws}/people`, { userId: 'a' });
		expect(status).toBe(200);
		expect(json.external_id).toBe('a');
	});

	it('names only the field in a refusal', () => {
		const { json } = createCaller().call('POST', `${ws}/people`, { userId: 'a', email: 'no' });
		expect(json.details).toEqual([{ field: 'email', message: 'must be a valid email' }]);
	});

	it.each([
		['conflict', 409, { n: 1 }],
		['update', 200, { n: 2 }],
	] as const)('of an existing person: %s', (createExisting, status, traits) => {
		const { call, held } = createCaller({ createExisting });
		call('POST', '/people', { userId: 'a', traits: { n: 1 } });
		expect(call('POST', '/people', { userId: 'a', traits: { n: 2 } }).status).toBe(status);
		expect(held('a')?.traits).toEqual(traits);
	});
});

it('upsert answers an empty object and writes', () => {
	const { call, held } = createCaller();
	const { status, body } = call('POST', `${ws}/people/upsert`, { userId: 'a', traits: { n: 1 } });
	expect([status, body]).toEqual([200, '{}']);
	expect(held('a')?.traits).toEqual({ n: 1 });
});

describe('get and update', () => {
	const filled = () => {
		const caller = createCaller({ traits: 'replace' });
		const [person] = caller.batch({
			userId: 'a/b@c',
			email: 'Ada@mail.example',
			traits: { n: 1 },
		}).json.people;
		return { ...caller, uuid: person.id as string };
	};

	it.each([
		['external id in key style', () => `/people/${encodeURIComponent('a/b@c')}`, 200],
		['email in key style', () => '/people/ada%40mail.example', 200],
		['UUID in key style', (uuid: string) => `/people/${uuid}`, 404],
		['UUID in workspace style', (uuid: string) => `${ws}/people/${uuid}`, 200],
		['external id in workspace style', () => `${ws}/people/${encodeURIComponent('a/b@c')}`, 404],
	])('%s', (_name, path, status) => {
		const { call, uuid } = filled();
		const answer = call('GET', path(uuid));
		expect(answer.status).toBe(status);
		expect(answer.json.external_id).toBe(status === 200 ? 'a/b@c' : undefined);
	});

	it('merges traits on update even where upserts replace them', () => {
		const { call, uuid, held } = filled();
		const { status, json } = call('PUT', `${ws}/people/${uuid}`, { traits: { m: 2 } });
		expect(status).toBe(200);
		expect(json.attributes).toEqual({ n: 1, m: 2 });
		expect(held('a/b@c')?.email).toBe('Ada@mail.example');
		expect(call('PUT', `${ws}/people/${uuid}`, {}).status).toBe(400);
	});
});

describe('list and search', () => {
	const filled = () => {
		const caller = createCaller();
		const people = Array.from({ length: 60 }, (_, i) => ({
			userId: `u${i}`,
			email: `u${i}@mail.example`,
		}));
		caller.batch(...people);
		const idsOf = (path: string) =>
			caller.call('GET', path).json.people.map((one: { external_id: string }) => one.external_id);
		return { ...caller, idsOf };
	};

	it('pages through people', () => {
		const { call, idsOf } = filled();
		const { json } = call('GET', '/people?limit=2&offset=59');
		expect(json).toMatchObject({ total: 60, limit: 2, offset: 59 });
		expect(idsOf('/people?limit=2&offset=59')).toEqual(['u59']);
		expect(idsOf('/people')).toHaveLength(50);
		expect(call('GET', '/people?search=u5').json.total).toBe(11);
		expect(call('GET', '/people?status=bounced').json).toMatchObject({ total: 0, people: [] });
	});

	// total and offset are documented, but not how they behave while the list changes.
	it.each([
		['right', [0, 20, 40, 60], 60, 60],
		['total-high', [0, 20, 40, 60], 70, 70],
		['missing-later', [0, 20, 40, 60], 60, 30],
		['overlapping', [0, 19, 39, 59], 60, 60],
		['repeating', [0, 0, 0, 0], 60, 60],
	] as const)('paging: %s', (paging, starts, total, laterTotal) => {
		const { call, flameup, idsOf } = filled();
		flameup.set({ paging });
		const ids = [...flameup.people().keys()];
		const pages = [0, 20, 40, 60].map((offset) => idsOf(`/people?limit=20&offset=${offset}`));
		expect(pages).toEqual(starts.map((from) => ids.slice(from, from + 20)));
		expect(call('GET', '/people?offset=1').json.total).toBe(total);
		expect(call('GET', '/people').json.total).toBe(laterTotal);
		const missing = paging === 'missing-later' ? ['u0', 'u2'] : ['u0', 'u1'];
		expect(idsOf('/people?limit=2')).toEqual(missing);
		expect(flameup.stats().listPasses).toBe(3);
	});

	it.each(['limit=101', 'limit=x', 'offset=-1', 'status=asleep'])('refuses %s', (query) => {
		expect(filled().call('GET', `/people?${query}`).status).toBe(400);
	});

	it.each([
		['external_id=u7', ['u7']],
		['external_id=u', []],
		['email=U7%40mail.example', ['u7']],
		['q=u59', ['u59']],
		['q=u&limit=2', ['u0', 'u1']],
	])('searches for %s', (query, ids) => {
		expect(filled().idsOf(`${ws}/people/search?${query}`)).toEqual(ids);
	});
});

describe('events', () => {
	it('accepts the field names of both pages', () => {
		const { call, flameup } = createCaller();
		const parameters = { price: 9.5, tags: ['a'] };
		const first = call('POST', '/track', { external_id: 'a', event: 'bought', parameters });
		expect(first.json).toEqual({ success: true, event_id: 'evt_000000000001' });
		const body = { userId: 'b', event: 'left', properties: {}, timestamp: '2025-01-01T00:00:00Z' };
		expect(call('POST', `${ws}/events`, body).json.event_id).toBe('evt_000000000002');
		expect(flameup.events()).toMatchObject([
			{ who: 'a', event: 'bought', parameters, timestamp: '2026-01-01T00:00:00.000Z' },
			{ who: 'b', event: 'left', timestamp: '2025-01-01T00:00:00Z' },
		]);
		expect(flameup.people().size).toBe(0);
	});

	it('lists every problem', () => {
		const { json } = createCaller().call('POST', '/track', { parameters: [], timestamp: 'soon' });
		const fields = json.details.map((one: { field: string }) => one.field);
		expect(fields).toEqual(['external_id', 'event', 'parameters', 'timestamp']);
	});

	it('keeps only the latest', () => {
		const { call, flameup } = createCaller({ limit: 0 });
		for (let i = 0; i < 1005; i++) call('POST', '/track', { external_id: `${i}`, event: 'e' });
		expect(flameup.events()).toHaveLength(1000);
		expect(flameup.events()[0]?.who).toBe('5');
		expect(flameup.stats().events).toBe(1005);
	});
});
