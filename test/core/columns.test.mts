import { describe, expect, it } from 'vitest';
import { FlameupError } from '../../src/errors';
import { Columns } from '../../src/mapping/columns';
import type { Target } from '../../src/mapping/targets';
import { Mapping } from '../../src/settings/settings';

type Settings = Parameters<typeof Mapping.parse>[0] & object;

/** Paths are written with a slash between their parts. */
const resolve = (
	columns: readonly string[],
	mapping: Settings = {},
	primaryKey: readonly string[] = [],
	phoneIsTrait = true,
) => {
	const shape = { columns, primaryKey: primaryKey.map((path) => path.split('/')) };
	return new Columns(Mapping.parse(mapping), shape, phoneIsTrait);
};

const targetIn = (columns: Columns, column: string, record: object): Target | undefined =>
	columns.plan(record as Record<string, unknown>).targets[Object.keys(record).indexOf(column)];

/** What becomes of a column: a trait of this name, or *email*, *phone*, *nothing*. */
const targetOf = (columns: Columns, column: string, record: object = { [column]: 1 }): string => {
	const target = targetIn(columns, column, record);
	if (target === undefined) throw new Error(`no column ${column}`);
	return target.to === 'trait' ? target.name : `*${target.to}*`;
};

const targets = (columns: readonly string[], mapping: Settings = {}, phoneIsTrait = true) => {
	const resolved = resolve(columns, mapping, [], phoneIsTrait);
	return columns.map((column) => [column, targetOf(resolved, column)]);
};

/** The problem that is thrown. */
function problemOf(run: () => unknown): unknown {
	try {
		run();
	} catch (error) {
		if (error instanceof FlameupError) return error.problem;
		throw error;
	}
	return undefined;
}

const rename = (renames: Record<string, string>): Settings => ({
	rename: Object.entries(renames).map(([column, trait]) => ({ column, trait })),
});
const without = (...exclude_columns: string[]): Settings => ({ exclude_columns });
const userIdFrom = (...user_id_columns: string[]): Settings => ({ user_id_columns });

describe('the user ID comes from', () => {
	it.each<[string, string[], Settings, string[], string[]?]>([
		['the named column', ['id', 'key'], userIdFrom('key'), ['key'], ['id']],
		['it, in any spelling', ['id', 'My Key'], userIdFrom('my-key'), ['My Key'], ['id']],
		['the exact spelling first', ['mykey', 'my_key'], userIdFrom('my_key'), ['my_key']],
		['all named columns, in that order', ['a', 'b'], userIdFrom('b', 'a'), ['b', 'a']],
		['undeclared ones too, as they may appear later', ['a'], userIdFrom('b', 'a'), ['b', 'a']],
		['a dotted path', ['doc'], userIdFrom('doc.ids.main'), ['doc/ids/main']],
		['a path into a column, in any spelling', ['Doc'], userIdFrom('doc.Id'), ['Doc/Id']],
		['a column with a dot rather than a path', ['a', 'a.b'], userIdFrom('a.b'), ['a.b']],
		['the primary key', ['user_id', 'key'], {}, ['key'], ['key']],
		['a nested primary key', ['user_id', 'doc'], {}, ['doc/key'], ['doc/key']],
		['user_id in any spelling', ['id', 'USER-ID'], {}, ['USER-ID']],
		['userId before external_id', ['external_id', 'userId'], {}, ['userId']],
		['external_id when there is no user_id', ['id', 'externalId'], {}, ['externalId']],
		['id when there is nothing else', ['name', 'ID'], {}, ['ID']],
		['id when user_id is left out', ['user_id', 'id'], { exclude_columns: ['user_id'] }, ['id']],
		[
			'nowhere, when the named column is left out',
			['k'],
			{ ...userIdFrom('k'), ...without('k') },
			[],
		],
		[
			'nowhere, when the named path is in one',
			['k'],
			{ ...userIdFrom('k.id'), ...without('k') },
			[],
		],
		['another column, when the primary key is left out', ['a', 'id'], without('a'), ['id'], ['a']],
		['id, when only _id is left out', ['_id', 'id'], without('_id'), ['id']],
		['the exact name, whichever is declared first', ['ID', 'id'], {}, ['id']],
		['the exact name, if it is not left out', ['ID', 'id'], without('id'), ['ID']],
		['a primary key in another spelling', ['customer_key'], {}, ['customer_key'], ['Customer Key']],
		['a primary key with a dot, not a path', ['a', 'id'], {}, ['a.b'], ['a.b']],
		['nowhere', ['name', '_airbyte_raw_id'], {}, []],
	])('%s', (_name, columns, mapping, expected, primaryKey) => {
		const { joined, paths } = resolve(columns, mapping, primaryKey).overview.understanding().userId;
		expect(paths.map((path) => path.join('/'))).toEqual(expected);
		expect(joined).toBe(false);
	});

	it('all parts of a primary key', () => {
		const { userId } = resolve(['shop', 'customer'], {}, [
			'shop',
			'customer/id',
		]).overview.understanding();
		expect(userId).toEqual({
			paths: [['shop'], ['customer', 'id']],
			joined: true,
			from: 'primary key',
		});
	});

	it('no guess, when none of the named columns exists', () => {
		const columns = resolve(['id', 'name'], userIdFrom('key', 'doc.key'), ['id']);
		expect(columns.overview.understanding().userId).toEqual({
			paths: [['key'], ['doc', 'key']],
			joined: false,
			from: 'setting',
		});
		expect(columns.unknown().map(({ listed }) => listed)).toEqual(['key', 'doc.key']);
	});

	it.each<[string, string[], Settings, string, string[]?]>([
		['a setting', ['k'], userIdFrom('k'), 'setting'],
		['the primary key', ['k'], {}, 'primary key', ['k']],
		['a name', ['id'], {}, 'name'],
		['nowhere', ['k'], {}, 'nowhere'],
	])('%s, and reports that', (_name, columns, mapping, from, primaryKey) =>
		expect(resolve(columns, mapping, primaryKey).overview.understanding().userId.from).toBe(from),
	);
});

