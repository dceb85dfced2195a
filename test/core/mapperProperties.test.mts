import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlameupError, INVALID } from '../../src/errors';
import { LIMITS } from '../../src/limits';
import type { Mapper } from '../../src/mapping/mapper';
import { Person } from '../../src/mapping/person';
import { looseName } from '../../src/settings/names';
import * as arbitrary from './arbitraries.mts';
import { type MapperSpec, type MappingInput, mapperOf } from './mapped.mts';

describe('the limits checked here', () => {
	const near = (limit: number) =>
		fc.oneof(
			fc.string({ unit: 'binary', maxLength: 8 }),
			fc
				.tuple(fc.constantFrom('', ' '), fc.integer({ min: -2, max: 2 }), fc.constantFrom('x', 'é'))
				.map(([blank, more, unit]) => blank + unit.repeat(limit + more) + blank),
		);
	const address = fc
		.array(
			fc.constantFrom('a', 'B9', '.', '@', '@', 'é', '😀', ' ', ',', '"', '\\', "'", '-', '\ud800'),
			{ maxLength: 9 },
		)
		.map((parts) => parts.join(''));
	const long = fc
		.integer({ min: LIMITS.email - 3, max: LIMITS.email + 2 })
		.map((length) => `a@${'b'.repeat(length - 4)}.c`);
	const given = fc.record({
		id: near(LIMITS.userId),
		email: fc.oneof(address, fc.emailAddress(), long, near(LIMITS.email)),
		phone: near(LIMITS.phone),
	});

	it('are those of the schema', () => {
		fc.assert(
			fc.property(given, ({ email, id, phone }) => {
				const candidate = {
					userId: id.trim(),
					...(email.trim() !== '' && { email: email.trim() }),
					...(phone.trim() !== '' && { phone: phone.trim() }),
				};
				const result = mapperOf({}, { phoneIsTrait: false }).toPerson({ id, email, phone });
				const valid = Person.safeParse(candidate).success;
				expect('person' in result ? result.person : valid).toEqual(valid ? candidate : false);
			}),
			{ numRuns: 500 },
		);
	});
});

/** A mapper, unless the declared columns clash; nothing else may be thrown. */
function mapperUnlessClash(mapping: MappingInput, spec: MapperSpec): Mapper | undefined {
	try {
		return mapperOf(mapping, spec);
	} catch (error) {
		if (!(error instanceof FlameupError)) throw error;
		expect(error.problem.code).toBe('columns_clash');
		return undefined;
	}
}

const stream = fc.record({
	phoneIsTrait: fc.boolean(),
	invalidEmail: fc.constantFrom('reject' as const, 'send_without_email' as const),
	maxBytes: fc.constantFrom(60, 1_000_000),
	columns: fc.oneof(
		fc.constantFrom([], ['id', 'email', 'plan', 'a']),
		fc.uniqueArray(arbitrary.columnName, { maxLength: 6 }),
	),
	primaryKey: fc.constantFrom([], [['id']], [['id'], ['a', 'b']], [['__proto__']]),
	numericColumns: fc.constantFrom(new Set<string>(), new Set(['id', 'plan', '__proto__'])),
	userIdPrefix: fc.constantFrom('', 'p-'),
});
const records = fc.array(arbitrary.record, { maxLength: 4 });

function checkMapped(mapper: Mapper, record: Record<string, unknown>, maxBytes: number): void {
	const before = Object.entries(record);
	const result = mapper.toPerson(record);
	expect(Object.entries(record)).toEqual(before);
	if ('code' in result) {
		expect(INVALID).toContain(result.code);
		return;
	}
	// zod does not accept an object with a key called constructor.
	const { traits: _traits, ...limited } = result.person;
	expect(Person.safeParse(limited).success).toBe(true);
	expect(result.json).toBe(JSON.stringify(result.person));
	expect(Buffer.byteLength(result.json)).toBeLessThanOrEqual(maxBytes);
}

