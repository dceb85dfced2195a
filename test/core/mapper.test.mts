import { describe, expect, it } from 'vitest';
import { FlameupError } from '../../src/errors';
import { parseExactly } from '../../src/mapping/exactNumbers';
import type { Person } from '../../src/mapping/person';
import { type MappingInput, mapperOf, sent, sentBy, traitsOf, userIdOf } from './mapped.mts';

/** A number as parsed when the same record holds a long one. */
const parseRaw = (text: string): unknown =>
	(parseExactly(`[${text},12345678901234567890]`) as unknown[])[0];

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('user ID', () => {
	it.each<[string, unknown, string]>([
		['a text', 'u-1', 'u-1'],
		['a text with blanks around it', ' \tu 1\n', 'u 1'],
		['a number', 42, '42'],
		['zero', 0, '0'],
		['a negative number', -7, '-7'],
		['a number with decimals', 1.5, '1.5'],
		['the largest number that a double holds exactly', 2 ** 53 - 1, '9007199254740991'],
		['a number with every digit', parseExactly('12345678901234567890'), '12345678901234567890'],
		['a short number with every digit', parseRaw('1.0'), '1'],
		['a bigint', 12345678901234567890n, '12345678901234567890'],
		['a text of digits', '007', '007'],
		['a lone surrogate', '\ud800', '\ud800'],
		['255 characters', 'x'.repeat(255), 'x'.repeat(255)],
		['255 characters and blanks', ` ${'x'.repeat(255)} `, 'x'.repeat(255)],
		['256 characters', 'x'.repeat(256), 'user_id_too_long'],
		['a number that has lost digits', 2 ** 53, 'invalid_user_id'],
		['a number far too large', -1e300, 'invalid_user_id'],
		['a boolean', true, 'invalid_user_id'],
		['a list', ['a'], 'invalid_user_id'],
		['an empty list', [], 'invalid_user_id'],
		['an object', { id: 1 }, 'invalid_user_id'],
		['a date', new Date(0), 'invalid_user_id'],
		['nothing', '', 'missing_user_id'],
		['only blanks', ' \u00a0\ufeff', 'missing_user_id'],
		['null', null, 'missing_user_id'],
		['undefined', undefined, 'missing_user_id'],
		['not a number', Number.NaN, 'missing_user_id'],
		['infinity', Number.POSITIVE_INFINITY, 'missing_user_id'],
	])('from %s', (_name, id, expected) => expect(userIdOf({ id })).toBe(expected));

	const firstOfTwo = { user_id_columns: ['a', 'b.c'] };
	it.each<[string, object, string]>([
		['the first column with a value', { a: 'x', b: { c: 'y' } }, 'x'],
		['the next column when it is blank', { a: ' ', b: { c: 'y' } }, 'y'],
		['the next column when it is missing', { b: { c: 'y' } }, 'y'],
		['the first, though the next has lost digits', { a: 'x', b: { c: 2 ** 60 } }, 'x'],
		['the first, though the next is no user ID', { a: 'x', b: { c: {} } }, 'x'],
		['no later column when the first is broken', { a: { x: 1 }, b: { c: 'y' } }, 'invalid_user_id'],
		['nowhere when all are blank', { a: null, b: { c: '' } }, 'missing_user_id'],
		['nowhere when the path ends early', { b: 'y' }, 'missing_user_id'],
		['nowhere when the path leads into a text', { b: { x: 1 } }, 'missing_user_id'],
	])('from %s', (_name, record, expected) => expect(userIdOf(record, firstOfTwo)).toBe(expected));

	it.each(['constructor', '__proto__.constructor.name', 'toString.name', 'id.length'])(
		'is never an inherited property: %s',
		(path) => {
			const columns = ['id', 'constructor', '__proto__', 'toString'];
			const result = sent({ id: 'x' }, { user_id_columns: [path] }, { columns });
			expect(result).toBe('missing_user_id');
		},
	);

	const primaryKey = [['shop'], ['customer', 'no']];
	it.each<[string, object, string]>([
		['all its parts', { shop: 's', customer: { no: 7 } }, 's:7'],
		['trimmed parts', { shop: ' s ', customer: { no: ' 7' } }, 's:7'],
		['nothing when a part is missing', { shop: 's' }, 'missing_user_id'],
		['nothing when a part is blank', { shop: ' ', customer: { no: 7 } }, 'missing_user_id'],
		[
			'nothing when a part has lost digits',
			{ shop: 's', customer: { no: 2 ** 60 } },
			'invalid_user_id',
		],
		['255 characters at most', { shop: 's'.repeat(254), customer: { no: 7 } }, 'user_id_too_long'],
	])('of a joined primary key has %s', (_name, record, expected) =>
		expect(userIdOf(record, {}, { primaryKey })).toBe(expected),
	);

	it('of a joined primary key never mixes up two people', () => {
		const pieces = [':', '%', '%3A', '%25', 'a'];
		const pairs = pieces.flatMap((one) => pieces.map((other) => one + other));
		const parts = [...new Set([...pieces, ...pairs])];
		const ids = parts.flatMap((shop) =>
			parts.map((no) => userIdOf({ shop, customer: { no } }, {}, { primaryKey })),
		);
		expect(new Set(ids).size).toBe(parts.length ** 2);
	});

	it.each<[string, object, MappingInput, object]>([
		['nowhere', { name: 'x' }, {}, { code: 'missing_user_id', columns: [], joined: false }],
		[
			'in an empty column',
			{ id: '', user_id: ' ' },
			{},
			{ code: 'missing_user_id', columns: ['user_id'], joined: false },
		],
		[
			'in none of several places',
			{ a: '', b: {} },
			firstOfTwo,
			{ code: 'missing_user_id', columns: ['a', 'b.c'], joined: false },
		],
		['an object', { id: {} }, {}, { code: 'invalid_user_id', column: 'id', holds: 'an object' }],
		['a list', { id: [] }, {}, { code: 'invalid_user_id', column: 'id', holds: 'a list' }],
		['a boolean', { id: true }, {}, { code: 'invalid_user_id', column: 'id', holds: 'a boolean' }],
		['a date', { id: new Date(0) }, {}, { code: 'invalid_user_id', column: 'id', holds: 'a date' }],
		[
			'a list inside a column',
			{ b: { c: [] } },
			firstOfTwo,
			{ code: 'invalid_user_id', column: 'b.c', holds: 'a list' },
		],
		[
			'without all its digits',
			{ id: 2 ** 53 },
			{},
			{ code: 'invalid_user_id', column: 'id', holds: 'lost digits' },
		],
		['too long', { id: 'x'.repeat(300) }, {}, { code: 'user_id_too_long', length: 300 }],
	])('is reported as %s', (_name, record, mapping, rejection) =>
		expect(mapperOf(mapping).toPerson(record)).toEqual(rejection),
	);

	it('is reported as missing where a part of a joined key is', () =>
		expect(mapperOf({}, { primaryKey }).toPerson({ shop: 's' })).toEqual({
			code: 'missing_user_id',
			columns: ['customer.no'],
			joined: true,
		}));

	it.each<[string, string, object, string]>([
		['a text', 'order-', { id: 'a' }, 'order-a'],
		['a number', 'order-', { id: 7 }, 'order-7'],
		['blanks, which are kept', 'o ', { id: ' 7 ' }, 'o 7'],
		['255 characters with it', 'o-', { id: 'x'.repeat(253) }, `o-${'x'.repeat(253)}`],
		['256 characters with it', 'o-', { id: 'x'.repeat(254) }, 'user_id_too_long'],
		['nothing, which it does not fill', 'o-', { id: '' }, 'missing_user_id'],
	])('with a prefix in front of %s', (_name, userIdPrefix, record, expected) =>
		expect(userIdOf(record, {}, { userIdPrefix })).toBe(expected),
	);

	it('with a prefix in front of a joined key', () =>
		expect(
			userIdOf({ shop: 's', customer: { no: 7 } }, {}, { primaryKey, userIdPrefix: 'o:' }),
		).toBe('o:s:7'));
});

