import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENVELOPE_BYTES } from '../../src/limits';
import { type Batch, Batcher, overlay } from '../../src/loading/batcher';
import { parseExactly } from '../../src/mapping/exactNumbers';
import type { Mapped } from '../../src/mapping/mapper';
import type { Person } from '../../src/mapping/person';
import { mapped } from './arbitraries.mts';

const body = (jsons: readonly string[]) => `{"people":[${jsons.join(',')}]}`;
const bodyBytes = (batch: Batch<number>, ...more: string[]) =>
	Buffer.byteLength(body([...[...batch.entries.values()].map(({ json }) => json), ...more]));

const toMapped = (person: Person): Mapped => ({ person, json: JSON.stringify(person) });

/** The batches of all records; record number i arrives at time i. */
function batchesOf(
	records: readonly Mapped[],
	maxPeople: number,
	maxBytes: number,
	separatesRepeats = false,
) {
	const batches: Batch<number>[] = [];
	const onBatch = (batch: Batch<number>) => batches.push(batch);
	const batcher = new Batcher<number>({ maxPeople, maxBytes, separatesRepeats }, onBatch);
	records.forEach((record, i) => {
		batcher.add(i, record, () => i);
	});
	batcher.close();
	expect(batcher.since).toBeUndefined();
	return batches;
}

const load = fc.tuple(
	fc.array(mapped, { maxLength: 60 }),
	fc.integer({ min: 1, max: 5 }),
	fc.integer({ min: 40, max: 400 }),
	fc.boolean(),
);

/** Tests a property that must hold for any records. */
const law = (
	name: string,
	check: (
		batches: Batch<number>[],
		records: Mapped[],
		maxPeople: number,
		maxBytes: number,
		separatesRepeats: boolean,
	) => void,
) =>
	it(name, () => {
		fc.assert(
			fc.property(load, ([records, ...options]) => {
				check(batchesOf(records, ...options), records, ...options);
			}),
			{ numRuns: 300 },
		);
	});

describe('batches', () => {
	law('lose no record, and double none', (batches, records) => {
		const items = batches.flatMap((batch) => [...batch.entries.values()].flatMap((e) => e.items));
		expect(items.sort((a, b) => a - b)).toEqual(records.map((_, i) => i));
	});

	law('keep the order of each person, and never mix people up', (batches, records) => {
		const seen = new Map<string, number[]>();
		for (const { entries } of batches) {
			for (const [key, { items, json, userId }] of entries) {
				expect([userId, JSON.parse(json).userId]).toEqual([key, key]);
				seen.set(userId, [...(seen.get(userId) ?? []), ...items]);
			}
		}
		for (const [userId, items] of seen) {
			expect(items).toEqual(records.flatMap((r, i) => (r.person.userId === userId ? [i] : [])));
		}
	});

	law('merge each record over the earlier ones', (batches, records) => {
		for (const { json, items } of batches.flatMap((batch) => [...batch.entries.values()])) {
			const people = items.map((i) => records[i]?.person as Person);
			expect(json).toBe(JSON.stringify(people.reduce(overlay)));
		}
	});

	law('never have too many people, nor none', (batches, _records, maxPeople) => {
		for (const { entries } of batches) {
			expect(entries.size).toBeGreaterThan(0);
			expect(entries.size).toBeLessThanOrEqual(maxPeople);
		}
	});

	law(
		'never have too many bytes, except for one person',
		(batches, records, _maxPeople, maxBytes) => {
			for (const batch of batches) {
				const [only, ...others] = batch.entries.values();
				if (others.length > 0) expect(bodyBytes(batch)).toBeLessThanOrEqual(maxBytes);
				else if (only && only.items.length > 1)
					expect(bodyBytes(batch)).toBeLessThanOrEqual(maxBytes);
				else expect(only?.json).toBe(records[only?.items[0] ?? -1]?.json);
			}
		},
	);

	law('keep the records of a person separate where that is wanted', (batches, ...options) => {
		const separate = options[3];
		for (const { items } of batches.flatMap((batch) => [...batch.entries.values()])) {
			if (separate) expect(items).toHaveLength(1);
		}
	});

	law('close only when they are full', (batches, records, maxPeople, maxBytes, separate) => {
		batches.slice(1).forEach(({ entries }, i) => {
			const batch = batches[i] as Batch<number>;
			const next = records[Math.min(...[...entries.values()].flatMap((e) => e.items))] as Mapped;
			const known = batch.entries.get(next.person.userId);
			if (known && separate) return;
			const grown = known && JSON.stringify(overlay(JSON.parse(known.json), next.person));
			const bytes = grown
				? bodyBytes(batch) - Buffer.byteLength(known.json) + Buffer.byteLength(grown)
				: bodyBytes(batch, next.json);
			expect(batch.entries.size === maxPeople || bytes >= maxBytes).toBe(true);
		});
	});

	law('know when their first record came', (batches) => {
		for (const { entries, since } of batches) {
			expect(since).toBe(Math.min(...[...entries.values()].flatMap((e) => e.items)));
		}
	});
});

