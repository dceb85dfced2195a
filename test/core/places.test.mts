import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/settings/settings';
import { type MappingInput, mapperOf, sent, sentBy } from './mapped.mts';

const NESTED = ['keep', 'flatten', 'text'] as const;
const RECORD = {
	id: 1,
	plan: 'x',
	address: { city: 'Ghent', ssn: 'secret', geo: { lat: 1, lon: 2 } },
};
const without = (...exclude_columns: string[]): MappingInput => ({ exclude_columns });
const rename = (column: string, trait: string): MappingInput => ({ rename: [{ column, trait }] });

/** The traits of a record given without its ID. */
function traits(
	record: object,
	mapping: MappingInput,
	nested_values: Mapping['nested_values'] = 'keep',
) {
	const person = sent({ id: 1, ...record }, { ...mapping, nested_values });
	return typeof person === 'string' ? person : person.traits;
}

describe('a path in exclude_columns', () => {
	it.each<[string, object, string[], object | undefined]>([
		['a member', { address: { ssn: 's', city: 'c' } }, ['address.ssn'], { address: { city: 'c' } }],
		['a deeper one', { a: { b: { c: 's', d: 1 } } }, ['a.b.c'], { a: { b: { d: 1 } } }],
		['an object', { a: { b: { c: 's' }, d: 1 } }, ['a.b'], { a: { d: 1 } }],
		['two members', { a: { b: 's', c: 's', d: 1 } }, ['a.b', 'a.c'], { a: { d: 1 } }],
		[
			'an object and a member of it',
			{ a: { b: { c: 's' }, d: 1 } },
			['a.b', 'a.b.c'],
			{ a: { d: 1 } },
		],
		['all there is', { a: { b: 's' } }, ['a.b'], undefined],
		[
			'a member in any spelling',
			{ Address: { SSN: 's', c: 1 } },
			['address.ssn'],
			{ Address: { c: 1 } },
		],
		['each spelling of it', { a: { SSN: 's', s_s_n: 's', c: 1 } }, ['a.ssn'], { a: { c: 1 } }],
		[
			'the exact one and similar ones',
			{ a: { _id: 's', id: 's', c: 1 } },
			['a._id'],
			{ a: { c: 1 } },
		],
		[
			'more in one spelling',
			{ a: { b: { x: 's' }, B: 's', c: 1 } },
			['a.b.x', 'a.B'],
			{ a: { c: 1 } },
		],
		[
			'a member of each object in a list',
			{ a: [{ b: 's', c: 1 }, 2, { c: 3 }] },
			['a.b'],
			{ a: [{ c: 1 }, 2, { c: 3 }] },
		],
		['a member in a list of lists', { a: [[{ b: 's' }]] }, ['a.b'], { a: [[{}]] }],
		[
			'a member of a list inside',
			{ a: { b: [{ c: 's', d: 1 }] } },
			['a.b.c'],
			{ a: { b: [{ d: 1 }] } },
		],
		['a member of JSON text', { a: '{"b":"s","c":1}' }, ['a.b'], { a: '{"c":1}' }],
		[
			'a member of JSON text inside',
			{ a: { b: '{"c":"s","d":1}' } },
			['a.b.c'],
			{ a: { b: '{"d":1}' } },
		],
		['a member of a list in JSON text', { a: ' [{"b":"s","c":1}]' }, ['a.b'], { a: '[{"c":1}]' }],
		['a member whose name has a dot', { a: { 'b.c': 's', d: 1 } }, ['a.b.c'], { a: { d: 1 } }],
		[
			'what is in a member with a dot',
			{ a: { 'b.c': { d: 's', e: 1 } } },
			['a.b.c.d'],
			{ a: { 'b.c': { e: 1 } } },
		],
		['nothing of a text', { a: 'x' }, ['a.b'], { a: 'x' }],
		['nothing of a text like JSON', { a: '{x' }, ['a.b'], { a: '{x' }],
		['nothing else', { a: { bb: 1 }, b: 2 }, ['a.b'], { a: { bb: 1 }, b: 2 }],
		[
			'__proto__',
			JSON.parse('{"a":{"__proto__":{"b":"s"},"c":1}}'),
			['a.__proto__'],
			{ a: { c: 1 } },
		],
	])('leaves out %s', (_name, record, excluded, expected) =>
		expect(traits(record, without(...excluded))).toEqual(expected),
	);

	it.each(NESTED)('never shows the value, with nested_values: %s', (nested_values) => {
		for (const columns of [[], ['id', 'plan', 'address']]) {
			const mapper = mapperOf({ ...without('address.ssn'), nested_values }, { columns });
			const result = mapper.toPerson(RECORD);
			expect(JSON.stringify(result)).not.toContain('secret');
			expect(JSON.stringify(result)).toContain('Ghent');
		}
	});

	it('means the column and the path, where both exist', () => {
		const record = { 'address.ssn': 'secret', address: { ssn: 'secret', city: 'c' } };
		for (const nested of NESTED) {
			expect(JSON.stringify(traits(record, without('address.ssn'), nested))).not.toContain(
				'secret',
			);
		}
		expect(traits(record, without('address.ssn'))).toEqual({ address: { city: 'c' } });
	});

	it('keeps every digit of what stays', () =>
		expect(traits({ a: '{"b":"s","n":12345678901234567890}' }, without('a.b'))).toEqual({
			a: '{"n":12345678901234567890}',
		}));

	it('leaves out lists that are nested too deeply', () => {
		const deep = JSON.parse(`${'['.repeat(8_000)}{"b":"secret"}${']'.repeat(8_000)}`);
		expect(JSON.stringify(traits({ a: deep }, without('a.b')))).not.toContain('secret');
	});

	it.each<[string, object, string[][]]>([
		['the primary key', { doc: { key: 's' }, id: 2 }, [['doc', 'key']]],
		['a part of it', { doc: { key: 's' }, id: 2 }, [['id'], ['doc', 'key']]],
	])('is never the user ID, though it is %s', (_name, record, primaryKey) =>
		expect(sent(record, without('doc.key'), { primaryKey })).toBe('missing_user_id'),
	);
});

