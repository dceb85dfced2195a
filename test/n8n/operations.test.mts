import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it } from 'vitest';
import { createFlameup, type Flameup } from '../../simulator/flameup.mts';
import {
	answering,
	createN8n,
	isFailed,
	mapped,
	OPERATIONS,
	pairs,
	people,
	type Setting,
} from './fake-n8n.mts';
import { fakeTimers, finish, run } from './timed.mts';

fakeTimers();

const STYLES = [
	['with a workspace', 'ws_simulator'],
	['without a workspace', ''],
] as const;

const trait = (name: string, value: string) => ({
	assignments: [{ id: '1', name, value, type: 'string' }],
});

/** The node, with people in Flameup. */
async function populated(count: number, setting: Setting) {
	const n8n = createN8n({ items: people(count), parameters: mapped(), ...pick(setting) });
	await finish(n8n);
	const second = createN8n({ ...setting, shared: n8n.flameup });
	return { ...second, ...(await finish(second)), flameup: n8n.flameup };
}

const pick = ({ flameup, workspaceId }: Setting): Setting => ({
	...(flameup && { flameup }),
	...(workspaceId !== undefined && { workspaceId }),
});

describe('Create', () => {
	it('creates people one by one, and fails the rows of people who already exist', async () => {
		const items = [...people(3), { userId: 'user_1' }, { userId: 'user_9' }, {}];
		const parameters = mapped({ operation: 'create' });
		const done = await run({ items, parameters, onError: 'continue' });
		expect(pairs(done.items)).toEqual([0, 1, 2, 4, 3, 5]);
		expect(done.items[0]?.json).toMatchObject({ user_id: 'user_0', result: 'created' });
		expect(done.items[4]?.json).toMatchObject({
			error: 'already_exists',
			details: { user_id: 'user_1' },
		});
		expect(done.items[5]?.json.error).toBe('missing_user_id');
		expect(done.requests).toHaveLength(5);
	});

	it('stops at the first row that fails', async () => {
		const items = [{ userId: 'a' }, { userId: 'a' }, { userId: 'b' }];
		const done = await run({ items, parameters: mapped({ operation: 'create' }) });
		expect(done.error?.message).toBe('Flameup already has this person [item 1]');
		expect(done.error?.description).toContain('1 row had been created before this.');
		expect(done.requests).toHaveLength(2);
	});

	it('does not resend a person who may have been created', async () => {
		const done = await run({
			items: people(3),
			parameters: mapped({ operation: 'create' }),
			onError: 'continue',
			flameup: { faults: { 2: 'reset-after' } },
		});
		expect(done.requests).toHaveLength(3);
		expect(pairs(done.items)).toEqual([0, 2, 1]);
		expect(done.items[2]?.json.error).toBe('uncertain');
	});

	it('sends nothing in a dry run', async () => {
		const parameters = mapped({ operation: 'create', options: { dryRun: true } });
		const done = await run({ items: people(1), parameters });
		expect(done.items[0]?.json).toMatchObject({ user_id: 'user_0', result: 'checked' });
		expect(done.requests).toHaveLength(0);
	});
});

