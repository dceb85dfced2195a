import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looseName } from '../../src/settings/names';
import { type MapperSpec, type MappingInput, mapperOf, sent, sentBy } from './mapped.mts';

describe('a cache that renames columns but not the catalog', () => {
	const columns = ['Id', 'Email Address', 'First Name', 'plan'];
	const renamed = { id: 7, email_address: 'a@b.c', first_name: 'Ann', plan: 'x' };
	const asDeclared = { Id: 7, 'Email Address': 'a@b.c', 'First Name': 'Ann', plan: 'x' };
	const ann = { userId: '7', email: 'a@b.c', traits: { first_name: 'Ann', plan: 'x' } };

	it.each<[string, MappingInput, string[][], object]>([
		['with nothing set', {}, [], ann],
		['with its primary key', {}, [['Id']], ann],
		['with a user ID column', { user_id_columns: ['Id'] }, [], ann],
		['with an email column', { email_column: 'Email Address' }, [], ann],
		[
			'with both in the other spelling',
			{ user_id_columns: ['id'], email_column: 'email_address' },
			[],
			ann,
		],
		[
			'with only some columns',
			{ only_columns: ['First Name'] },
			[],
			{ ...ann, traits: { first_name: 'Ann' } },
		],
		[
			'without a column',
			{ exclude_columns: ['First Name'] },
			[],
			{ ...ann, traits: { plan: 'x' } },
		],
		[
			'without it in the other spelling',
			{ exclude_columns: ['first_name'] },
			[],
			{ ...ann, traits: { plan: 'x' } },
		],
		[
			'with a new name',
			{ rename: [{ column: 'First Name', trait: 'nick' }] },
			[],
			{ ...ann, traits: { nick: 'Ann', plan: 'x' } },
		],
	])('changes nothing %s', (_name, mapping, primaryKey, expected) => {
		for (const record of [renamed, asDeclared]) {
			const mapper = mapperOf(mapping, { columns, primaryKey });
			expect(sentBy(mapper, record)).toEqual(expected);
			expect([...mapper.clashes]).toEqual([]);
			expect(mapper.columns).toEqual(columns);
		}
	});

	it('changes nothing in the middle of a stream', () => {
		const mapper = mapperOf({}, { columns });
		for (const record of [renamed, asDeclared, renamed])
			expect(sentBy(mapper, record)).toEqual(ann);
	});

	it('finds a joined key with paths', () => {
		const primaryKey = [['Shop No'], ['Doc', 'Customer Id']];
		const record = { shop_no: 1, doc: { customer_id: 2 } };
		expect(sent(record, {}, { columns: ['Shop No', 'Doc'], primaryKey })).toMatchObject({
			userId: '1:2',
		});
	});
});