describe('email address', () => {
	const of254 = `${'x'.repeat(64)}@${'y'.repeat(181)}.example`.slice(-254);
	it.each<[string, unknown, string | undefined]>([
		['a plain one', 'ann@example.org', 'ann@example.org'],
		['blanks around it', ' ann@example.org\n', 'ann@example.org'],
		['dots and a tag', 'ann.b-c_d+tag@mail.example.org', 'ann.b-c_d+tag@mail.example.org'],
		['capitals, as they are', 'Ann@Example.Org', 'Ann@Example.Org'],
		['another script', 'анна@почта.рф', 'анна@почта.рф'],
		['an umlaut in the domain', 'a@bücher.example', 'a@bücher.example'],
		['an emoji in the domain', 'a@😀.example', 'a@😀.example'],
		['an apostrophe', "o'brien@example.org", "o'brien@example.org"],
		['254 characters', of254, of254],
		['255 characters', `x${of254}`, 'email_too_long'],
		['a megabyte of letters', 'a'.repeat(1_000_000), 'email_too_long'],
		['none', null, undefined],
		['an empty text', '', undefined],
		['only blanks', ' \t ', undefined],
		['no @', 'example.org', 'invalid_email'],
		['two @', 'a@b@example.org', 'invalid_email'],
		['nobody before the @', '@example.org', 'invalid_email'],
		['nothing after the @', 'ann@', 'invalid_email'],
		['a domain without a dot', 'ann@localhost', 'ann@localhost'],
		['a dot at the start', '.ann@example.org', '.ann@example.org'],
		['a dot before the @', 'ann.@example.org', 'ann.@example.org'],
		['two dots', 'ann..b@example.org', 'ann..b@example.org'],
		['two dots in the domain', 'ann@example..org', 'ann@example..org'],
		['a dot after the @', 'ann@.example.org', 'ann@.example.org'],
		['a dot at the end', 'ann@example.org.', 'ann@example.org.'],
		['a blank inside', 'ann b@example.org', 'invalid_email'],
		['a line break inside', 'ann@example.org\nbcc:x@example.org', 'invalid_email'],
		['a list in one text', 'a@example.org,b@example.org', 'invalid_email'],
		['a name beside it', 'Ann <ann@example.org>', 'invalid_email'],
		['a link, which may be an address', 'mailto:ann@example.org', 'mailto:ann@example.org'],
		['dots as Japanese carriers gave them', 'a.@docomo.ne.jp', 'a.@docomo.ne.jp'],
		['two dots as they gave them', 'a..b@x.jp', 'a..b@x.jp'],
		['umlauts on both sides', 'ü@ö.de', 'ü@ö.de'],
		['two @ and nothing else', 'a@b@c', 'invalid_email'],
		['a short one with a blank', 'a b@c.d', 'invalid_email'],
		['a hard blank inside', 'a\u00a0b@c.d', 'invalid_email'],
		['only an @', '@', 'invalid_email'],
		['a number', 42, 'invalid_email'],
		['a boolean', true, 'invalid_email'],
		['a list', ['ann@example.org'], 'invalid_email'],
		['an object', { address: 'ann@example.org' }, 'invalid_email'],
	])('with %s', (_name, email, expected) => {
		const person = sent({ id: 1, email });
		expect(typeof person === 'string' ? person : person.email).toBe(expected);
		const bad = expected === 'invalid_email' || expected === 'email_too_long';
		const lenient = mapperOf({}, { invalidEmail: 'send_without_email' }).toPerson({ id: 1, email });
		expect(lenient).toEqual(
			bad
				? { person: { userId: '1' }, json: '{"userId":"1"}', emailLeftOut: true }
				: mapperOf().toPerson({ id: 1, email }),
		);
	});

	it('is not repeated when it is rejected', () => {
		const result = mapperOf().toPerson({ id: 'u-1', email: 'secret@' });
		expect(result).toEqual({ code: 'invalid_email', userId: 'u-1' });
	});
});

