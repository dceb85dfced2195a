import { describe, expect, it } from 'vitest';
import type { StreamSpec } from './catalog.mts';
import { record, state } from './input.mts';
import { countsOf, type SyncOptions, sync } from './sync.mts';

const CONTACTS: StreamSpec = { name: 'contacts', key: ['id'], columns: ['id', 'email', 'plan'] };
const LEADS: StreamSpec = { name: 'leads', key: ['lead_no'], columns: ['lead_no', 'mail'] };
const SHOP: StreamSpec = { ...CONTACTS, namespace: 'shop' };

/** The streams of source-faker, as it declares them. */
const USERS: StreamSpec = {
	name: 'users',
	columns: ['id', 'created_at', 'updated_at', 'name', 'email', 'telephone', 'age', 'address'],
};
const PURCHASES: StreamSpec = {
	name: 'purchases',
	key: ['id'],
	columns: ['id', 'product_id', 'user_id', 'added_to_cart_at', 'purchased_at', 'created_at'],
};
const PRODUCTS: StreamSpec = {
	name: 'products',
	key: ['id'],
	columns: ['id', 'make', 'model', 'year', 'price', 'created_at'],
};

const inputOf = (streams: readonly StreamSpec[]): string =>
	streams
		.map(({ columns = [], name: stream, namespace }) => {
			const data = Object.fromEntries(columns.map((column) => [column, `${stream}-${column}`]));
			const email = columns.find((column) => /mail/.test(column));
			const where = { stream, ...(namespace !== undefined && { namespace }) };
			return record(email ? { ...data, [email]: 'a@example.com' } : data, where) + state(1, where);
		})
		.join('');

const syncOf = (streams: readonly StreamSpec[], settings: SyncOptions['settings'] = {}) =>
	sync({ streams, settings, input: inputOf(streams) });

/** The run ends before anything is sent or acknowledged. */
async function expectRefused(
	streams: readonly StreamSpec[],
	settings: SyncOptions['settings'],
	...words: readonly string[]
): Promise<void> {
	const run = await syncOf(streams, settings);
	expect(run.failure).toMatch(/^config_error: /);
	for (const word of words) expect(run.failure).toContain(word);
	expect([run.requests, run.states]).toEqual([0, []]);
}

it('that declare no columns stop the run once both have user IDs, whatever their first records had', async () => {
	const person = (stream: string, data: object) => record(data, { stream });
	const run = await sync({
		streams: [{ name: 'a' }, { name: 'b' }],
		input:
			person('b', { email: 'q@example.com' }) +
			person('a', { id: '1', email: 'a@example.com' }) +
			person('b', { id: '1', email: 'b@example.com' }),
	});
	expect(run.failure).toContain('Several streams take the user ID from their own primary key');
	expect(run.failure).toContain('"b" takes it from "id"');
});