describe('a path in only_columns', () => {
	it.each<[string, object, string[], object | undefined]>([
		['a member', { a: { b: 1, c: 2 }, d: 3 }, ['a.b'], { a: { b: 1 } }],
		['two of them', { a: { b: 1, c: 2, d: 3 } }, ['a.b', 'a.d'], { a: { b: 1, d: 3 } }],
		['a deeper one', { a: { b: { c: 1, d: 2 }, e: 3 } }, ['a.b.c'], { a: { b: { c: 1 } } }],
		['a member and a column', { a: { b: 1, c: 2 }, d: 3 }, ['a.b', 'd'], { a: { b: 1 }, d: 3 }],
		['the whole column, if listed too', { a: { b: 1, c: 2 } }, ['a.b', 'a'], { a: { b: 1, c: 2 } }],
		['a column with that name', { 'a.b': 1, a: { b: 2 } }, ['a.b'], { 'a.b': 1 }],
		['nothing of a text', { a: 'x' }, ['a.b'], undefined],
		['a member of JSON text', { a: '{"b":1,"c":2}' }, ['a.b'], { a: '{"b":1}' }],
	])('sends %s', (_name, record, only_columns, expected) =>
		expect(traits(record, { only_columns })).toEqual(expected),
	);

	it.each<[Mapping['nested_values'], object]>([
		['keep', { address: { city: 'Ghent', geo: { lat: 1 } } }],
		['flatten', { 'address.city': 'Ghent', 'address.geo.lat': 1 }],
		['text', { address: '{"city":"Ghent","geo":{"lat":1}}' }],
	])('works with nested_values: %s', (nested_values, expected) => {
		const only_columns = ['address.city', 'address.geo.lat'];
		expect(traits(RECORD, { only_columns }, nested_values)).toEqual(expected);
	});

	it('still leaves out what is excluded', () =>
		expect(traits(RECORD, { only_columns: ['address'], ...without('address.ssn') })).toEqual({
			address: { city: 'Ghent', geo: { lat: 1, lon: 2 } },
		}));
});