describe('phone number', () => {
	it.each<[string, unknown, unknown]>([
		['a text', '+1 555 0100', '+1 555 0100'],
		['a text with blanks around it', ' +1 555 0100 ', '+1 555 0100'],
		['a number', 15550100, '15550100'],
		['a number with every digit', parseExactly('12345678901234567890'), '12345678901234567890'],
		['50 characters', '5'.repeat(50), '5'.repeat(50)],
		['50 characters and blanks', ` ${'5'.repeat(50)} `, '5'.repeat(50)],
		['51 characters', '5'.repeat(51), 'phone_too_long'],
		['nothing', '', undefined],
		['only blanks', '  ', undefined],
		['null', null, undefined],
		['a list', ['1', '2'], '["1","2"]'],
		['an object', { toString: 1, valueOf: 1 }, '{"toString":1,"valueOf":1}'],
		['a long list', ['5'.repeat(51)], 'phone_too_long'],
		['a list that nobody can write', nested(8_000), 'invalid_record'],
	])('from %s', (_name, phone, expected) => {
		const asTrait = sent({ id: 1, phone });
		const beside = sent({ id: 1, phone }, {}, { phoneIsTrait: false });
		const phoneOf = (place: unknown) => (place as { phone?: unknown } | undefined)?.phone;
		expect(typeof asTrait === 'string' ? asTrait : phoneOf(asTrait.traits)).toBe(expected);
		expect(typeof beside === 'string' ? beside : phoneOf(beside)).toBe(expected);
	});

	it('is sent once, from the column that suits best', () => {
		const record = { id: 1, mobile: '2', phone: '1' };
		const place = (phoneIsTrait: boolean) => sent(record, {}, { phoneIsTrait });
		expect(place(true)).toEqual({ userId: '1', traits: { phone: '1', mobile: '2' } });
		expect(place(false)).toEqual({ userId: '1', phone: '1', traits: { mobile: '2' } });
	});
});