describe.each(STYLES)('Get %s', (_name, workspaceId) => {
	const get = (findBy: string, more = {}) => ({
		resource: 'person',
		operation: 'get',
		who: { __rl: true, mode: findBy, value: '={{ $json.who }}' },
		...more,
	});

	it.each([
		['userId', ['user_1', 'nobody', 'user_0']],
		['email', ['USER_1@example.com', 'no@example.com', 'user_0@example.com']],
	])('finds people by %s, each item paired with its row', async (findBy, sought) => {
		const done = await populated(3, {
			items: sought.map((who) => ({ who })),
			parameters: get(findBy),
			onError: 'continue',
			workspaceId,
		});
		expect(pairs(done.items)).toEqual([0, 2, 1]);
		expect(done.items.map(({ json }) => json.user_id)).toEqual(['user_1', 'user_0', undefined]);
		expect(done.items[2]?.json.error).toBe('not_found');
		const { user_id } = (done.items[2]?.json.details ?? {}) as IDataObject;
		expect(user_id).toBe(findBy === 'userId' ? 'nobody' : undefined);
		expect(Object.keys(done.items[0]?.json ?? {}).length).toBeLessThanOrEqual(10);
	});

	it("finds people by Flameup's own ID, which needs a workspace", async () => {
		const ids = ['5F1A3E00-0000-4000-8000-000000000002', 'nobody', '..'];
		const done = await populated(3, {
			items: ids.map((who) => ({ who })),
			parameters: get('id'),
			onError: 'continue',
			workspaceId,
		});
		expect(pairs(done.items)).toEqual([0, 1, 2]);
		expect(done.items.map(({ json }) => json.user_id ?? json.error)).toEqual(
			workspaceId === ''
				? ['configuration', 'configuration', 'configuration']
				: ['user_1', 'not_found', 'not_found'],
		);
		expect(done.requests).toHaveLength(workspaceId === '' ? 0 : 2);
	});

	it('takes a value alone, as an AI agent may give it', async () => {
		const items = [{ who: 'user_0' }];
		const parameters = get('userId', { who: '={{ $json.who }}' });
		const done = await populated(1, { items, parameters, workspaceId });
		expect(done.items[0]?.json).toMatchObject({ user_id: 'user_0' });
	});

	it('returns everything as Flameup has it if Output is Raw', async () => {
		const done = await populated(1, {
			items: [{ who: 'user_0' }],
			parameters: get('userId', { output: 'raw' }),
			workspaceId,
		});
		expect(done.items[0]?.json).toMatchObject({
			external_id: 'user_0',
			first_seen_at: expect.any(String),
		});
	});

	it('returns the user ID and the selected fields', async () => {
		const fields = ['traits', 'email', 'workspace_id'];
		const done = await populated(1, {
			items: [{ who: 'user_0' }],
			parameters: get('userId', { output: 'fields', fields }),
			workspaceId,
		});
		expect(done.items[0]?.json).toEqual({
			user_id: 'user_0',
			traits: {},
			email: 'user_0@example.com',
			workspace_id: 'ws_simulator',
		});
	});

	it.each([
		["={{ ['email'] }}", undefined],
		['={{ 5 }}', '"Fields" is not a list'],
	])('takes an expression for the fields: %s', async (fields, message) => {
		const parameters = get('userId', { output: 'fields', fields });
		const items = [{ who: 'user_0' }];
		const done = await populated(1, { items, parameters, workspaceId });
		expect(done.error?.message).toBe(message);
		expect(done.items.map(({ json }) => Object.keys(json))).toEqual(
			message === undefined ? [['user_id', 'email']] : [],
		);
	});

	it('rejects an empty value, and does not resolve path segments in an ID', async () => {
		const done = await populated(1, {
			items: [{ who: '' }, { who: '..' }, { who: 'a/../user_0' }],
			parameters: get('userId'),
			onError: 'continue',
			workspaceId,
		});
		expect(done.items.map(({ json }) => json.error)).toEqual([
			'invalid_parameter',
			'not_found',
			'not_found',
		]);
	});

	it('sends no more requests after a wrong key', async () => {
		const items = people(5);
		const parameters = get('userId', { who: '={{ $json.userId }}' });
		const done = await run({ items, parameters, onError: 'continue', apiKey: 'no', workspaceId });
		expect(done.items.every(isFailed)).toBe(true);
		expect(done.requests).toHaveLength(1);
	});
});

it('names the permission required for reading', async () => {
	const key = 'ws_test_a.b';
	const done = await run({
		items: [{}],
		parameters: { resource: 'person', operation: 'get', who: { mode: 'userId', value: 'a' } },
		apiKey: key,
		flameup: { keys: [{ key, permissions: ['people:write'] }] },
	});
	expect(done.error?.description).toContain('people:read');
});