it('maps or rejects any input, and sends what it reports', () => {
	fc.assert(
		fc.property(records, arbitrary.mapping, stream, (all, mapping, spec) => {
			const mapper = mapperUnlessClash(mapping, spec);
			if (mapper === undefined) return;
			for (const record of all) checkMapped(mapper, record, spec.maxBytes);
			for (const { column } of mapper.understanding().roles) expect(column).toBeTypeOf('string');
			expect(mapper.unseenColumns().length).toBeGreaterThanOrEqual(mapper.unknownColumns().length);
		}),
		{ numRuns: 1_000 },
	);
});

it('maps a record in the same way, whatever the order of its columns', () => {
	fc.assert(
		fc.property(arbitrary.record, arbitrary.mapping, fc.nat(), (record, mapping, seed) => {
			const names = Object.keys(record);
			const by = seed % (names.length + 1);
			const turned = [...names.slice(by), ...names.slice(0, by)];
			const moved = Object.fromEntries(turned.map((name) => [name, record[name]]));
			// Declared, so that only the order within the record differs.
			const mapped = [record, moved].map((one) => {
				const mapper = mapperUnlessClash(mapping, { columns: names });
				const result = mapper?.toPerson(one);
				return result && 'json' in result ? JSON.parse(result.json) : result;
			});
			expect(mapped[0]).toEqual(mapped[1]);
		}),
		{ numRuns: 1_000 },
	);
});

it('maps a repeated record in the same way', () => {
	fc.assert(
		fc.property(records, arbitrary.mapping, stream, (all, mapping, spec) => {
			const mapper = mapperUnlessClash(mapping, spec);
			for (const record of all) expect(mapper?.toPerson(record)).toEqual(mapper?.toPerson(record));
		}),
		{ numRuns: 500 },
	);
});

/** The outcome without the spelling of traits, which the first record with a column decides. */
function outcome(mapper: Mapper, record: unknown): unknown {
	const result = mapper.toPerson(record);
	if (!('json' in result)) return result;
	const { traits = {}, ...person } = JSON.parse(result.json);
	const spelled = Object.entries(traits).map(([name, one]) =>
		JSON.stringify([looseName(name), one]),
	);
	return { ...person, traits: spelled.sort() };
}

/** A few columns in many spellings, and settings that name them. */
const spelling = fc.constantFrom('plan', 'Plan', 'PLAN', 'pl_an', 'tier', 'Tier', 'e_mail');
const spelled = fc.record({
	records: fc.array(fc.dictionary(spelling, fc.constantFrom(1, 2, null, '', { a: 3 })), {
		minLength: 1,
		maxLength: 4,
	}),
	mapping: fc.record(
		{
			rename: fc.array(
				fc.record({
					column: fc.oneof(spelling, fc.constant('plan.a')),
					trait: fc.oneof(spelling, fc.constantFrom('email', 'other')),
				}),
				{ maxLength: 2 },
			),
			exclude_columns: fc.array(spelling, { maxLength: 1 }),
			only_columns: fc.array(spelling, { maxLength: 2 }),
			email_column: fc.oneof(spelling, fc.constant('')),
			empty_values: fc.constantFrom('omit' as const, 'send' as const),
		},
		{ requiredKeys: [] },
	),
	columns: fc.uniqueArray(spelling, { maxLength: 2 }),
});

describe('maps a record in the same way, whatever the records before it', () => {
	it('with any columns', () => {
		fc.assert(
			fc.property(
				...([records, arbitrary.record, arbitrary.mapping, stream] as const),
				(before, record, mapping, spec) => {
					// Otherwise, the first record decides by which usual name the user ID is found.
					const user_id_columns = ['id', ...mapping.user_id_columns];
					checkHistory(before, record, { ...mapping, user_id_columns }, spec);
				},
			),
			{ numRuns: 2_000 },
		);
	});

	it('with many spellings of a few columns', () => {
		fc.assert(
			fc.property(spelled, ({ columns, mapping, records: [record = {}, ...before] }) => {
				const all = before.map((one) => ({ id: 1, ...one }));
				const settings = { ...mapping, user_id_columns: ['id'] };
				checkHistory(all, { id: 1, ...record }, settings, { columns });
			}),
			{ numRuns: 3_000 },
		);
	});
});

