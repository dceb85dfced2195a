import { describe, expect, it } from 'vitest';
import { openStage } from './stage.mts';
import { flameup as node, people } from './workflows.mts';

const { credential, flameup, requests, rest, run, size } = await openStage();
const onError = 'continueErrorOutput' as const;
const by = { userId: '={{ $json.userId }}', email: '={{ $json.email }}' };
const who = (mode: keyof typeof by) => ({ who: { __rl: true, mode, value: by[mode] } });
const once = 'return [{ json: {} }];';
const assignments = (name: string, value: string, type: string) => ({
	assignments: [{ id: '1', name, value, type }],
});

it('creates people, and fails the rows of people who exist', async () => {
	const created = await run(people(3), node({ operation: 'create' }));
	expect(created.status).toBe('success');
	expect(size()).toBe(3);
	const { items } = await run(people(4), node({ operation: 'create' }, { onError }));
	expect(items('Flameup').map(({ json }) => json.user_id)).toEqual(['user-3']);
	expect(items('Flameup', 1)).toHaveLength(3);
	expect(items('Flameup', 1)[0]?.json.error).toBe('already_exists');
});

it.each(['userId', 'email'] as const)(
	'gets people by %s, fails rows without a match',
	async (key) => {
		await run(people(3), node());
		const rows = `${people(3).replace('return', 'const items =')}
items[1].json.userId = 'x'; items[1].json.email = 'x@x.org'; return items;`;
		const { items } = await run(rows, node({ operation: 'get', ...who(key) }, { onError }));
		expect(items('Flameup').map(({ json }) => json.user_id)).toEqual(['user-0', 'user-2']);
		expect(items('Flameup', 1)).toHaveLength(1);
		expect(items('Flameup', 1)[0]?.json.error).toBe('not_found');
	},
);

it('maps each row by its own fields', async () => {
	const names = ['Email', 'email_address', 'E-Mail', 'mail'];
	const rows = names.map((name, i) => ({
		json: { [i % 2 === 0 ? 'userId' : 'User ID']: `u${i}`, [name]: `u${i}@x.org` },
	}));
	const { status } = await run(`return ${JSON.stringify(rows)};`, node());
	expect(status).toBe('success');
	const held = [...flameup.people().values()].map(({ email, userId }) => [userId, email]);
	expect(held).toEqual(names.map((_, i) => [`u${i}`, `u${i}@x.org`]));
});

it.each<[string, object, string]>([
	['upsert', { options: { dryRun: '={{ $json.nothing }}' } }, 'configuration'],
	['upsert', { options: { requestsPerMinute: '={{ $json.nothing }}' } }, 'configuration'],
	['getAll', { filters: { search: '={{ $json.nothing }}' } }, 'invalid_parameter'],
	['getAll', { filters: { status: '={{ null }}' } }, 'invalid_parameter'],
	['getAll', { limit: '={{ $json.nothing }}', returnAll: false }, 'invalid_parameter'],
])('takes no expression without a value for a default: %s %o', async (operation, more, code) => {
	const { items } = await run(people(2), node({ operation, ...more }, { onError }));
	expect(items('Flameup', 1).map(({ json }) => json.error)).toEqual([code, code]);
	expect([items('Flameup'), requests()]).toEqual([[], 0]);
});

it('offers people to choose from', async () => {
	await run(people(12), node());
	const { results } = await rest.searchPeople(credential, 'user1@');
	expect(results).toMatchObject([{ name: 'Ann 1 (user1@example.com)', value: 'user-1' }]);
	const who = { __rl: true, mode: 'list', value: 'user-1', cachedResultName: 'Ann 1' };
	const { items } = await run(once, node({ operation: 'get', who }));
	expect(items('Flameup').map(({ json }) => json.user_id)).toEqual(['user-1']);
});

it('gets many: all people once, or up to the limit', async () => {
	await run(people(254), node());
	const all = await run(once, node({ operation: 'getAll', returnAll: true }));
	expect(all.items('Flameup')).toHaveLength(254);
	expect(new Set(all.items('Flameup').map(({ json }) => json.user_id)).size).toBe(254);
	const some = await run(once, node({ operation: 'getAll', returnAll: false, limit: 120 }));
	expect(some.items('Flameup')).toHaveLength(120);
});

it('updates traits and keeps the others', async () => {
	await run(people(3), node());
	const traits = assignments('seats', '={{ 7 }}', 'number');
	const update = node({ operation: 'updateTraits', ...who('userId'), traits });
	expect((await run(people(3), update)).status).toBe('success');
	expect(flameup.people().get('user-1')?.traits).toMatchObject({ seats: 7, plan: 'pro' });
});

it('updates the traits of many people with one request for each, and creates nobody', async () => {
	await run(people(40), node());
	const before = requests();
	const traits = assignments('seats', '={{ $itemIndex }}', 'number');
	const update = node({ operation: 'updateTraits', ...who('userId'), traits }, { onError });
	const { items } = await run(people(42), update);
	expect(items('Flameup')).toHaveLength(40);
	expect(items('Flameup', 1).map(({ json }) => json.details)).toMatchObject([
		{ user_id: 'user-40' },
		{ user_id: 'user-41' },
	]);
	expect(flameup.people().get('user-39')?.traits).toMatchObject({ seats: 39, plan: 'pro' });
	expect(size()).toBe(40);
	// one search and one page for those who exist, and one search for each who does not
	expect(requests() - before).toBe(44);
});

describe('tracks events', () => {
	const track = {
		resource: 'event',
		operation: 'track',
		event: 'Signed up',
		properties: assignments('plan', '={{ $json.plan }}', 'string'),
		timestamp: '',
		userId: by.userId,
	};

	it('each once', async () => {
		expect((await run(people(3), node(track))).status).toBe('success');
		const events = flameup.events().map(({ who, event, parameters }) => [who, event, parameters]);
		expect(events).toEqual([
			['user-0', 'Signed up', { plan: 'free' }],
			['user-1', 'Signed up', { plan: 'pro' }],
			['user-2', 'Signed up', { plan: 'free' }],
		]);
	});

	it('not twice when a response is lost, and reports the row as uncertain', async () => {
		flameup.set({ faults: { 1: 'reset-after' } });
		const { items } = await run(people(1), node(track, { onError }));
		expect(flameup.stats().events).toBe(1);
		expect(items('Flameup', 1).map(({ json }) => json)).toMatchObject([
			{
				error: 'uncertain',
				details: { reason: expect.stringContaining('The event may have been tracked') },
			},
		]);
	});
});