describe.each(STYLES)('Get Many %s', (_name, workspaceId) => {
	const getAll = (more = {}) => ({ resource: 'person', operation: 'getAll', ...more });

	it.each([
		[{ limit: 50 }, 50, 1],
		[{ limit: 150 }, 150, 2],
		[{ returnAll: true }, 250, 3],
		[{ returnAll: true, filters: { status: 'bounced' } }, 0, 1],
		[{ returnAll: true, filters: { status: 'active' } }, 250, 3],
		[{ returnAll: true, filters: { search: 'user_24' } }, 11, 1],
	])('%o returns %i people in %i requests', async (more, count, requests) => {
		const done = await populated(250, { parameters: getAll(more), workspaceId });
		expect(new Set(done.items.map(({ json }) => json.user_id)).size).toBe(count);
		expect(done.items).toHaveLength(count);
		expect(done.requests).toHaveLength(requests);
	});

	it('reads once for rows with the same parameters, and answers each of them', async () => {
		const items = [{ n: 2 }, { n: 2 }, { n: 0 }, { n: 3 }, { n: 2 }];
		const parameters = getAll({ limit: '={{ $json.n }}', output: 'raw' });
		const done = await populated(5, { items, parameters, onError: 'continue', workspaceId });
		expect(pairs(done.items)).toEqual([0, 0, 1, 1, 3, 3, 3, 4, 4, 2]);
		expect(done.requests).toHaveLength(2);
		expect(done.items[2]?.json).toEqual(done.items[0]?.json);
		expect(done.items[2]?.json.attributes).not.toBe(done.items[0]?.json.attributes);
		expect(done.items.at(-1)?.json.details).toMatchObject({
			reason: '"Limit" is not a whole number above 0.',
		});
	});

	it('fails every row of a refused request', async () => {
		const shared = answering(() => ({ status: 400, body: { error: 'Bad search' } }));
		const setting = { items: [{}, {}], parameters: getAll(), onError: 'continue' as const };
		const done = await run({ ...setting, shared, workspaceId });
		expect(done.items.map(({ json }) => json.error)).toEqual(['refused', 'refused']);
		expect(done.requests).toHaveLength(1);
	});

	it.each([
		[{ filters: { search: '={{ null }}' } }, 'The filter "Search" is empty [item 0]'],
		[{ filters: { status: '' } }, 'The filter "Status" is empty [item 0]'],
		[{ filters: { status: 'gone' } }, '"Status" is none of its choices [item 0]'],
		[{ limit: '={{ undefined }}' }, '"Limit" is not a whole number above 0 [item 0]'],
		[{ limit: 1.5 }, '"Limit" is not a whole number above 0 [item 0]'],
		[{ returnAll: '={{ undefined }}' }, '"Return All" is neither true nor false [item 0]'],
	])('reads nothing for %o', async (more, message) => {
		const done = await run({ parameters: getAll(more), workspaceId });
		expect([done.error?.message, done.requests]).toEqual([message, []]);
	});
});