function checkHistory(
	before: readonly Record<string, unknown>[],
	record: Record<string, unknown>,
	mapping: MappingInput,
	spec: MapperSpec,
): void {
	const settings = { ...mapping, nested_values: 'keep' as const };
	const first = mapperUnlessClash(settings, spec);
	const later = mapperUnlessClash(settings, spec);
	if (first === undefined || later === undefined) return;
	for (const one of before) later.toPerson(one);
	expect(outcome(later, record)).toEqual(outcome(first, record));
}

it('changes no object but its own', () => {
	const names = () => Object.getOwnPropertyNames(Object.prototype).join();
	const before = names();
	fc.assert(
		fc.property(records, arbitrary.mapping, stream, (all, mapping, spec) => {
			const mapper = mapperUnlessClash(mapping, spec);
			for (const record of all) mapper?.toPerson(record);
			expect(names()).toBe(before);
		}),
	);
});

it('reveals no value of a rejected record except the user ID', () => {
	const secret = 'Zebra-Quagga';
	const hidden = fc.constantFrom(secret, [secret], { x: secret }, `${secret}@`, secret.repeat(30));
	const record = fc.record(
		{ id: hidden, email: hidden, phone: hidden, plan: hidden },
		{ requiredKeys: [] },
	);
	fc.assert(
		fc.property(record, (given) => {
			const result = mapperOf({}, { maxBytes: 50 }).toPerson(given);
			if (!('code' in result)) return;
			const { userId: _userId, ...rest } = result;
			expect(JSON.stringify(rest)).not.toContain(secret);
		}),
	);
});

describe('what is excluded', () => {
	const SECRET = 'Zebra-Quagga';
	/** Any place for a secret: a column, a path, a list, or JSON text inside a column. */
	const place = fc.record({
		path: fc.array(fc.constantFrom('ssn', 'a', 'b', 'id', 'email', 'phone', 'plan', '__proto__'), {
			minLength: 1,
			maxLength: 3,
		}),
		shape: fc.constantFrom('as it is' as const, 'list' as const, 'text' as const, 'dots' as const),
	});

	/** An object that has the secret at this path. */
	function hide([key = '', ...rest]: readonly string[], shape: string): Record<string, unknown> {
		if (rest.length === 0) return Object.fromEntries([[key, SECRET]]);
		if (shape === 'dots') return Object.fromEntries([[[key, ...rest].join('.'), SECRET]]);
		const inner = hide(rest, shape);
		if (shape === 'list')
			return Object.fromEntries([[key, [inner, [inner, 1], JSON.stringify(inner)]]]);
		return Object.fromEntries([[key, shape === 'text' ? JSON.stringify(inner) : inner]]);
	}

	const listings = fc
		.uniqueArray(arbitrary.columnName, { maxLength: 6 })
		.map((columns): MapperSpec => ({ columns, invalidEmail: 'send_without_email' }));
	/** Most records become a person, as their user ID is in a column of its own. */
	const withKey = (record: object) => ({ key: 'u-1', ...record });

	it('never occurs in what is sent', () => {
		let sentPeople = 0;
		fc.assert(
			fc.property(
				...([records, arbitrary.record, arbitrary.mapping, listings, place] as const),
				(before, record, mapping, spec, { path, shape }) => {
					const exclude_columns = [...mapping.exclude_columns, path.join('.')];
					const user_id_columns = [...mapping.user_id_columns, 'key'];
					const mapper = mapperUnlessClash({ ...mapping, exclude_columns, user_id_columns }, spec);
					for (const one of before) mapper?.toPerson(withKey(one));
					const result = mapper?.toPerson(withKey({ ...record, ...hide(path, shape) }));
					if (result === undefined || 'code' in result) return;
					sentPeople++;
					expect(result.json).not.toContain(SECRET);
				},
			),
			{ numRuns: 2_000 },
		);
		expect(sentPeople).toBeGreaterThan(1_000);
	});
});