describe('a path in rename', () => {
	it.each<[string, object, MappingInput, object | undefined]>([
		['moves a member', { a: { b: 1, c: 2 } }, rename('a.b', 'x'), { x: 1, a: { c: 2 } }],
		['moves all there is', { a: { b: 1 } }, rename('a.b', 'x'), { x: 1 }],
		[
			'moves an object',
			{ a: { b: { c: 1 }, d: 2 } },
			rename('a.b', 'x'),
			{ x: { c: 1 }, a: { d: 2 } },
		],
		[
			'means a column with that name',
			{ 'a.b': 1, a: { b: 2 } },
			rename('a.b', 'x'),
			{ x: 1, a: { b: 2 } },
		],
		[
			'may give a standard field',
			{ a: { b: 7 } },
			rename('a.b', 'first_name'),
			{ first_name: '7' },
		],
		[
			'moves nothing that is not listed',
			{ a: { b: 1 }, c: 2 },
			{ ...rename('a.b', 'x'), only_columns: ['c'] },
			{ c: 2 },
		],
		[
			'moves what is listed',
			{ a: { b: 1 }, c: 2 },
			{ ...rename('a.b', 'x'), only_columns: ['a.b'] },
			{ x: 1 },
		],
		[
			'moves what is listed as a column',
			{ a: { b: 1 }, c: 2 },
			{ ...rename('a.b', 'x'), only_columns: ['a'] },
			{ x: 1 },
		],
		[
			'moves nothing that is excluded',
			{ a: { b: 1 } },
			{ ...rename('a.b', 'x'), ...without('a') },
			undefined,
		],
		[
			'moves nothing excluded in another spelling',
			{ a: { b: 1 } },
			{ ...rename('a.b', 'x'), ...without('a.B') },
			undefined,
		],
		['moves nothing of a text', { a: 'y' }, rename('a.b', 'x'), { a: 'y' }],
	])('%s', (_name, record, mapping, expected) => expect(traits(record, mapping)).toEqual(expected));

	it('takes its trait from a column of that name', () => {
		for (const record of [
			{ id: 1, city: 'of the column', address: { city: 'of the path' } },
			{ id: 1, address: { city: 'of the path' }, city: 'of the column' },
		]) {
			const mapper = mapperOf(rename('address.city', 'city'));
			expect(sentBy(mapper, record)).toEqual({ userId: '1', traits: { city: 'of the path' } });
			expect([...mapper.clashes]).toEqual(['city']);
		}
	});

	it('works with flattened nested values', () =>
		expect(
			traits(RECORD, { ...rename('address.city', 'town'), ...without('address.ssn') }, 'flatten'),
		).toEqual({
			plan: 'x',
			town: 'Ghent',
			'address.geo.lat': 1,
			'address.geo.lon': 2,
		}));
});