describe.each(STYLES)('Update Traits %s', (_name, workspaceId) => {
	const update = (more = {}) => ({
		resource: 'person',
		operation: 'updateTraits',
		who: { __rl: true, mode: 'userId', value: '={{ $json.who }}' },
		traits: {
			assignments: [{ id: '1', name: 'plan', value: '={{ $json.plan }}', type: 'string' }],
		},
		...more,
	});

	it('changes the given traits and keeps the others', async () => {
		const items = [
			{ who: 'user_0', plan: 'gold' },
			{ who: 'nobody', plan: 'x' },
		];
		const parameters = update({ options: { traitsJson: '{"city": "Rome"}' } });
		const done = await populated(2, { items, parameters, onError: 'continue', workspaceId });
		expect(pairs(done.items)).toEqual([0, 1]);
		expect(done.items[0]?.json).toMatchObject({ user_id: 'user_0', result: 'updated' });
		expect(done.items[1]?.json).toMatchObject({
			error: 'not_found',
			details: { user_id: 'nobody' },
		});
		expect(done.flameup.people().get('user_0')?.traits).toEqual({ plan: 'gold', city: 'Rome' });
	});

	it("finds people by Flameup's own ID, which needs a workspace", async () => {
		const who = { mode: 'id', value: '5f1a3e00-0000-4000-8000-000000000002' };
		const items = [{ plan: 'gold' }];
		const done = await populated(2, { items, parameters: update({ who }), workspaceId });
		const { traits } = done.flameup.people().get('user_1') ?? {};
		expect(traits).toEqual(workspaceId === '' ? {} : { plan: 'gold' });
		expect(done.error?.message).toBe(workspaceId === '' ? 'This needs a workspace ID' : undefined);
		if (workspaceId === '') expect(done.requests).toEqual([]);
	});

	it('sends one request for each row, and a few to find everybody', async () => {
		const items = Array.from({ length: 60 }, (_, i) => ({ who: `user_${i % 30}`, plan: `p${i}` }));
		const done = await populated(50, { items, parameters: update(), workspaceId });
		expect(done.items).toHaveLength(60);
		expect(done.requests.filter(({ method }) => method === 'PUT')).toHaveLength(60);
		expect(done.requests.length).toBeLessThanOrEqual(63);
		expect(done.flameup.people().get('user_7')?.traits).toEqual({ plan: 'p37' });
	});

	it('fails only the rows of people who are missing or refused, and creates nobody', async () => {
		const who = ['user_0', 'nobody', 'user_1', 'user_2', 'nobody', 'user_0'];
		const done = await populated(3, {
			items: who.map((who) => ({ who, plan: 'gold' })),
			parameters: update(),
			onError: 'continue',
			workspaceId,
			flameup: {
				refuse: ({ traits, userId }) =>
					userId === 'user_1' && traits?.plan === 'gold' ? 'gold is not for sale' : undefined,
			},
		});
		expect(pairs(done.items)).toEqual([0, 3, 5, 1, 2, 4]);
		expect(done.items.map(isFailed)).toEqual([false, false, false, true, true, true]);
		for (const [i, code] of [
			[3, 'not_found'],
			[4, 'refused'],
			[5, 'not_found'],
		] as const) {
			expect(done.items[i]?.json.error).toBe(code);
		}
		expect([...done.flameup.people().keys()]).toEqual(['user_0', 'user_1', 'user_2']);
		expect(done.flameup.people().get('user_1')?.traits).toEqual({});
	});

	it('does not create a person who is deleted during the run', async () => {
		const flameup = createFlameup({ now: Date.now });
		let updates = 0;
		const deleting: Flameup = {
			...flameup,
			handle: (request) =>
				request.method === 'PUT' && ++updates > 2
					? flameup.handle({ ...request, path: request.path.replace(/[^/]+$/, 'deleted') })
					: flameup.handle(request),
		};
		await finish(createN8n({ items: people(2), parameters: mapped(), shared: flameup }));
		const done = await finish(
			createN8n({
				items: [0, 1, 0].map((i) => ({ who: `user_${i}`, plan: 'gold' })),
				parameters: update(),
				onError: 'continue',
				shared: deleting,
				workspaceId,
			}),
		);
		expect(pairs(done.items)).toEqual([0, 1, 2]);
		expect(done.items[2]?.json.error).toBe('not_found');
		expect(flameup.people().size).toBe(2);
	});

	it.each([
		['userId', 'user_1@example.com', 'not_found'],
		['email', 'user_1', 'invalid_parameter'],
	])('never takes %s %j for somebody else', async (mode, who, code) => {
		const done = await populated(2, {
			items: [{ who, plan: 'gold' }],
			parameters: update({ who: { mode, value: '={{ $json.who }}' } }),
			onError: 'continue',
			workspaceId,
		});
		expect(done.items[0]?.json.error).toBe(code);
		expect(done.flameup.people().get('user_1')?.traits).toEqual({});
		expect(done.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
	});

	it('shows what Flameup says in a 200 that reports a failure', async () => {
		const flameup = createFlameup({ now: Date.now });
		await finish(createN8n({ items: people(1), parameters: mapped(), shared: flameup }));
		const shared = answering(
			({ method }) =>
				method === 'PUT' ? { body: { success: false, error: 'locked' } } : undefined,
			flameup,
		);
		const items = [{ who: 'user_0', plan: 'gold' }];
		const setting = { items, parameters: update(), onError: 'continue' as const };
		const done = await run({ ...setting, shared, workspaceId });
		expect(done.items[0]?.json).toMatchObject({
			error: 'not_confirmed',
			details: { said: 'locked' },
		});
	});

	it.each([
		[{ traits: trait('email', 'x@b.co') }, '"Traits" has a trait named "email" [item 0]'],
		[
			{ options: { traitsJson: '{"E-Mail": "x@b.co"}' } },
			'"Traits (JSON)" has a trait named "E-Mail" [item 0]',
		],
	])('takes no trait for an email address: %o', async (more, message) => {
		const items = [{ who: 'user_0', plan: 'gold' }];
		const done = await populated(1, { items, parameters: update(more), workspaceId });
		expect([done.error?.message, done.requests]).toEqual([message, []]);
	});

	it('shows the traits of the person, with ten fields in all', async () => {
		const items = [{ who: 'user_0', plan: 'gold' }];
		const done = await populated(1, { items, parameters: update(), workspaceId });
		expect(done.items[0]?.json).toMatchObject({ traits: { plan: 'gold' } });
		expect(Object.keys(done.items[0]?.json ?? {}).length).toBeLessThanOrEqual(10);
	});

	it('rejects a row without traits', async () => {
		const done = await populated(1, {
			items: [{ who: 'user_0' }],
			parameters: update({ traits: {} }),
			workspaceId,
		});
		expect(done.error?.message).toBe('"Traits" has no traits [item 0]');
	});
});

describe.each(STYLES)('Track %s', (_name, workspaceId) => {
	const track = (more = {}) => ({
		resource: 'event',
		operation: 'track',
		userId: '={{ $json.userId }}',
		event: 'order_placed',
		properties: {
			assignments: [{ id: '1', name: 'plan', value: '={{ $json.plan }}', type: 'string' }],
		},
		...more,
	});

	it('sends one event for each row, in order', async () => {
		const done = await run({
			items: people(3),
			parameters: track({
				timestamp: '2026-11-21T09:30:00+01:00',
				options: { propertiesJson: '{"n": 1}' },
			}),
			workspaceId,
		});
		expect(pairs(done.items)).toEqual([0, 1, 2]);
		expect(done.items[0]?.json).toMatchObject({
			user_id: 'user_0',
			event: 'order_placed',
			success: true,
		});
		expect(done.flameup.events().map(({ createdAt: _at, id: _id, ...event }) => event)[2]).toEqual({
			who: 'user_2',
			event: 'order_placed',
			parameters: { n: 1, plan: 'pro' },
			timestamp: '2026-11-21T08:30:00.000Z',
		});
	});

	it('retries after 429, and never resends an event that may have arrived', async () => {
		const done = await run({
			items: people(5),
			parameters: track(),
			onError: 'continue',
			workspaceId,
			flameup: { faults: { 2: '429', 4: 'reset-after', 5: '500' } },
		});
		expect(done.requests).toHaveLength(6);
		expect(pairs(done.items)).toEqual([0, 1, 4, 2, 3]);
		expect(done.items[3]?.json.error).toBe('uncertain');
		expect(done.flameup.events().map(({ who }) => who)).toEqual([
			'user_0',
			'user_1',
			'user_2',
			'user_4',
		]);
	});

	it('warns on a stop that a rerun tracks events twice', async () => {
		const items = [{ userId: 'a' }, { userId: '' }];
		const done = await run({ items, parameters: track(), workspaceId });
		expect(done.error?.message).toBe('"User ID" has no value [item 1]');
		expect(done.error?.description).toContain(
			'1 row had been tracked before this. Running the workflow again would',
		);
	});

	it.each([['yesterday'], ['32nd of May']])('rejects the time %s', async (timestamp) => {
		const done = await run({ items: people(1), parameters: track({ timestamp }), workspaceId });
		expect(done.error?.message).toBe('"Timestamp" is not a date and time [item 0]');
	});
});

describe('the hints above the output', () => {
	const traits = { assignments: [{ id: '1', name: 'plan', value: 'gold', type: 'string' }] };

	it.each([
		['create', { operation: 'create' }, 'created', '1 already in Flameup'],
		['updateTraits', { operation: 'updateTraits', traits }, 'updated', '1 not found in Flameup'],
		['track', { resource: 'event', operation: 'track', event: 'x' }, 'tracked', undefined],
	])('count the rows in words: %s', async (operation, parameters, done, failed) => {
		const who = { mode: 'userId', value: '={{ $json.userId }}' };
		const known = operation === 'create' ? ['new', 'user_0'] : ['user_0', 'nobody'];
		const items = [...known, ''].map((userId) => ({ userId }));
		const { hints } = await populated(1, {
			items,
			parameters: { ...mapped(), userId: who.value, who, ...parameters },
			onError: 'continue',
		});
		const invalid =
			operation === 'create' ? '1 without a user ID' : '1 with a parameter that cannot be used';
		const failures = [failed, invalid].filter((text) => text !== undefined);
		expect(hints).toEqual([
			`${3 - failures.length} ${failures.length === 1 ? 'rows' : 'row'} ${done}.`,
			`warning: ${failures.length} ${failures.length === 1 ? 'row' : 'rows'} failed: ${failures.join(', ')}.`,
		]);
	});

	it('say in a dry run that nobody was sent', async () => {
		const parameters = mapped({ operation: 'create', options: { dryRun: true } });
		const { hints } = await run({ items: people(2), parameters });
		expect(hints).toEqual(['2 rows checked, and not sent.']);
	});
});

describe('an error that stops the workflow', () => {
	const GO_ON = 'set "On Error" to "Continue (using error output)" in the "Settings" of this node';

	it('recommends the error output if it is about one row', async () => {
		const { error } = await run({ items: [{ userId: 'a', email: 'no' }], parameters: mapped() });
		expect(error?.description).toContain(GO_ON);
	});

	it('does not recommend it if all rows would fail', async () => {
		const { error } = await run({ items: people(1), parameters: mapped(), apiKey: 'wrong' });
		expect(error?.description).not.toContain('On Error');
	});
});

describe('every operation', () => {
	it.each(OPERATIONS)('%s %s: no input, no request and no output', async (resource, operation) => {
		const done = await run({ items: [], parameters: { resource, operation } });
		expect(done.items).toEqual([]);
		expect(done.requests).toHaveLength(0);
	});

	it.each(OPERATIONS)(
		'%s %s: never throws when On Error is set to continue',
		async (resource, operation) => {
			const broken = '={{ $json.no.such.thing() }}';
			const parameters = {
				resource,
				operation,
				person: { mappingMode: 'defineBelow', value: { userId: broken } },
				userId: broken,
				who: { mode: 'email', value: broken },
				event: broken,
				limit: broken,
				options: { requestsPerMinute: broken },
			};
			for (const options of [{ requestsPerMinute: broken }, { timeoutSeconds: -1 }, {}]) {
				const setting = { items: people(3), parameters: { ...parameters, options } };
				const done = await run({ ...setting, onError: 'continue' });
				expect(done.error).toBeUndefined();
				expect(done.items).toHaveLength(3);
				expect(done.items.every(isFailed)).toBe(true);
				expect(pairs(done.items)).toEqual([0, 1, 2]);
				expect((await run(setting)).error).toBeDefined();
			}
		},
	);
});