describe('streams that take the user ID from their own keys', () => {
	const TAKES = [
		'Several streams take the user ID from their own primary key',
		'"contacts" takes it from "id"',
	];

	it.each([
		['two primary keys of one name', [CONTACTS, { ...CONTACTS, name: 'orders' }], ['"orders"']],
		['two primary keys of two names', [CONTACTS, LEADS], ['"leads" takes it from "lead_no"']],
		['one name in two namespaces', [CONTACTS, SHOP], ['"shop.contacts" takes it from "id"']],
		[
			'a primary key and a column called id',
			[CONTACTS, { name: 'visitors', columns: ['ID', 'email'] }],
			['"visitors" takes it from "ID"'],
		],
		[
			'a key of several columns',
			[
				CONTACTS,
				{ ...LEADS, key: ['lead_no', 'mail'] as const, columns: ['lead_no', 'mail', 'x'] },
			],
			['"leads" takes it from "lead_no" and "mail"'],
		],
		['three of them', [CONTACTS, SHOP, LEADS], ['"shop.contacts"', '"leads"']],
	] as [string, StreamSpec[], string[]][])('stop the sync: %s', async (_name, streams, names) => {
		await expectRefused(streams, {}, ...TAKES, ...names);
	});

	it.each([
		['in general', { mapping: { user_id_columns: ['id'] } }],
		['for one of them', { streams: [{ stream: 'orders', mapping: { user_id_columns: ['id'] } }] }],
	])('stop the sync even if a setting names the key: %s', async (_name, settings) => {
		const orders = { ...CONTACTS, name: 'orders' };
		await expectRefused([CONTACTS, orders], settings, ...TAKES, '"orders"');
		const shared = { ...settings, streams_share_user_ids: true };
		expect((await syncOf([CONTACTS, orders], shared)).failure).toBeUndefined();
	});

	it.each<[string, StreamSpec, object, string]>([
		['an excluded email address', CONTACTS, { exclude_columns: ['email'] }, 'email'],
		['a renamed one', CONTACTS, { rename: [{ column: 'email', trait: 'm' }] }, 'email'],
		[
			"one of Airbyte's own columns as the key",
			{ name: 'hits', key: ['_ab_pk'], columns: ['_ab_pk', 'email'] },
			{},
			'_ab_pk',
		],
	])('say what is not used: %s', async (_name, stream, mapping, column) => {
		const text = `Settings, or Airbyte's own use of it, rule out "${column}".`;
		await expectRefused([stream], { mapping }, 'does not look like people', text);
	});

	it('name only those that are left after prefixes and skipped streams', async () => {
		const settings = { streams: [{ stream: 'leads', user_id_prefix: 'lead-' }] };
		const run = await syncOf([CONTACTS, SHOP, LEADS], settings);
		expect(run.failure).toContain('"shop.contacts"');
		expect(run.failure).not.toContain('"leads"');
	});

	it.each([
		[
			'a prefix',
			{ streams: [{ stream: 'leads', user_id_prefix: 'lead-' }] },
			['contacts-id', 'lead-leads-lead_no'],
		],
		[
			'two prefixes',
			{
				streams: [
					{ stream: 'leads', user_id_prefix: 'l:' },
					{ stream: 'contacts', user_id_prefix: 'c:' },
				],
			},
			['c:contacts-id', 'l:leads-lead_no'],
		],
		['a shared ID space', { streams_share_user_ids: true }, ['contacts-id', 'leads-lead_no']],
		[
			'one of them skipped',
			{ streams: [{ stream: 'contacts', skip_stream: true }] },
			['leads-lead_no'],
		],
		[
			'one of them with a column named by the user',
			{ streams: [{ stream: 'leads', mapping: { user_id_columns: ['mail'] } }] },
			['contacts-id', 'a@example.com'],
		],
	])('are accepted with %s', async (_name, settings, held) => {
		const run = await syncOf([CONTACTS, LEADS], settings);
		expect([run.failure, run.held]).toEqual([undefined, held]);
	});

	it.each([
		['the same', 'l', 'l'],
		['one the beginning of the other: l with 12 is l1 with 2', 'l', 'l1'],
	])('stop the sync if their prefixes are %s', async (_name, leads, contacts) => {
		const streams = [
			{ stream: 'leads', user_id_prefix: leads },
			{ stream: 'contacts', user_id_prefix: contacts },
		];
		await expectRefused([CONTACTS, LEADS], { streams }, ...TAKES, '"contacts"', '"leads"');
	});

	it.each([
		['email', ['email', 'plan']],
		['user_id', ['user_id', 'email']],
		['External ID', ['External ID', 'email']],
	])('may share a key that means people in any table: %s', async (key, columns) => {
		const other = { name: 'other', key: [key], columns };
		expect((await syncOf([other, { ...other, name: 'third' }])).failure).toBeUndefined();
	});

	it.each([
		['user_id beside id', ['user_id', 'email']],
		['External ID beside id', ['External ID', 'email']],
	])('stop the sync beside a key of another name: %s', async (_name, columns) => {
		const other = { name: 'other', key: columns.slice(0, 1), columns };
		expect((await syncOf([CONTACTS, other])).failure).toContain('"other" takes it from');
	});

	it('may be beside addresses, which are like no other key', async () => {
		const other = { name: 'other', key: ['email'], columns: ['email', 'plan'] };
		expect((await syncOf([CONTACTS, other])).failure).toBeUndefined();
	});
});

