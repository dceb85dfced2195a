import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors';
import { resolveColumns } from '../../src/mapping/columns';
import { Mapping } from '../../src/settings/settings';

type Settings = Parameters<typeof Mapping.parse>[0] & object;

/** Paths are written with a slash between their parts. */
const resolve = (
	columns: readonly string[],
	mapping: Settings = {},
	primaryKey: readonly string[] = [],
	phoneIsTrait = true,
) => {
	const paths = primaryKey.map((path) => path.split('/'));
	return resolveColumns(Mapping.parse(mapping), columns, paths, phoneIsTrait);
};

/** What becomes of each column: a trait of this name, or *email*, *phone*, *nothing*. */
const targets = (columns: readonly string[], mapping: Settings = {}, phoneIsTrait = true) => {
	const resolved = resolve(columns, mapping, [], phoneIsTrait);
	return columns.map((column) => {
		const target = resolved.target(column);
		return [column, target.to === 'trait' ? target.name : `*${target.to}*`];
	});
};

const rename = (renames: Record<string, string>): Settings => ({
	rename: Object.entries(renames).map(([column, trait]) => ({ column, trait })),
});
const userIdFrom = (...user_id_columns: string[]): Settings => ({ user_id_columns });

describe('the user ID comes from', () => {
	it.each<[string, string[], Settings, string[], string[]?]>([
		['the named column', ['id', 'key'], userIdFrom('key'), ['key'], ['id']],
		['it, however it is written', ['id', 'My Key'], userIdFrom('my-key'), ['My Key'], ['id']],
		['the one written just so', ['mykey', 'my_key'], userIdFrom('my_key'), ['my_key']],
		['all named columns, in that order', ['a', 'b'], userIdFrom('b', 'a'), ['b', 'a']],
		['those of them that exist', ['a'], userIdFrom('b', 'a'), ['a']],
		['a dotted path', ['doc'], userIdFrom('doc.ids.main'), ['doc/ids/main']],
		['a path into a column, however written', ['Doc'], userIdFrom('doc.Id'), ['Doc/Id']],
		['a column with a dot rather than a path', ['a', 'a.b'], userIdFrom('a.b'), ['a.b']],
		['the primary key', ['user_id', 'key'], {}, ['key'], ['key']],
		['a nested primary key', ['user_id', 'doc'], {}, ['doc/key'], ['doc/key']],
		['user_id, however it is written', ['id', 'USER-ID'], {}, ['USER-ID']],
		['userId before external_id', ['external_id', 'userId'], {}, ['userId']],
		['external_id when there is no user_id', ['id', 'externalId'], {}, ['externalId']],
		['id when there is nothing else', ['name', 'ID'], {}, ['ID']],
		['id when user_id is left out', ['user_id', 'id'], { exclude_columns: ['user_id'] }, ['id']],
		['a column left out, but named', ['k'], { ...userIdFrom('k'), exclude_columns: ['k'] }, ['k']],
		['nowhere', ['name', '_airbyte_raw_id'], {}, []],
	])('%s', (_name, columns, mapping, expected, primaryKey) => {
		const { joined, paths } = resolve(columns, mapping, primaryKey).userId;
		expect(paths.map((path) => path.join('/'))).toEqual(expected);
		expect(joined).toBe(false);
	});

	it('all parts of a primary key', () => {
		const { userId } = resolve(['shop', 'customer'], {}, ['shop', 'customer/id']);
		expect(userId).toEqual({ paths: [['shop'], ['customer', 'id']], joined: true });
	});

	it('no guess, when none of the named columns exists', () => {
		const wrong = () => resolve(['id', 'name'], userIdFrom('key', 'doc.key'), ['id']);
		expect(wrong).toThrow(ConfigError);
		expect(wrong).toThrow(/user_id_columns \(key, doc\.key\).* id, name\./);
	});
});