describe('columns become', () => {
	it.each<[string, Record<string, string>, Settings?]>([
		['traits under their own name', { Plan: 'Plan', 'plan type': 'plan type' }],
		['the email address', { 'E-Mail': '*email*' }],
		['the standard fields', { 'Phone Number': 'phone', GivenName: 'first_name', tz: 'timezone' }],
		['the other standard fields', { surname: 'last_name', avatar: 'avatar_url', LOCALE: 'locale' }],
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
		['nothing, when a warehouse has upper-cased that', { _AIRBYTE_EXTRACTED_AT: '*nothing*' }],
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

	it('a phone number beside the email address, where Flameup expects it', () => {
		expect(targets(['mobile', 'phone'], {}, false)).toEqual([
			['mobile', 'mobile'],
			['phone', '*phone*'],
		]);
	});

	it.each<[string, string[], Settings, [string, string], string]>([
		[
			'a rename targets a column',
			['tier', 'plan'],
			rename({ tier: 'plan' }),
			['tier', 'plan'],
			'plan',
		],
		['two renames share a target', ['a', 'b'], rename({ a: 'x', b: 'x' }), ['a', 'b'], 'x'],
		['a rename fits two', ['My Key', 'my_key'], rename({ mykey: 'x' }), ['My Key', 'my_key'], 'x'],
		[
			'a rename targets a standard field',
			['nick', 'first_name'],
			rename({ nick: 'first_name' }),
			['nick', 'first_name'],
			'first_name',
		],
		[
			'two renames are the email',
			['a', 'b'],
			rename({ a: 'email', b: 'email' }),
			['a', 'b'],
			'email',
		],
		[
			'two renames are the phone',
			['a', 'b'],
			rename({ a: 'phone', b: 'phone' }),
			['a', 'b'],
			'phone',
		],
	])('a clash of declared columns, when %s', (_name, columns, mapping, clashing, trait) => {
		for (const phoneIsTrait of [true, false]) {
			expect(problemOf(() => targets(columns, mapping, phoneIsTrait))).toEqual({
				code: 'columns_clash',
				columns: clashing,
				trait,
			});
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
	it.each<[string, string[], string, string]>([
		['gets a standard field that is free', ['id'], 'Mail', '*email*'],
		['does not take one from a declared column', ['id', 'mail'], 'Email', 'Email'],
		['is a trait like any other', ['id'], 'plan', 'plan'],
		['is left out like any other', ['id'], '_airbyte_meta', '*nothing*'],
		['does not become the user ID', ['id'], 'user_id', 'user_id'],
	])('%s', (_name, declared, late, expected) => {
		const columns = resolve(declared);
		const record = { id: 1, [late]: 1 };
		expect(targetOf(columns, late, record)).toBe(expected);
		expect(columns.plan(record)).toBe(columns.plan({ ...record }));
		expect(columns.overview.understanding().userId.paths).toEqual([['id']]);
	});

	it.each<[string, string, string[], Settings, string[]?]>([
		['by its name', 'ID', ['ID'], {}],
		['by a setting', 'My Key', ['My Key'], userIdFrom('my_key')],
		['by a path in a setting', 'Doc', ['Doc', 'key'], userIdFrom('doc.key')],
		['as the primary key', 'customer_key', ['customer_key'], {}, ['Customer Key']],
	])('becomes the user ID %s, where there was none', (_name, late, path, mapping, primaryKey) => {
		const columns = resolve([], mapping, primaryKey);
		targetOf(columns, 'plan');
		targetOf(columns, late);
		expect(columns.overview.understanding().userId.paths).toEqual([path]);
	});

	it('takes a standard field from another undeclared column of its record, if its name is better', () => {
		const columns = resolve([]);
		const both = { Mail: 'x', email: 'y' };
		expect(targetOf(columns, 'Mail')).toBe('*email*');
		expect(targetOf(columns, 'email', both)).toBe('*email*');
		expect(targetOf(columns, 'Mail', both)).toBe('Mail');
		expect(targetOf(columns, 'Mail')).toBe('*email*');
	});
});

describe('another spelling of a column', () => {
	it.each<[string, string[], string, object, string]>([
		['is that column', ['Plan Type'], 'plan_type', { plan_type: 1 }, 'Plan Type'],
		['is its standard field', ['First Name'], 'first_name', { first_name: 1 }, 'first_name'],
		['is the user ID', ['Id'], 'id', { id: 1 }, '*nothing*'],
		['is its own column, if declared', ['Plan', 'plan'], 'plan', { plan: 1 }, 'plan'],
		['is its own, if the record has both', ['Plan'], 'plan', { Plan: 1, plan: 2 }, 'plan'],
		['is its own, whatever comes first', ['Plan'], 'plan', { plan: 2, Plan: 1 }, 'plan'],
	])('%s', (_name, declared, column, record, expected) =>
		expect(targetOf(resolve(declared), column, record)).toBe(expected),
	);

	it('is found where a record has it', () => {
		const columns = resolve(['Plan Type', 'plan']);
		const nameIn = (record: object, column: string) =>
			columns.plan(record as Record<string, unknown>).nameOf(column);
		expect(nameIn({ 'Plan Type': 1 }, 'Plan Type')).toBe('Plan Type');
		expect(nameIn({ plan_type: 1 }, 'Plan Type')).toBe('plan_type');
		expect(nameIn({ 'Plan Type': 1, plan_type: 2 }, 'Plan Type')).toBe('Plan Type');
		expect(nameIn({ 'Plan Type': null, plan_type: 2 }, 'Plan Type')).toBe('plan_type');
		expect(nameIn({ plan_type: 1 }, 'plan')).toBe('plan');
	});

	it('is distinguished from a third one in the same record', () => {
		const columns = resolve(['Plan Type']);
		const record = { plan_type: 1, PLANTYPE: 2 };
		expect(targetOf(columns, 'plan_type', record)).toBe('Plan Type');
		expect(targetOf(columns, 'PLANTYPE', record)).toBe('PLANTYPE');
		expect(columns.known).toEqual(['Plan Type', 'PLANTYPE']);
	});

	it('is not the trait of a renamed column, whatever came before', () => {
		const columns = resolve([], rename({ tier: 'plan' }));
		const both = { Plan: 1, tier: 2 };
		expect(targetOf(columns, 'Plan', both)).toBe('Plan');
		expect(targetOf(columns, 'plan', { plan: 1, tier: 2 })).toBe('*nothing*');
		expect(targetOf(columns, 'Plan', { ...both, other: 3 })).toBe('Plan');
		expect(targetOf(columns, 'PLAN', { PLAN: 1, tier: 2 })).toBe('Plan');
	});

	it('ignores no separators in a name made only of them', () => {
		const columns = resolve(['-', '_', ' ', '']);
		expect(columns.known.map((name) => targetOf(columns, name))).toEqual(['-', '_', ' ', '']);
		expect(targetOf(resolve(['_']), '-')).toBe('-');
		expect(targetOf(resolve(['-'], without('_')), '-')).toBe('-');
	});
});

describe('with ever-new columns', () => {
	const columns = resolve(['id', 'first'], {
		...rename({ first: 'name' }),
		...without('ssn', 'doc.ssn'),
	});
	for (let n = 0; n < 30_000; n++) targetOf(columns, `column ${n}`);

	it('memory stays bounded', () => expect(columns.known).toHaveLength(10_000));
	it('they still become traits', () => {
		expect(targetOf(columns, 'column 29999')).toBe('column 29999');
		expect(targetOf(columns, 'column 30000')).toBe('column 30000');
	});
	it('a clash is still detected', () => {
		expect(targetOf(columns, 'name', { first: 1, name: 2 })).toBe('*nothing*');
		expect([...columns.clashes]).toEqual(['name']);
	});
	it.each<[string, string]>([
		['ssn', '*nothing*'],
		['Email', '*email*'],
		['_airbyte_x', '*nothing*'],
	])('%s still has its meaning', (column, expected) =>
		expect(targetOf(columns, column)).toBe(expected),
	);
	it('something inside a column is still left out', () => {
		expect(targetIn(columns, 'doc', { doc: {} })?.exclusions?.has('ssn')).toBe(true);
	});
});

describe('names that the settings list', () => {
	const listed = (listings: readonly { listed: string }[]) =>
		listings.map((listing) => listing.listed);

	it.each<[string, string[], Settings, string[]]>([
		['a column', ['a'], without('b'), ['b']],
		[
			'a column of each setting',
			['id'],
			{ ...userIdFrom('u'), email_column: 'e', only_columns: ['o'], ...rename({ r: 'x' }) },
			['u', 'e', 'o', 'r'],
		],
		['a path into no column', ['a'], without('b.c'), ['b.c']],
		['not a column in another spelling', ['Big Id'], without('big_id'), []],
		['not a path into a column, as it cannot be known', ['a'], without('a.b'), []],
		['the column big_idd', ['id', 'big_id'], without('big_idd'), ['big_idd']],
	])('are unknown: %s', (_name, columns, mapping, expected) => {
		expect(listed(resolve(columns, mapping).unknown())).toEqual(expected);
	});

	it('are known once such a column turns up', () => {
		const columns = resolve([], without('plan', 'doc.ssn', 'other'));
		expect(listed(columns.unseen())).toEqual(['plan', 'doc.ssn', 'other']);
		targetOf(columns, 'Plan');
		targetOf(columns, 'doc');
		expect(listed(columns.unknown())).toEqual(['other']);
		expect(listed(columns.unseen())).toEqual(['doc.ssn', 'other']);
	});
});

describe('the summary of the columns', () => {
	it.each<[string, string[], Settings, object, string[]?]>([
		[
			'the user ID',
			['user_id', 'plan'],
			{},
			{
				userId: { paths: [['user_id']], joined: false, from: 'name', usualName: 'user_id' },
				traits: ['plan'],
			},
		],
		[
			'all candidates for it',
			['a', 'b'],
			userIdFrom('a', 'b.c'),
			{ userId: { paths: [['a'], ['b', 'c']], joined: false, from: 'setting' } },
		],
		[
			'all parts of it',
			['a', 'b'],
			{},
			{ userId: { paths: [['a'], ['b', 'c']], joined: true, from: 'primary key' } },
			['a', 'b/c'],
		],
		['that there is none', ['plan'], {}, { userId: { paths: [], joined: false, from: 'nowhere' } }],
		[
			'the columns of standard fields',
			['id', 'mail', 'locale'],
			{},
			{
				roles: [
					{ role: 'email', column: 'mail' },
					{ role: 'locale', column: 'locale' },
				],
				leftOut: [],
				traits: [],
			},
		],
		[
			'the place of an email address inside a column',
			['id', 'doc'],
			{ email_column: 'doc.mail' },
			{ roles: [{ role: 'email', column: 'doc.mail' }] },
		],
		['what is left out', ['id', '_ab_x', 'h'], without('h'), { leftOut: ['_ab_x', 'h'] }],
	])('has %s', (_name, columns, mapping, expected, primaryKey) =>
		expect(resolve(columns, mapping, primaryKey).overview.understanding()).toMatchObject(expected),
	);
});