describe('two spellings', () => {
	it.each<[string, string[], object[], object[]]>([
		[
			'are two traits, if both are declared',
			['id', 'Plan', 'plan'],
			[{ plan: 1 }, { Plan: 2 }],
			[{ plan: 1 }, { Plan: 2 }],
		],
		[
			'are two traits in a record that has both',
			['id', 'Plan'],
			[{ Plan: 1, plan: 2 }, { plan: 3 }],
			[{ Plan: 1, plan: 2 }, { Plan: 3 }],
		],
		[
			'are one trait else',
			['id', 'Plan Type'],
			[{ plan_type: 1 }, { 'Plan Type': 2 }],
			[{ 'Plan Type': 1 }, { 'Plan Type': 2 }],
		],
		[
			'are one trait where nothing is declared',
			[],
			[{ 'Plan Type': 1 }, { plan_type: 2 }, { 'PLAN-TYPE': 3 }],
			[{ 'Plan Type': 1 }, { 'Plan Type': 2 }, { 'Plan Type': 3 }],
		],
		[
			'of one record stay two in later ones',
			[],
			[{ Plan: 1, plan: 2 }, { plan: 3 }],
			[{ Plan: 1, plan: 2 }, { plan: 3 }],
		],
		[
			'of other words are two',
			[],
			[
				{ q1_11: 1, re_sent: 2 },
				{ q11_1: 3, resent: 4 },
			],
			[
				{ q1_11: 1, re_sent: 2 },
				{ q11_1: 3, resent: 4 },
			],
		],
		[
			'that the first record did not have are two',
			[],
			[{ 'Plan Type': 1 }, { plan_type: 2, 'PLAN-TYPE': 3 }],
			[{ 'Plan Type': 1 }, { plan_type: 2, 'PLAN-TYPE': 3 }],
		],
	])('%s', (_name, columns, records, expected) => {
		const mapper = mapperOf({}, { columns });
		const people = records.map((record) => sentBy(mapper, { id: 1, ...record }));
		expect(people).toEqual(expected.map((traits) => ({ userId: '1', traits })));
	});

	it('are two columns, if one is a bookkeeping column of Airbyte', () => {
		const mapper = mapperOf();
		expect(sentBy(mapper, { id: 1, _ab_source: 'x' })).toEqual({ userId: '1' });
		expect(sentBy(mapper, { id: 1, ab_source: 'y' })).toEqual({
			userId: '1',
			traits: { ab_source: 'y' },
		});
	});

	it('are one column in any table, whichever records use', () => {
		const part = fc.stringMatching(/^[a-z]{1,6}$/);
		const spelled = (parts: string[]) => [
			parts.join('_'),
			parts.map((one) => one.charAt(0).toUpperCase() + one.slice(1)).join(' '),
			parts.join('-').toUpperCase(),
		];
		const tables = fc
			.uniqueArray(fc.array(part, { minLength: 1, maxLength: 3 }), {
				minLength: 1,
				maxLength: 8,
				selector: (parts) => parts.join(''),
			})
			.filter((table) => table.every((parts) => parts.join('') !== 'key'));
		fc.assert(
			fc.property(tables, fc.array(fc.nat(2), { minLength: 1, maxLength: 20 }), (table, picks) => {
				const columns = table.map((parts) => spelled(parts)[0] ?? '');
				const mapper = mapperOf({}, { columns: ['key', ...columns], primaryKey: [['key']] });
				const record = (pick: number) =>
					Object.fromEntries(table.map((parts, i) => [spelled(parts)[pick] ?? '', `${i}`]));
				const first = sentBy(mapper, { key: 1, ...record(0) });
				for (const pick of picks)
					expect(sentBy(mapper, { key: 1, ...record(pick) })).toEqual(first);
				expect(mapper.columns).toHaveLength(new Set(['key', ...columns]).size);
			}),
		);
	});
});

describe('an exact name wins over a loose one', () => {
	it.each<[string, object, MappingInput, object]>([
		[
			'email is the address',
			{ id: 1, Email: 'E@x.y', email: 'e@x.y' },
			{},
			{ userId: '1', email: 'e@x.y', traits: { Email: 'E@x.y' } },
		],
		[
			'Plan is listed, plan is not',
			{ id: 1, Plan: 1, plan: 2 },
			{ only_columns: ['Plan'] },
			{ userId: '1', traits: { Plan: 1 } },
		],
		[
			'Plan is renamed, plan is not',
			{ id: 1, Plan: 1, plan: 2 },
			{ rename: [{ column: 'Plan', trait: 'x' }] },
			{ userId: '1', traits: { x: 1, plan: 2 } },
		],
		[
			'ID is the user ID, id is a trait',
			{ id: 1, ID: 2 },
			{ user_id_columns: ['ID'] },
			{ userId: '2', traits: { id: 1 } },
		],
	])('%s', (_name, record, mapping, expected) => {
		const turned = Object.fromEntries(Object.entries(record).reverse());
		for (const one of [record, turned]) {
			expect(sent(one, mapping)).toEqual(expected);
			for (const columns of [Object.keys(record), Object.keys(turned)]) {
				expect(sent(one, mapping, { columns })).toEqual(expected);
			}
		}
	});

	it.each<[string, object, MappingInput, object]>([
		[
			'_id is excluded, id stays',
			{ _id: 'x', id: 2 },
			{ exclude_columns: ['_id'] },
			{ userId: '2' },
		],
		[
			'id is excluded, _id stays',
			{ _id: 'x', id: 2 },
			{ exclude_columns: ['id'] },
			{ userId: 'x' },
		],
		[
			'Email is excluded, email stays',
			{ id: 1, Email: 'E@x.y', email: 'e@x.y' },
			{ exclude_columns: ['Email'] },
			{ userId: '1', email: 'e@x.y' },
		],
		[
			'email is excluded, Email stays',
			{ id: 1, Email: 'E@x.y', email: 'e@x.y' },
			{ exclude_columns: ['email'] },
			{ userId: '1', email: 'E@x.y' },
		],
	])('of two declared columns: %s', (_name, record, mapping, expected) => {
		const turned = Object.fromEntries(Object.entries(record).reverse());
		for (const one of [record, turned]) {
			for (const columns of [Object.keys(record), Object.keys(turned)]) {
				expect(sent(one, mapping, { columns })).toEqual(expected);
			}
		}
	});

	it('also in a later record', () => {
		for (const later of [
			{ id: 1, Email: 'E@x.y', email: 'e@x.y' },
			{ id: 1, email: 'e@x.y', Email: 'E@x.y' },
		]) {
			const mapper = mapperOf();
			expect(sentBy(mapper, { id: 1, Email: 'E@x.y' })).toEqual({ userId: '1', email: 'E@x.y' });
			expect(sentBy(mapper, later)).toEqual({
				userId: '1',
				email: 'e@x.y',
				traits: { Email: 'E@x.y' },
			});
		}
	});

	it('also for a primary key', () => {
		const listing = { primaryKey: [['Key']], columns: ['key', 'Key'] };
		expect(sent({ key: 1, Key: 2 }, {}, listing)).toEqual({ userId: '2', traits: { key: 1 } });
	});
});