describe('a stream that is not about people', () => {
	it.each([
		[
			'the three of source-faker',
			[USERS, PURCHASES, PRODUCTS],
			['"users"', '"purchases"', '"products"'],
		],
		['users and products', [USERS, PRODUCTS], ['"users"', '"products"']],
		['products alone', [PRODUCTS], ['The stream "products" does not look like people', '"price"']],
		[
			'purchases alone: a user_id beside the primary key',
			[PURCHASES],
			[
				'The stream "purchases" does not look like people',
				'Its primary key is "id"',
				'the column "user_id"',
			],
		],
		[
			'an externalId beside another primary key',
			[{ name: 'visits', key: ['visit'], columns: ['visit', 'externalId', 'page'] }],
			['"visits"', 'Its primary key is "visit"', 'the column "externalId"'],
		],
		[
			'a primary key that is no person: plan',
			[{ name: 'subscriptions', key: ['plan'], columns: ['plan', 'price'] }],
			['The stream "subscriptions" does not look like people'],
		],
		['no key, no ID but id', [{ name: 'logs', columns: ['id', 'line'] }], ['"logs"']],
		[
			'an email address that is excluded',
			[CONTACTS],
			['The stream "contacts" does not look like people'],
			{ mapping: { exclude_columns: ['email'] } },
		],
	] as [string, StreamSpec[], string[], SyncOptions['settings']?][])(
		'stops the sync: %s',
		async (_name, streams, words, settings) => expectRefused(streams, settings, ...words),
	);

	it.each([
		['users', USERS],
		['a key of their own and an email address', CONTACTS],
		[
			'user_id as the primary key, without an email address',
			{ name: 'scores', key: ['user_id'], columns: ['user_id', 'score'] },
		],
		['a user_id without a primary key', { name: 'scores', columns: ['id', 'user_id', 'score'] }],
	])('is not detected in streams of people: %s', async (_name, stream) => {
		const run = await syncOf([stream]);
		expect([run.failure, run.held.length]).toEqual([undefined, 1]);
	});

	it.each([
		[
			'the user names its user ID',
			{ streams: [{ stream: 'purchases', mapping: { user_id_columns: ['user_id'] } }] },
			['users-id', 'purchases-user_id'],
			[
				[1, 0],
				[1, 0],
			],
		],
		[
			'the user skips it',
			{ streams: [{ stream: 'purchases', skip_stream: true }] },
			['users-id'],
			[
				[1, 0],
				[1, 0],
			],
		],
	])('is accepted when %s', async (_name, settings, held, counts) => {
		const run = await syncOf([USERS, PURCHASES], settings);
		expect([run.failure, run.held, countsOf(run.states)]).toEqual([undefined, held, counts]);
	});
});

describe('a skipped stream', () => {
	it('is counted, reported, and never sent', async () => {
		const input = inputOf([CONTACTS, LEADS]) + record({ lead_no: null }, { stream: 'leads' });
		const settings = { streams: [{ stream: 'leads', skip_stream: true }] };
		const run = await sync({
			streams: [CONTACTS, LEADS],
			settings,
			input: input + state(2, { stream: 'leads' }),
		});
		expect([run.failure, run.held]).toEqual([undefined, ['contacts-id']]);
		expect(run.log).toContain('Stream leads: skipped, 2 records not sent.');
		expect(run.log).not.toContain('Stream leads: user ID');
		const stats = run.states.map((line) => JSON.parse(line).state.destinationStats);
		expect(stats).toMatchObject([
			{ recordCount: 1, rejectedRecordCount: 0 },
			{ recordCount: 1, rejectedRecordCount: 0, additionalStats: { skipped: 1 } },
			{ recordCount: 1, rejectedRecordCount: 0, additionalStats: { skipped: 1 } },
		]);
	});
});

