import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlameupError } from '../../src/errors';
import type { Mapper } from '../../src/mapping/mapper';
import type { ColumnUse } from '../../src/mapping/uses';
import * as arbitrary from './arbitraries.mts';
import { type MapperSpec, type MappingInput, mapperOf } from './mapped.mts';

const RECORD = {
	id: 1,
	'E-Mail': 'x@y.example',
	phone: '1',
	plan: 'x',
	address: { city: 'Ghent', ssn: 's' },
	_airbyte_raw_id: 'r',
};

const textOf = ({ becomes, isPart, leftOut, path, trait }: ColumnUse): string =>
	[path.join('.'), becomes, trait, isPart && 'part', leftOut]
		.filter((part) => part !== undefined)
		.join(' ');

/** What the columns of a record become, as text. */
function usesIn(record: object, mapping?: MappingInput, spec?: MapperSpec): string[] {
	const mapper = mapperOf(mapping, spec);
	mapper.toPerson(record);
	return mapper.uses().map(textOf);
}

const ID = 'id user_id';
const EMAIL = 'E-Mail email';
const REST = ['phone phone', 'plan trait plan', 'address trait address'];
const OURS = '_airbyte_raw_id nothing bookkeeping';

describe('what columns become', () => {
	it.each<[string, MappingInput, string[]]>([
		['by their names', {}, [ID, EMAIL, ...REST, OURS]],
		[
			'excluded ones',
			{ exclude_columns: ['plan', 'address.ssn'] },
			[
				...[ID, EMAIL, 'phone phone', 'address trait address'],
				...['plan nothing excluded', 'address.ssn nothing excluded', OURS],
			],
		],
		[
			'listed ones',
			{ only_columns: ['address.city'] },
			[
				...[ID, EMAIL, 'address.city trait address part'],
				...['phone nothing unlisted', 'plan nothing unlisted', OURS],
			],
		],
		[
			'renamed ones',
			{
				rename: [
					{ column: 'plan', trait: 'tier' },
					{ column: 'address.city', trait: 'town' },
				],
			},
			[
				...[ID, EMAIL, 'phone phone', 'plan trait tier', 'address trait address'],
				...['address.city trait town', OURS],
			],
		],
		[
			'two columns for the user ID, which are traits too',
			{ user_id_columns: ['plan', 'id'] },
			['plan user_id', ID, EMAIL, 'phone phone', 'id trait id', ...REST.slice(1), OURS],
		],
		[
			'an email address inside a column',
			{ email_column: 'address.city' },
			[ID, 'address.city email', 'phone phone', 'E-Mail trait E-Mail', ...REST.slice(1), OURS],
		],
	])('%s', (_name, mapping, expected) => {
		expect(usesIn(RECORD, mapping)).toEqual(expected);
	});

	it('a joined primary key', () => {
		const uses = usesIn({ a: 1, b: 2 }, {}, { primaryKey: [['a'], ['b']] });
		expect(uses.slice(0, 2)).toEqual(['a user_id part', 'b user_id part']);
	});

	it('a column whose trait another one has', () => {
		const rename = [{ column: 'tier', trait: 'plan' }];
		expect(usesIn({ id: 1, plan: 1, tier: 2 }, { rename })).toEqual([
			...[ID, 'tier trait plan', 'plan nothing clash'],
		]);
	});

	it('finds values in whatever spelling the record uses, without what is excluded', () => {
		const mapper = mapperOf({ exclude_columns: ['a.b'] }, { columns: ['First Name', 'a'] });
		mapper.toPerson({ id: 1, first_name: 'x', a: { b: 1, c: 2 } });
		const record = { id: 2, first_name: 'y', a: { b: 1, c: 2 } };
		expect(mapper.valueAt(record, ['First Name'])).toBe('y');
		expect([mapper.valueAt(record, ['a']), mapper.valueAt(record, ['a', 'c'])]).toEqual([
			{ c: 2 },
			2,
		]);
	});
});

function mapperUnlessClash(mapping: MappingInput, spec: MapperSpec): Mapper | undefined {
	try {
		return mapperOf(mapping, spec);
	} catch (error) {
		if (error instanceof FlameupError) return undefined;
		throw error;
	}
}

it('names every part of every person, and nothing that is left out', () => {
	const columns = fc.constantFrom([], ['id', 'email', 'plan', 'a']);
	const keeps = { nested_values: 'keep', empty_values: 'omit' } as const;
	fc.assert(
		fc.property(arbitrary.record, arbitrary.mapping, columns, (record, mapping, declared) => {
			const mapper = mapperUnlessClash({ ...mapping, ...keeps }, { columns: declared });
			const mapped = mapper?.toPerson({ id: 'p1', ...record });
			if (mapper === undefined || mapped === undefined || 'code' in mapped) return;
			const uses = mapper.uses();
			const named = uses.map(({ becomes, trait }) => (becomes === 'trait' ? trait : becomes));
			expect(named).toEqual(expect.arrayContaining(Object.keys(mapped.person.traits ?? {})));
			if (mapped.person.email !== undefined) expect(named).toContain('email');
			expect(named).toContain('user_id');
			for (const { becomes, leftOut } of uses) {
				expect(leftOut !== undefined).toBe(becomes === 'nothing');
			}
		}),
		{ numRuns: 2_000 },
	);
});
