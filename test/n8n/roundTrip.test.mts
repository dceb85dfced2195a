import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import type { Flameup, FlameupOptions } from '../../simulator/flameup.mts';
import { automatic, createN8n, mapped, type Setting } from './fake-n8n.mts';
import { fakeTimers, finish, run } from './timed.mts';

fakeTimers();

const PEOPLE: IDataObject[] = [
	{
		userId: 'ada',
		email: 'ada@example.com',
		first_name: 'Ada',
		last_name: 'Byron',
		phone: '+44 1',
		avatar_url: 'https://example.com/a.png',
		timezone: 'Europe/London',
		locale: 'en-GB',
		plan: 'pro',
		tags: ['a'],
		address: { city: 'Rome' },
		attributes: { inner: 1 },
	},
	{ userId: '42', email: 'b@example.com', status: 'vip', id: 'mine', result: 'won' },
	{ userId: 'nobody' },
];

/** All stored data of all people, except the time of the last write. */
const held = (flameup: Flameup) =>
	[...flameup.people()].map(([id, { email, phone, traits }]) => ({ id, email, phone, traits }));

const execute = async (setting: Setting) => {
	const done = await finish(createN8n(setting));
	if (done.error) throw done.error;
	return done.items.map(({ json }) => json);
};

const STYLES = ['ws_simulator', ''];
const SHAPES = ['reference', 'guide'] as const;
const ABSENT = ['null', 'omitted'] as const;
const cases = STYLES.flatMap((workspaceId) =>
	SHAPES.flatMap((personShape) =>
		ABSENT.flatMap((absent) =>
			['simple', 'raw'].map((output) => ({ workspaceId, personShape, absent, output })),
		),
	),
);

describe.each(cases)('%o', ({ workspaceId, personShape, absent, output }) => {
	const flameup: Partial<FlameupOptions> = { personShape, absent };
	const filled = async () => {
		const first = createN8n({ items: PEOPLE, parameters: automatic(), workspaceId, flameup });
		const { error } = await finish(first);
		if (error) throw error;
		return first.flameup;
	};
	const getAll = { resource: 'person', operation: 'getAll', returnAll: true, output };

	it('Get Many, then Create or Update, changes no person', async () => {
		const shared = await filled();
		const before = held(shared);
		const items = await execute({ parameters: getAll, workspaceId, shared });
		const saved = await execute({ items, parameters: automatic(), workspaceId, shared });
		expect(saved).toHaveLength(PEOPLE.length);
		expect(held(shared)).toEqual(before);
		expect(await execute({ parameters: getAll, workspaceId, shared })).toHaveLength(3);
	});

	it('its own output changes no person either', async () => {
		const shared = await filled();
		const before = held(shared);
		const parameters = automatic({}, { output });
		const items = await execute({ items: PEOPLE, parameters, workspaceId, shared });
		await execute({ items, parameters, workspaceId, shared });
		expect(held(shared)).toEqual(before);
	});
});

describe('fields that Flameup added', () => {
	const id = '5f1a3e00-0000-4000-8000-000000000001';
	const created_at = '2026-11-15T05:00:00.000Z';
	const sent = async (row: IDataObject, options = {}) => {
		const done = await run({ items: [row], parameters: automatic(options) });
		if (done.error) throw done.error;
		return JSON.parse(done.requests[0]?.body ?? '').people[0];
	};

	it.each(['created', 'updated', 'saved', 'merged', 'checked'])(
		'are left out of an output that does not show the person: %s',
		async (result) => {
			expect(await sent({ user_id: 'a', result })).toEqual({ userId: 'a' });
		},
	);

	it('are left out of a dry run and of failed rows', async () => {
		const traits = { plan: 'pro' };
		expect(await sent({ user_id: 'a', result: 'checked', traits })).toEqual({
			userId: 'a',
			traits,
		});
		const failing = { items: [{ userId: 'a', email: 'no' }], onError: 'continue' as const };
		const { items } = await run({ ...failing, parameters: mapped() });
		const row: IDataObject = { ...failing.items[0], email: 'a@b.co', ...items[0]?.json };
		expect(row.error).toBe('invalid_email');
		expect(await sent(row)).toEqual({ userId: 'a', email: 'a@b.co' });
	});

	it('are left out after other nodes have added fields', async () => {
		const row = { user_id: 'a', result: 'saved', id, created_at, status: 'active', score: 5 };
		expect(await sent(row)).toEqual({ userId: 'a', traits: { score: 5 } });
	});

	it('are overridden by traits of the same name', async () => {
		const row = { userId: 'a', id, created_at, status: 'active', traits: { status: 'vip' } };
		expect(await sent(row)).toEqual({ userId: 'a', traits: { status: 'vip' } });
	});

	it('are sent when an option names them', async () => {
		const row = { userId: 'a', id, created_at, status: 'active' };
		expect(await sent(row, { userIdColumns: 'id' })).toEqual({
			userId: id,
			traits: { userId: 'a' },
		});
	});

	it('can be reached by paths into attributes', async () => {
		const attributes = { no: 'n-1', plan: 'pro', secret: 'x' };
		const row = { external_id: 'a', workspace_id: 'ws', id, created_at, attributes };
		const options = { userIdColumns: 'attributes.no', excludeColumns: 'attributes.secret' };
		expect(await sent(row, options)).toMatchObject({ userId: 'n-1', traits: { plan: 'pro' } });
	});

	it.each([
		['a CRM', { id: '7', status: 'lead', created_at, updated_at: created_at }],
		['a database', { id, external_id: 'crm-7', status: 'lead', created_at }],
		['a table', { user_id: 'a', id, status: 'lead', created_at, updated_at: created_at }],
		['a shop', { userId: 'a', id: 7, status: 'paid', created_at, attributes: { size: 'M' } }],
		['a quiz', { userId: 'a', result: 'won' }],
		['a match', { userId: 'a', result: 'saved' }],
		['a game', { userId: 'a', result: 'saved', score: 5 }],
		['a log', { userId: 'a', error: 'none', details: { reason: 'x' } }],
		['another log', { userId: 'a', error: 'refused', details: { code: 5 } }],
	])('are traits in a row of %s', async (_name, row: IDataObject) => {
		const { traits } = await sent(row);
		const { id: _id, userId: _userId, user_id: _user, external_id: _external, ...others } = row;
		expect(traits).toMatchObject(others);
	});
});
