import fc from 'fast-check';
import type { Mapped } from '../../src/mapping/mapper';
import type { Person } from '../../src/mapping/person';
import { Mapping } from '../../src/settings/settings';

/** Names that clash, differ only in case, or have a meaning here or in JavaScript. */
export const columnName = fc.oneof(
	fc.constantFrom(
		...['id', 'user_id', 'User ID', 'email', 'E-Mail', 'phone', 'mobile', 'first_name', 'tz'],
		...['plan', 'Plan', 'a', 'a.b', 'b', '_airbyte_raw_id', '__proto__', 'constructor', 'toString'],
		...['First Name', 'ID', '_id', '', ' ', '..', '.', '-', '😀', 'x'.repeat(2_000)],
	),
	fc.string({ maxLength: 4 }),
);

/** Any value a record can hold, with hostile ones over-represented. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
	fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }),
	fc.constantFrom(
		'',
		' ',
		null,
		undefined,
		true,
		0,
		-0,
		2 ** 60,
		Number.NaN,
		Number.POSITIVE_INFINITY,
	),
	fc.constantFrom('x@y.example', 'x@y', '\ud800', '\u0000', '😀', '9'.repeat(60), 'é'.repeat(300)),
	fc.constantFrom([], {}, [[{}]], { b: 1 }, { 'a.b': { c: null } }, { toString: 1, valueOf: 1 }),
	fc.bigInt(),
);

/** Built as by JSON.parse: every column is an own property, whatever its name. */
export const record = fc
	.array(fc.tuple(columnName, value), { maxLength: 8 })
	.map((columns): Record<string, unknown> => Object.fromEntries(columns));

const places = fc.array(
	fc.oneof(
		columnName,
		fc.constantFrom('a.b', 'b.a', 'a.b.c', 'id.b', 'plan.a', '__proto__.a', '..'),
	),
	{ maxLength: 3 },
);

/** Mappings that name the columns above, and places inside them. */
export const mapping = fc
	.record({
		nested_values: fc.constantFrom('keep' as const, 'flatten' as const, 'text' as const),
		empty_values: fc.constantFrom('omit' as const, 'send' as const),
		email_column: fc.constantFrom('', '', 'plan', 'a.b', 'e_mail'),
		exclude_columns: places,
		only_columns: fc.oneof(fc.constant([]), places),
		user_id_columns: fc.subarray(['id', 'a.b']),
		rename: fc.array(
			fc.record({ column: columnName, trait: fc.oneof(columnName, fc.constant('plan')) }),
			{ maxLength: 2 },
		),
	})
	.map((settings) => Mapping.safeParse(settings).data)
	.filter((settings) => settings !== undefined);

/** A person as the mapper returns them; few user IDs and traits, so that many collide. */
export const mapped: fc.Arbitrary<Mapped> = fc
	.record(
		{
			userId: fc.constantFrom('a', 'b', 'c', 'd', '__proto__', '漢'),
			email: fc.constantFrom('x@y.example', 'x@z.example'),
			traits: fc.dictionary(
				fc.constantFrom('p', 'q', '__proto__'),
				fc.oneof(fc.nat(9), fc.string({ unit: 'binary', maxLength: 20 }), fc.constant(null)),
				{ minKeys: 1, noNullPrototype: true },
			),
		},
		{ requiredKeys: ['userId'] },
	)
	.map((person) => ({ person: person as Person, json: JSON.stringify(person) }));