it('closes a batch before a merge would make it too large', () => {
	const texts = ['x'.repeat(40), 'y'.repeat(40)];
	const records = texts.map((text, i) => toMapped({ userId: 'a', traits: { [`t${i}`]: text } }));
	const [first, second, ...others] = batchesOf(records, 100, 100);
	expect([first, second].map((batch) => batch?.entries.get('a')?.items)).toEqual([[0], [1]]);
	expect(others).toEqual([]);
});

it('lets a person shrink in a batch that is full', () => {
	const long = toMapped({ userId: 'a', traits: { t: 'é'.repeat(40) } });
	const short = toMapped({ userId: 'a', traits: { t: 'x' } });
	const other = toMapped({ userId: 'b' });
	expect(batchesOf([long, short, other], 100, 130)).toHaveLength(1);
});

it('closes only what there is', () => {
	const batches: Batch<number>[] = [];
	const options = { maxPeople: 2, maxBytes: 1_000, separatesRepeats: false };
	const batcher = new Batcher<number>(options, (batch) => batches.push(batch));
	batcher.close();
	batcher.add(0, toMapped({ userId: 'a' }), () => 17);
	expect(batcher.since).toBe(17);
	batcher.close();
	batcher.close();
	expect(batches).toHaveLength(1);
});

it('gives a person exactly the room that the request leaves', () => {
	const json = 'x'.repeat(500 - ENVELOPE_BYTES);
	expect(Buffer.byteLength(body([json]))).toBe(500);
});

it('keeps every digit of a number when records merge', () => {
	const account = parseExactly('12345678901234567890.12');
	const first = toMapped({ userId: 'a', traits: { account } });
	const [batch] = batchesOf([first, toMapped({ userId: 'a', traits: { p: 1 } })], 100, 1_000);
	expect(batch?.entries.get('a')?.json).toBe(
		'{"userId":"a","traits":{"p":1,"account":12345678901234567890.12}}',
	);
});

describe('overlay', () => {
	it.each<[string, Person, Person, Person]>([
		[
			'lets later values win',
			{ userId: 'a', email: 'old', traits: { p: 1 } },
			{ userId: 'a', email: 'new', traits: { p: 2 } },
			{ userId: 'a', email: 'new', traits: { p: 2 } },
		],
		[
			'keeps what the later record does not have',
			{ userId: 'a', email: 'x', phone: '1', traits: { p: 1, q: 2 } },
			{ userId: 'a', traits: { q: 3 } },
			{ userId: 'a', email: 'x', phone: '1', traits: { p: 1, q: 3 } },
		],
		[
			'lets a later null win',
			{ userId: 'a', traits: { p: 1 } },
			{ userId: 'a', traits: { p: null } },
			{ userId: 'a', traits: { p: null } },
		],
		[
			'replaces nested values as a whole',
			{ userId: 'a', traits: { p: { x: 1, y: 2 } } },
			{ userId: 'a', traits: { p: { x: 3 } } },
			{ userId: 'a', traits: { p: { x: 3 } } },
		],
		['adds no traits where there are none', { userId: 'a' }, { userId: 'a' }, { userId: 'a' }],
	])('%s', (_name, earlier, later, expected) => expect(overlay(earlier, later)).toEqual(expected));

	it('is the later record itself, to the byte, if that has all of the names', () => {
		const earlier = { userId: 'a', email: 'x@y.example', traits: { p: 1, q: 2 } };
		const later = { userId: 'a', traits: { q: 3, r: 4, p: 5 }, email: 'x@z.example' };
		expect(JSON.stringify(overlay(earlier, later))).toBe(JSON.stringify(later));
	});

	it('keeps a trait called __proto__ as a trait', () => {
		const earlier = { userId: 'a', traits: JSON.parse('{"__proto__":{"p":1}}') };
		const person = overlay(earlier, { userId: 'a', traits: { q: 2 } });
		expect(JSON.stringify(person.traits)).toBe('{"q":2,"__proto__":{"p":1}}');
		expect(person.traits?.p).toBeUndefined();
	});

	it('gives the same result in any grouping, and changes no record', () => {
		fc.assert(
			fc.property(mapped, mapped, mapped, (a, b, c) => {
				const before = JSON.stringify([a.person, b.person, c.person]);
				const left = overlay(overlay(a.person, b.person), c.person);
				expect(overlay(a.person, overlay(b.person, c.person))).toEqual(left);
				expect(JSON.stringify([a.person, b.person, c.person])).toBe(before);
			}),
		);
	});
});