describe('traits', () => {
	const hostile = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":2}');
	const deep = { a: { b: { c: 1, 'd.e': 2 }, list: [{ f: 3 }], none: null, empty: {} } };
	it.each<[string, object, MappingInput, object | undefined]>([
		[
			'keep their type',
			{ a: 1, b: true, c: 'x', d: 0, e: false },
			{},
			{ a: 1, b: true, c: 'x', d: 0, e: false },
		],
		['keep blanks within', { a: ' x ' }, {}, { a: ' x ' }],
		[
			'are texts in standard fields',
			{ first_name: 7, tz: ' UTC ', locale: true },
			{},
			{ first_name: '7', timezone: 'UTC', locale: 'true' },
		],
		[
			'are JSON in standard fields that hold objects',
			{ first_name: { a: 1 } },
			{},
			{ first_name: '{"a":1}' },
		],
		[
			'leave out what is empty',
			{ a: null, b: '', c: undefined, d: Number.NaN, e: Number.NEGATIVE_INFINITY },
			{},
			undefined,
		],
		['leave out standard fields of blanks', { first_name: '  ', avatar: '\n' }, {}, undefined],
		[
			'send what is empty, if that is wanted',
			{ a: null, b: '', c: undefined, first_name: ' ' },
			{ empty_values: 'send' },
			{ a: null, b: '', c: null, first_name: '' },
		],
		[
			'send no number that JSON does not have',
			{ a: Number.NaN },
			{ empty_values: 'send' },
			{ a: null },
		],
		['keep nested values', deep, {}, deep],
		[
			'flatten nested values',
			deep,
			{ nested_values: 'flatten' },
			{ 'a.b.c': 1, 'a.b.d.e': 2, 'a.list': [{ f: 3 }] },
		],
		[
			'flatten empty values too, if that is wanted',
			deep,
			{ nested_values: 'flatten', empty_values: 'send' },
			{ 'a.b.c': 1, 'a.b.d.e': 2, 'a.list': [{ f: 3 }], 'a.none': null },
		],
		[
			'turn nested values into text',
			deep,
			{ nested_values: 'text' },
			{ a: JSON.stringify(deep.a) },
		],
		['turn lists into text', { a: [1, 'x'] }, { nested_values: 'text' }, { a: '[1,"x"]' }],
		[
			'keep lists when they flatten',
			{ a: [{ b: 1 }] },
			{ nested_values: 'flatten' },
			{ a: [{ b: 1 }] },
		],
		[
			'flatten under a new name',
			{ a: { b: 1 } },
			{ nested_values: 'flatten', rename: [{ column: 'a', trait: 'x' }] },
			{ 'x.b': 1 },
		],
		['have dates as JSON has them', { at: new Date(0) }, {}, { at: '1970-01-01T00:00:00.000Z' }],
		[
			'do not lose dates when they flatten',
			{ a: { at: new Date(0) }, at: new Date(0) },
			{ nested_values: 'flatten' },
			{ 'a.at': '1970-01-01T00:00:00.000Z', at: '1970-01-01T00:00:00.000Z' },
		],
		[
			'do not quote dates as text',
			{ at: new Date(0) },
			{ nested_values: 'text' },
			{ at: '1970-01-01T00:00:00.000Z' },
		],
		['leave out dates that are none', { at: new Date(Number.NaN) }, {}, undefined],
		['may be called like parts of objects', hostile, {}, hostile],
		[
			'may hold such names',
			{ a: hostile },
			{ nested_values: 'flatten' },
			JSON.parse('{"a.__proto__.admin":true,"a.constructor":1,"a.toString":2}'),
		],
		['hold half a character, escaped', { a: '\ud800' }, {}, { a: '\ud800' }],
		['do not hold the user ID again', {}, {}, undefined],
	])('%s', (_name, record, mapping, expected) =>
		expect(traitsOf({ ...record }, mapping)).toEqual(expected),
	);

	it('called __proto__ are sent, and change nothing else', () => {
		const result = mapperOf().toPerson(JSON.parse('{"id":1,"__proto__":{"admin":true}}'));
		const { json, person } = result as { json: string; person: Person };
		expect(json).toBe('{"userId":"1","traits":{"__proto__":{"admin":true}}}');
		expect(person.traits?.admin).toBeUndefined();
		expect(({} as Record<string, unknown>).admin).toBeUndefined();
	});

	it('keep every digit of a number, wherever it is', () => {
		const record = parseExactly(
			'{"id":1,"a":12345678901234567890,"b":{"c":[0.10000000000000000000001]}}',
		);
		for (const [nested_values, b] of [
			['keep', '"b":{"c":[0.10000000000000000000001]}'],
			['flatten', '"b.c":[0.10000000000000000000001]'],
			['text', '"b":"{\\"c\\":[0.10000000000000000000001]}"'],
		] as const) {
			expect(mapperOf({ nested_values }).toPerson(record)).toMatchObject({
				json: `{"userId":"1","traits":{"a":12345678901234567890,${b}}}`,
			});
		}
	});

	it('are as deep as they may be when flattened', () => {
		const [name, value] = Object.entries(
			traitsOf(
				{ a: JSON.parse('{"b":'.repeat(60) + 1 + '}'.repeat(60)) },
				{ nested_values: 'flatten' },
			) ?? {},
		)[0] ?? [''];
		expect(name).toBe(`a${'.b'.repeat(50)}`);
		expect(JSON.stringify(value)).toBe('{"b":'.repeat(10) + 1 + '}'.repeat(10));
	});

	it.each<[string, object, object, string]>([
		['a column with a dot', { a: { b: 1 }, 'a.b': 2 }, { 'a.b': 2 }, 'a.b'],
		['a column with a dot before it', { 'b.c': 1, b: { c: 2 } }, { 'b.c': 1 }, 'b.c'],
		['a key with a dot', { a: { 'b.c': 2, b: { c: 1 } } }, { 'a.b.c': 2 }, 'a.b.c'],
	])('keep the nearest one, when flattening meets %s', (_name, record, expected, trait) => {
		const one = mapperOf({ nested_values: 'flatten' });
		expect(sentBy(one, { id: 1, ...record })).toEqual({ userId: '1', traits: expected });
		expect([...one.clashes]).toEqual([trait]);
	});
});