describe('the settings of one stream', () => {
	const other: StreamSpec = {
		name: 'staff',
		key: ['no'],
		columns: ['no', 'work_mail', 'secret', 'city'],
	};
	const staff = { no: 7, work_mail: 's@example.com', secret: 'x', city: 'Brno' };
	const contact = { id: 1, email: 'c@example.com', plan: 'pro', secret: 'y' };
	const own = {
		email_column: 'work_mail',
		exclude_columns: ['secret'],
		rename: [{ column: 'city', trait: 'town' }],
	};

	it.each([
		['by name', { stream: 'staff', user_id_prefix: 's', mapping: own }],
		[
			'by name and namespace',
			{ stream: 'staff', namespace: 'hr', user_id_prefix: 's', mapping: own },
		],
	])('override the general ones, %s', async (_name, settings) => {
		const run = await sync({
			streams: [
				{ ...CONTACTS, columns: ['id', 'email', 'plan', 'secret'] },
				{ ...other, namespace: 'hr' },
			],
			settings: { mapping: { exclude_columns: ['plan'] }, streams: [settings] },
			input:
				record(contact, { stream: 'contacts' }) +
				record(staff, { stream: 'staff', namespace: 'hr' }),
		});
		expect(run.failure).toBeUndefined();
		expect(run.people.get('1')).toMatchObject({ email: 'c@example.com', traits: { secret: 'y' } });
		expect(run.people.get('s7')).toMatchObject({ email: 's@example.com' });
		expect(run.people.get('s7')?.traits).toEqual({ town: 'Brno' });
		expect(run.people.get('1')?.traits).not.toHaveProperty('plan');
	});

	it('with a namespace are laid over those for every namespace', async () => {
		const run = await syncOf([SHOP, { ...SHOP, namespace: 'hr' }], {
			streams: [
				{ stream: 'contacts', namespace: 'shop', mapping: { email_column: 'email' } },
				{ stream: 'contacts', user_id_prefix: 'c-', mapping: { exclude_columns: ['plan'] } },
				{ stream: 'contacts', namespace: 'hr', user_id_prefix: 'hr-' },
			],
		});
		expect(run.failure).toBeUndefined();
		expect(run.held).toEqual(['c-contacts-id', 'hr-contacts-id']);
		for (const person of run.people.values()) expect(person.traits).not.toHaveProperty('plan');
	});

	it('are ignored for a stream of another connection', async () => {
		const run = await syncOf([CONTACTS, LEADS], {
			streams: [
				{ stream: 'invoices', skip_stream: true },
				{ stream: 'lead', skip_stream: true },
				{ stream: 'leads', user_id_prefix: 'l-' },
			],
		});
		expect([run.failure, run.held]).toEqual([undefined, ['contacts-id', 'l-leads-lead_no']]);
		expect(run.log.match(/streams names streams .*/g)).toEqual([
			'streams names streams that are not in this connection: "invoices" and "lead".',
		]);
	});

	it('with a namespace apply to no other one', async () => {
		const settings = {
			streams: [{ stream: 'contacts', namespace: 'shop', skip_stream: true }],
		};
		const run = await syncOf([CONTACTS, SHOP], settings);
		expect(run.failure).toBeUndefined();
		expect(run.log).toContain('Stream shop.contacts: skipped, 1 record not sent.');
		expect(run.held).toEqual(['contacts-id']);
	});

	it.each([
		['a mistyped name', { stream: 'contact' }, '"contact"'],
		['another case', { stream: 'Contacts' }, '"Contacts"'],
		['another namespace', { stream: 'contacts', namespace: 'crm' }, '"crm.contacts"'],
		['a namespace in the name', { stream: 'shop.contacts' }, '"shop.contacts"'],
		['both', { stream: 'contcats', namespace: 'crm', skip_stream: true }, '"crm.contcats"'],
	])('are refused for a stream that is not there: %s', async (_name, settings, name) => {
		await expectRefused(
			[CONTACTS],
			{ streams: [settings] },
			`streams names a stream that is not in the catalog: ${name}`,
		);
	});
});

describe('a run without records, as when Airbyte clears its data', () => {
	it.each<[string, StreamSpec[], object]>([
		['streams that overlap', [CONTACTS, SHOP], {}],
		['a stream that is not people', [PRODUCTS], {}],
		['a column that is gone', [CONTACTS], { mapping: { email_column: 'gone' } }],
		['a mistyped stream', [CONTACTS], { streams: [{ stream: 'contact' }] }],
	])('passes in spite of %s', async (_name, streams, settings) => {
		const cleared = streams.map((stream) => ({ ...stream, mode: 'overwrite' }));
		const where = ({ name, namespace }: StreamSpec) => ({
			stream: name,
			...(namespace && { namespace }),
		});
		const input = streams.map((stream) => state(1, where(stream))).join('');
		const run = await sync({ streams: cleared, settings: { ...settings }, input });
		expect([run.failure, run.states.length]).toEqual([undefined, streams.length]);
		await expectRefused(cleared, { ...settings });
	});
});

describe('a catalog', () => {
	it.each(['update', 'soft_delete', 'APPEND', ''])(
		'may not have the sync mode "%s"',
		async (mode) => {
			await expectRefused(
				[{ ...SHOP, mode }],
				{},
				`The stream "shop.contacts" has a sync mode that this destination does not support: "${mode}"`,
				'Choose one of append, append_dedup.',
			);
		},
	);

	it('may have the sync mode overwrite_dedup, which deletes nothing either', async () => {
		const run = await syncOf([{ ...CONTACTS, mode: 'overwrite_dedup' }]);
		expect([run.failure, run.held]).toEqual([undefined, ['contacts-id']]);
		expect(run.warnings.join()).toContain('cannot delete people');
	});

	it.each([
		['without a namespace', [CONTACTS, CONTACTS], '"contacts"'],
		['with one', [SHOP, CONTACTS, SHOP], '"shop.contacts"'],
		['with an empty one', [CONTACTS, { ...CONTACTS, namespace: '' }], '"contacts"'],
		['with null', [{ ...CONTACTS, namespace: null }, CONTACTS], '"contacts"'],
	] as [string, StreamSpec[], string][])(
		'may not have a stream twice, %s',
		async (_name, streams, name) => {
			await expectRefused(
				streams,
				{ streams_share_user_ids: true },
				`The catalog lists the stream ${name} twice`,
			);
		},
	);
});
