import { describe, expect, it } from 'vitest';
import { mapperOf, sentBy } from './mapped.mts';

const names = (count: number, prefix: string): string[] =>
	Array.from({ length: count }, (_, i) => `${prefix} ${i}`);
const recordOf = (columns: readonly string[]): Record<string, unknown> =>
	Object.fromEntries([
		['id', 'u-1'],
		...columns.map((column, i): [string, unknown] => [column, i]),
	]);

describe('a stream of 5,000 columns', () => {
	const columns = names(5_000, 'Column');
	const record = recordOf(columns);

	it.each([
		['declared', columns],
		['not declared', []],
	])('is mapped completely when they are %s', (_name, declared) => {
		const person = sentBy(mapperOf({}, { columns: declared }), record);
		expect(person).toMatchObject({ userId: 'u-1', traits: { 'Column 4999': 4_999 } });
	});

	it('is mapped when all are spelled in another way', () => {
		const mapper = mapperOf({}, { columns: ['id', ...columns] });
		const other = recordOf(names(5_000, 'column').map((name) => name.replace(' ', '_')));
		expect(sentBy(mapper, other)).toEqual(sentBy(mapper, record));
		expect(mapper.columns).toHaveLength(5_001);
	});

	it('is mapped when each of them is listed', () => {
		const exclude_columns = columns.slice(1).map((name) => name.toLowerCase());
		const mapper = mapperOf({ exclude_columns }, { columns: ['id', ...columns] });
		expect(sentBy(mapper, record)).toEqual({ userId: 'u-1', traits: { 'Column 0': 0 } });
		expect(mapper.unknownColumns()).toEqual([]);
	});
});

describe('a stream whose columns are never the same', () => {
	const LONG = 'x'.repeat(2_000);

	it('takes no more memory with each record', () => {
		const mapper = mapperOf({ nested_values: 'flatten' });
		let n = 0;
		const next = (): Record<string, unknown> => {
			const columns = Array.from({ length: 50 }, () => `${n++}`);
			return {
				...recordOf(columns),
				[`${LONG} ${n}`]: 1,
				[`b.${n}`]: 1,
				b: { [n]: 2 },
			};
		};
		for (let i = 0; i < 2_000; i++) expect(sentBy(mapper, next())).toMatchObject({ userId: 'u-1' });
		expect(mapper.columns).toHaveLength(10_000);
		expect(mapper.clashes.size).toBeLessThanOrEqual(10_000);
		const understood = mapper.understanding();
		expect(understood.traits.length).toBeLessThanOrEqual(10_000);
	});

	it('still leaves out what is excluded, and finds the address', () => {
		const mapper = mapperOf({ exclude_columns: ['ssn', 'doc.ssn'] });
		for (let n = 0; n < 300; n++) mapper.toPerson(recordOf(names(50, `${n}`)));
		const late = { id: 'u-2', SSN: 'secret', doc: { ssn: 'secret', a: 1 }, Email: 'a@b.c' };
		expect(sentBy(mapper, late)).toEqual({
			userId: 'u-2',
			email: 'a@b.c',
			traits: { doc: { a: 1 } },
		});
	});
});