describe('columns become', () => {
	it.each<[string, Record<string, string>, Settings?]>([
		['traits under their own name', { Plan: 'Plan', 'plan type': 'plan type' }],
		['the email address', { 'E-Mail': '*email*' }],
		['the standard fields', { 'Phone Number': 'phone', GivenName: 'first_name', tz: 'timezone' }],
		['the other ones too', { surname: 'last_name', avatar: 'avatar_url', LOCALE: 'locale' }],
		['the email address by the best name', { mail: 'mail', Email: '*email*', e_mail: 'e_mail' }],
		['the email address by the exact name', { Email: 'Email', email: '*email*' }],
		[
			'the named email address',
			{ mail: 'mail', 'Work Mail': '*email*' },
			{ email_column: 'work_mail' },
		],
		['no other email address', { email: 'email' }, { email_column: 'work_mail' }],
		['the phone number by the best name', { mobile: 'mobile', telephone: 'phone' }],
		['nothing, when one is just the user ID', { user_id: '*nothing*', id: 'id' }],
		['the email address, though it is the user ID', { email: '*email*' }, userIdFrom('email')],
		['traits, when the user ID may be in any of them', { a: 'a', b: 'b' }, userIdFrom('a', 'b')],
		['a trait, when the user ID is inside', { doc: 'doc' }, userIdFrom('doc.id')],
		['a trait, when the user ID gets a name', { id: 'account' }, rename({ id: 'account' })],
		[
			'nothing, when Airbyte writes them',
			{ _airbyte_raw_id: '*nothing*', _ab_cdc_lsn: '*nothing*' },
		],
		['nothing, when a warehouse has shouted that', { _AIRBYTE_EXTRACTED_AT: '*nothing*' }],
		['traits, when they only look like that', { _about: '_about', airbyte_id: 'airbyte_id' }],
		['nothing, when left out', { 'My Key': '*nothing*', a: 'a' }, { exclude_columns: ['my_key'] }],
		['nothing, though an email address', { email: '*nothing*' }, { exclude_columns: ['Email'] }],
		[
			'the next best email address',
			{ email: '*nothing*', mail: '*email*' },
			{ exclude_columns: ['email'] },
		],
		[
			'nothing, when others are listed',
			{ a: 'a', first_name: '*nothing*' },
			{ only_columns: ['A'] },
		],
		['the email address all the same', { a: 'a', mail: '*email*' }, { only_columns: ['a'] }],
		[
			'a phone number, if listed',
			{ phone: '*nothing*', mobile: 'phone' },
			{ only_columns: ['mobile'] },
		],
		['traits with a new name', { tier: 'plan', age: 'age' }, rename({ Tier: 'plan' })],
		['what the exact rename says', { Tier: 'x', tier: 'y' }, rename({ tier: 'y', Tier: 'x' })],
		['the email address by a rename', { contact: '*email*' }, rename({ contact: 'email' })],
		[
			'a standard field by a rename',
			{ fname: 'fname', nick: 'first_name' },
			rename({ nick: 'first_name' }),
		],
		[
			'another trait than usual',
			{ phone: 'landline', mobile: 'phone' },
			rename({ phone: 'landline' }),
		],
		['one another, when names are swapped', { a: 'b', b: 'a' }, rename({ a: 'b', b: 'a' })],
		[
			'traits with the names of object parts',
			{ ['__proto__']: '__proto__', constructor: 'constructor' },
		],
	])('%s', (_name, expected, mapping) => {
		expect(targets(Object.keys(expected), mapping)).toEqual(Object.entries(expected));
	});

	it('a phone number beside the email address, where Flameup wants it there', () => {
		expect(targets(['mobile', 'phone'], {}, false)).toEqual([
			['mobile', 'mobile'],
			['phone', '*phone*'],
		]);
	});

	it.each<[string, string[], Settings]>([
		['a rename meets a column of that name', ['tier', 'plan'], rename({ tier: 'plan' })],
		['two renames meet', ['a', 'b'], rename({ a: 'x', b: 'x' })],
		['one rename fits two columns', ['My Key', 'my_key'], rename({ mykey: 'x' })],
		['a rename meets a standard field', ['nick', 'first_name'], rename({ nick: 'first_name' })],
		['two renames meet at the email address', ['a', 'b'], rename({ a: 'email', b: 'email' })],
		['two renames meet at the phone number', ['a', 'b'], rename({ a: 'phone', b: 'phone' })],
	])('a clash, when %s', (_name, columns, mapping) => {
		for (const phoneIsTrait of [true, false]) {
			const clash = () => targets(columns, mapping, phoneIsTrait);
			expect(clash).toThrow(ConfigError);
			expect(clash).toThrow(/exclude_columns/);
		}
	});

	it.each<[string, Settings]>([
		['is left out', { exclude_columns: ['plan'] }],
		['is not listed', { only_columns: ['tier'] }],
	])('no clash, when one of the two %s', (_name, mapping) => {
		expect(targets(['tier', 'plan'], { ...rename({ tier: 'plan' }), ...mapping })).toEqual([
			['tier', 'plan'],
			['plan', '*nothing*'],
		]);
	});
});

describe('a column that turns up later', () => {
	it.each([
		['gets a standard field that is free', ['id'], 'Mail', '*email*'],
		['does not take a standard field from another', ['id', 'mail'], 'Email', 'Email'],
		['is a trait like any other', ['id'], 'plan', 'plan'],
		['is left out like any other', ['id'], '_airbyte_meta', '*nothing*'],
	])('%s', (_name, declared, late, expected) => {
		const columns = resolve(declared);
		const target = columns.target(late);
		expect(target.to === 'trait' ? target.name : `*${target.to}*`).toBe(expected);
		expect(columns.target(late)).toBe(target);
		expect(columns.userId.paths).toEqual([['id']]);
	});
});

it('never runs out of room for new columns, and still knows the old ones', () => {
	const columns = resolve(['id', 'first'], { rename: [{ column: 'first', trait: 'name' }] });
	for (let n = 0; n < 30_000; n++) {
		expect(columns.target(`column ${n}`)).toMatchObject({ to: 'trait', name: `column ${n}` });
	}
	expect(columns.target('column 29999')).toMatchObject({ to: 'trait', name: 'column 29999' });
	expect(() => columns.target('name')).toThrow('The columns first and name');
});

it.each<[string, string[], Settings, string, string[]?]>([
	['the user ID', ['user_id', 'plan'], {}, 'user ID from user_id'],
	['all choices of it', ['a', 'b'], userIdFrom('a', 'b.c'), 'user ID from a or b.c'],
	['all parts of it', ['a', 'b'], {}, 'user ID from a + b.c', ['a', 'b/c']],
	['that there is none', ['plan'], {}, 'no column for the user ID'],
	['other names', ['id', 'mail', 'locale'], {}, 'user ID from id; email from mail'],
	[
		'what is left out',
		['id', '_ab_x', 'h'],
		{ exclude_columns: ['h'] },
		'user ID from id; left out: _ab_x, h',
	],
])('describes %s', (_name, columns, mapping, expected, primaryKey) => {
	expect(resolve(columns, mapping, primaryKey).describe()).toBe(expected);
});