describe('a path in email_column', () => {
	const email_column = 'contact.email';
	it.each<[string, object, MappingInput, object]>([
		[
			'is the address',
			{ contact: { email: 'a@b.c', tel: 1 } },
			{},
			{ email: 'a@b.c', traits: { contact: { tel: 1 } } },
		],
		['is it however written', { Contact: { 'E-Mail': 'a@b.c' } }, {}, { email: 'a@b.c' }],
		[
			'means a column with that name',
			{ 'contact.email': 'a@b.c', contact: { email: 'x' } },
			{},
			{ email: 'a@b.c', traits: { contact: { email: 'x' } } },
		],
		['is found in JSON text', { contact: '{"email":"a@b.c"}' }, {}, { email: 'a@b.c' }],
		[
			'replaces the usual column',
			{ email: 'x@y.z', contact: { email: 'a@b.c' } },
			{},
			{ email: 'a@b.c', traits: { email: 'x@y.z' } },
		],
		[
			'is always sent',
			{ contact: { email: 'a@b.c', tel: 1 }, plan: 1 },
			{ only_columns: ['plan'] },
			{ email: 'a@b.c', traits: { plan: 1 } },
		],
		[
			'is not sent when its column is excluded',
			{ contact: { email: 'a@b.c' } },
			without('contact'),
			{},
		],
	])('%s', (_name, record, mapping, expected) =>
		expect(sent({ id: 1, ...record }, { email_column, ...mapping })).toEqual({
			userId: '1',
			...expected,
		}),
	);
});

describe('a path in user_id_columns', () => {
	const user_id_columns = ['account.id'];
	it.each<[string, object, object]>([
		[
			'is the user ID',
			{ account: { id: 7, name: 'x' } },
			{ userId: '7', traits: { account: { id: 7, name: 'x' } } },
		],
		[
			'is found in JSON text',
			{ account: '{"id":7}' },
			{ userId: '7', traits: { account: '{"id":7}' } },
		],
		[
			'keeps every digit in JSON text',
			{ account: '{"id":9007199254740993}' },
			{ userId: '9007199254740993' },
		],
		['is it however written', { Account: { ID: 'u' } }, { userId: 'u' }],
		['means a column with that name', { 'account.id': 'u', account: { id: 'x' } }, { userId: 'u' }],
	])('%s', (_name, record, expected) =>
		expect(sent(record, { user_id_columns })).toMatchObject(expected),
	);
});

it('reports which paths no record had', () => {
	const mapper = mapperOf({
		...without('address.ssn', 'address.typo', 'nothing.here'),
		only_columns: ['address.city', 'address.town'],
		rename: [
			{ column: 'address.geo.lat', trait: 'latitude' },
			{ column: 'address.geo.alt', trait: 'altitude' },
		],
	});
	mapper.toPerson(RECORD);
	expect(mapper.unknownColumns().map(({ listed }) => listed)).toEqual(['nothing.here']);
	expect(mapper.unseenColumns().map(({ listed, setting }) => [setting, listed])).toEqual([
		['only_columns', 'address.town'],
		['exclude_columns', 'address.typo'],
		['exclude_columns', 'nothing.here'],
		['rename', 'address.geo.alt'],
	]);
});

describe('only_columns reaches into lists, as exclude_columns does', () => {
	const list = [{ city: 'X', ssn: 's' }, 7, [{ city: 'Y', ssn: 's' }], { ssn: 's' }];

	it.each<[string, MappingInput, unknown, unknown]>([
		['a list', {}, list, [{ city: 'X' }, [{ city: 'Y' }]]],
		['a list in JSON text', {}, JSON.stringify(list), '[{"city":"X"},[{"city":"Y"}]]'],
		['a list without it', {}, [{ ssn: 's' }], undefined],
		['a list in an object', {}, { city: [{ ssn: 's' }] }, { city: [{ ssn: 's' }] }],
		[
			'renamed places, which stay',
			rename('address.city', 'town'),
			list,
			[{ city: 'X' }, [{ city: 'Y' }]],
		],
	])('%s', (_name, mapping, address, expected) => {
		const mapper = mapperOf({ only_columns: ['address.city'], ...mapping });
		const person = sentBy(mapper, { id: 1, address });
		expect(person).toEqual({
			userId: '1',
			...(expected !== undefined && { traits: { address: expected } }),
		});
	});

	it('a list nested too deeply is left out', () => {
		let deep: unknown = { city: 'X' };
		for (let depth = 0; depth < 5_000; depth++) deep = [deep];
		expect(sent({ id: 1, address: deep }, { only_columns: ['address.city'] })).toEqual({
			userId: '1',
		});
	});
});