describe('an excluded column is never the user ID', () => {
	it.each<[string, object, MappingInput, string[][], string]>([
		[
			'as the primary key',
			{ key: 's', name: 1 },
			{ exclude_columns: ['key'] },
			[['key']],
			'missing_user_id',
		],
		[
			'as the primary key, though another is',
			{ key: 's', id: 2 },
			{ exclude_columns: ['key'] },
			[['key']],
			'2',
		],
		[
			'as a part of it',
			{ shop: 's', no: 1 },
			{ exclude_columns: ['shop'] },
			[['shop'], ['no']],
			'missing_user_id',
		],
		[
			'in another spelling',
			{ key: 's', name: 1 },
			{ exclude_columns: ['KEY'] },
			[['key']],
			'missing_user_id',
		],
		['by its name', { user_id: 's', id: 2 }, { exclude_columns: ['user_id'] }, [], '2'],
		[
			'by a setting',
			{ key: 's', id: 2 },
			{ exclude_columns: ['key'], user_id_columns: ['key'] },
			[],
			'missing_user_id',
		],
	])('%s', (_name, record, mapping, primaryKey, expected) => {
		const person = sent(record, mapping, { primaryKey });
		expect(typeof person === 'string' ? person : person.userId).toBe(expected);
	});
});

it.each([
	['First Name', 'firstname'],
	['first_name', 'firstname'],
	['FIRST-NAME', 'firstname'],
	[' first\tname ', 'firstname'],
	['first.name', 'first.name'],
	['Größe', 'größe'],
	['_', '_'],
	['', ''],
])('compares the column %j as %s', (name, expected) => expect(looseName(name)).toBe(expected));

it.each<[string, object, MappingInput, object]>([
	['an excluded column', { password: null, Password: 'x' }, { exclude_columns: ['password'] }, {}],
	['the email address', { email: null, 'E-Mail': 'e@x.org' }, {}, { email: 'e@x.org' }],
	['the email address, null last', { 'E-Mail': 'e@x.org', email: null }, {}, { email: 'e@x.org' }],
	['a trait', { plan: null, Plan: 'pro' }, {}, { traits: { Plan: 'pro' } }],
	[
		'a trait that may be null',
		{ Plan: 'pro', plan: null },
		{ empty_values: 'send' },
		{ traits: { Plan: 'pro' } },
	],
])('a null does not make another column of a spelling: %s', (_name, record, mapping, expected) => {
	const mapper = mapperOf(mapping);
	const person = { userId: '1', ...expected };
	expect(sentBy(mapper, { id: 1, ...record })).toEqual(person);
	expect(sentBy(mapper, { id: 1, ...record })).toEqual(person);
});