describe('a record', () => {
	it.each<[string, unknown, string]>([
		['that is null', null, 'invalid_record'],
		['that is undefined', undefined, 'invalid_record'],
		['that is a list', [{ id: 1 }], 'invalid_record'],
		['that is a text', '{"id":1}', 'invalid_record'],
		['that is a number', 1, 'invalid_record'],
		['that is empty', {}, 'missing_user_id'],
		['nested too deeply', { id: 1, a: nested(8_000) }, 'invalid_record'],
		['with a bigint', { id: 1, a: 1n }, 'invalid_record'],
		['with a bigint inside', { id: 1, a: { b: [1n] } }, 'invalid_record'],
	])('%s is rejected, and does not stop the run', (_name, record, code) => {
		for (const nested_values of ['keep', 'flatten', 'text']) {
			expect(sent(record, { nested_values } as MappingInput)).toBe(code);
		}
	});

	it.each<[string, object]>([
		['the email address', { email: 'x' }],
		['the phone number', { phone: '5'.repeat(51) }],
		['the size', { a: 'x'.repeat(1_000_000) }],
		['the depth', { a: nested(8_000) }],
	])('names the person when %s is at fault', (_name, record) => {
		expect(mapperOf().toPerson({ id: 'u-1', ...record })).toMatchObject({ userId: 'u-1' });
	});

	it('that is empty reveals nothing about the columns', () => {
		const one = mapperOf({ user_id_columns: ['key'] }, { primaryKey: [['id']] });
		expect(sentBy(one, {})).toBe('missing_user_id');
		expect(one.columns).toEqual([]);
		expect(sentBy(one, { id: 1, Key: 2 })).toMatchObject({ userId: '2' });
		expect(one.understanding().userId.paths).toEqual([['Key']]);
	});

	it('may have columns that were not declared', () => {
		const one = mapperOf({}, { columns: ['id'] });
		expect(sentBy(one, { id: 1, Mail: 'a@example.org', plan: 'x' })).toEqual({
			userId: '1',
			email: 'a@example.org',
			traits: { plan: 'x' },
		});
	});

	it('with clashing declared columns fails before the first record', () => {
		const rename = [{ column: 'a', trait: 'b' }];
		const clash = () => mapperOf({ rename }, { columns: ['id', 'a', 'b'] });
		expect(clash).toThrow(FlameupError);
		expect(clash).toThrow('columns_clash');
	});

	it('never stops a run because a column turns up that was not declared', () => {
		const rename = [
			{ column: 'Plan', trait: 'id' },
			{ column: 'id', trait: 'plan' },
		];
		const one = mapperOf({ rename }, { columns: ['id', 'plan'] });
		expect(sentBy(one, { id: 1, Plan: 'x', plan: 'y' })).toEqual({
			userId: '1',
			traits: { plan: 1, id: 'x' },
		});
		expect([...one.clashes]).toEqual(['plan']);
	});

	it.each<[string, object]>([
		['first', { a: 1, b: 2 }],
		['last', { b: 2, a: 1 }],
	])('gives the renamed column the trait, when nothing is declared: %s', (_name, both) => {
		const one = mapperOf({ rename: [{ column: 'a', trait: 'b' }] });
		const traits = [{ b: 2 }, both, { b: 3 }].map(
			(record) => (sentBy(one, { id: 1, ...record }) as Person).traits,
		);
		expect(traits).toEqual([{ b: 2 }, { b: 1 }, { b: 3 }]);
		expect([...one.clashes]).toEqual(['b']);
	});

	it('gives the first of two renamed columns the trait, when nothing is declared', () => {
		const rename = ['x', 'y'].map((column) => ({ column, trait: 'z' }));
		const one = mapperOf({ rename });
		const people = [{ x: 1 }, { y: 2 }, { x: 3, y: 4 }].map((record) =>
			sentBy(one, { id: 1, ...record }),
		);
		expect(people).toMatchObject([
			{ traits: { z: 1 } },
			{ traits: { z: 2 } },
			{ traits: { z: 3 } },
		]);
		expect([...one.clashes]).toEqual(['z']);
	});

	it.each([
		['fits to the byte', 0, { userId: '1', traits: { a: 'é漢😀' } }],
		['is one byte too large', 1, 'person_too_large'],
	])('%s, counted in bytes', (_name, missing, expected) => {
		const bytes = Buffer.byteLength('{"userId":"1","traits":{"a":"é漢😀"}}');
		expect(sent({ id: 1, a: 'é漢😀' }, {}, { maxBytes: bytes - missing })).toEqual(expected);
	});
});