it('reads a user ID in the spelling that has a value', () => {
	const mapper = mapperOf({ user_id_columns: ['customer_id'] });
	expect(sentBy(mapper, { customer_id: null, 'Customer-ID': 7 })).toMatchObject({ userId: '7' });
	expect(sentBy(mapper, { customer_id: 8 })).toMatchObject({ userId: '8' });
});

describe('a record is mapped as if it were the first', () => {
	const columns = ['id', 'email'];
	const sentAfter = (odd: object, record: object, mapping: MappingInput, spec: MapperSpec) => {
		const mapper = mapperOf(mapping, spec);
		for (const one of [record, odd, record, odd]) sentBy(mapper, one);
		return [sentBy(mapper, record), sentBy(mapper, odd)];
	};

	it.each<[string, MappingInput, string[], object, object, object, object]>([
		[
			'an exclusion',
			{ exclude_columns: ['ssn'] },
			columns,
			{ id: 1, SSN: 's' },
			{ id: 2, SSN: 's', ssn: 's', Ssn: 's' },
			{},
			{},
		],
		[
			'an exclusion of a declared column',
			{ exclude_columns: ['ssn'] },
			[...columns, 'SSN'],
			{ id: 1, SSN: 's' },
			{ id: 2, SSN: 's', ssn: 's' },
			{},
			{},
		],
		[
			'an exclusion inside a column',
			{ exclude_columns: ['doc.ssn'] },
			[],
			{ id: 1, doc: { SSN: 's', a: 1 } },
			{ id: 2, doc: { ssn: 's', SSN: 's' }, Doc: { Ssn: 's', b: 2 } },
			{ traits: { doc: { a: 1 } } },
			{ traits: { Doc: { b: 2 } } },
		],
		[
			'a path that is listed',
			{ only_columns: ['address.city'] },
			[],
			{ id: 1, address: { city: 'X', zip: 1 } },
			{ id: 2, 'address.city': 'Y' },
			{ traits: { address: { city: 'X' } } },
			{ traits: { 'address.city': 'Y' } },
		],
		[
			'a path that is renamed',
			{ rename: [{ column: 'address.city', trait: 'town' }] },
			['id', 'address'],
			{ id: 1, address: { city: 'X' } },
			{ id: 2, 'address.city': 'Y' },
			{ traits: { town: 'X' } },
			{ traits: { town: 'Y' } },
		],
		[
			'a path to the user ID',
			{ user_id_columns: ['account.id'] },
			[],
			{ account: { id: 1 } },
			{ 'account.id': 2 },
			{ traits: { account: { id: 1 } } },
			{},
		],
		[
			'a path to the email address',
			{ email_column: 'contact.email' },
			[],
			{ id: 1, contact: { email: 'a@b.c' } },
			{ id: 2, 'contact.email': 'd@e.f' },
			{ email: 'a@b.c' },
			{ email: 'd@e.f' },
		],
		[
			'a spelling of the user ID in the settings',
			{ user_id_columns: ['user_id'] },
			[],
			{ userId: 1 },
			{ userId: 'x', user_id: 2 },
			{},
			{ traits: { userId: 'x' } },
		],
		[
			'a usual spelling of the user ID',
			{},
			[],
			{ userId: 1 },
			{ userId: 'x', user_id: 2 },
			{},
			{ traits: { userId: 'x' } },
		],
		[
			'a spelling of a declared user ID',
			{},
			columns,
			{ ID: 1 },
			{ ID: 'x', id: 2 },
			{},
			{ traits: { ID: 'x' } },
		],
		[
			'a spelling of the email address',
			{},
			[],
			{ id: 1, Email: 'a@b.c' },
			{ id: 2, Email: 'x', email: 'd@e.f' },
			{ email: 'a@b.c' },
			{ email: 'd@e.f', traits: { Email: 'x' } },
		],
	])('%s', (_name, mapping, declared, record, odd, expected, expectedOdd) => {
		const primaryKey = 'id' in record ? [['id']] : [];
		expect(sentAfter(odd, record, mapping, { columns: declared, primaryKey })).toEqual([
			{ userId: '1', ...expected },
			{ userId: '2', ...expectedOdd },
		]);
	});
});
