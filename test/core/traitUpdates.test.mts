import { describe, expect, it } from 'vitest';
import { problemOf } from '../../src/errors';
import type { PersonKey } from '../../src/flameup/client';
import { readComplaint } from '../../src/flameup/complaints';
import { TraitUpdates } from '../../src/flameup/traitUpdates';

interface Held {
	id: string;
	external_id: string;
	email: string;
	traits: Record<string, unknown>;
}

const complaint = readComplaint({ status: 403, headers: {}, body: '{"error":"Forbidden"}' });

interface Setup {
	updates: readonly string[];
	people?: number;
	key?: PersonKey;
	inWorkspace?: boolean;
	refusesList?: boolean;
	/** People whom the list does not show. */
	unlisted?: readonly string[];
	/** Whom the answers to updates show instead. */
	shows?: Partial<Held>;
	/** Whose traits are refused. */
	refused?: string;
	before?(update: number, people: Map<string, Held>): void;
}

/** Updates people one after the other; returns what came of each, and the requests. */
async function updated(setup: Setup) {
	const { inWorkspace = true, key = 'userId', people: count = 3, unlisted = [], updates } = setup;
	const people = new Map(numbered(count).map((id) => [id, person(id)]));
	const kinds: string[] = [];
	const findBy = (one: Held) => (key === 'userId' ? one.external_id : one.email);
	const trait = new TraitUpdates(
		{
			inWorkspace,
			async findPerson(_key, value) {
				kinds.push('search');
				const found = [...people.values()].find((one) => findBy(one) === value);
				return { refused: false, ...(found && { person: { ...found } }) };
			},
			async listPeople(_filter, limit, offset) {
				kinds.push('list');
				if (setup.refusesList) return { refused: true, complaint };
				const listed = [...people.values()].filter((one) => !unlisted.includes(one.external_id));
				const page = { items: listed.slice(offset, offset + limit).map((one) => ({ ...one })) };
				return { refused: false, page: { ...page, total: listed.length } };
			},
			async updateTraits(id, traits) {
				kinds.push('update');
				const held = [...people.values()].find((one) =>
					(inWorkspace ? [one.id] : [one.external_id, one.email]).includes(id),
				);
				if (held === undefined) return { refused: false, exists: false };
				if (held.external_id === setup.refused) return { refused: true, complaint };
				Object.assign(held.traits, JSON.parse(traits));
				return { refused: false, exists: true, person: { ...held, ...setup.shows } };
			},
		},
		key,
		updates.length,
	);
	const results: unknown[] = [];
	for (const [i, value] of updates.entries()) {
		setup.before?.(i, people);
		const written = await trait.update(value, `{"n":${i}}`).catch(problemOf);
		if ('code' in written) results.push(written.code);
		else results.push(written.refused ? 'refused' : written.exists);
	}
	const counts = ['search', 'list', 'update'].map(
		(kind) => kinds.filter((one) => one === kind).length,
	);
	return { results, counts, people, n: (id: string) => people.get(id)?.traits.n };
}

const numbered = (count: number, from = 0) =>
	Array.from({ length: count }, (_, i) => `u${from + i}`);

const person = (id: string, uuid = `id-${id}`): Held => ({
	...{ id: uuid, external_id: id, email: `${id}@x.test`, traits: {} },
});

it('needs one request for each update without a workspace', async () => {
	const done = await updated({ updates: ['u0', 'u1', 'x'], inWorkspace: false });
	expect([done.results, done.counts]).toEqual([
		[true, true, false],
		[0, 0, 3],
	]);
});

// A path without a workspace takes a user ID or an email address (Flameup's reference of PUT /people/{id}).
describe('without a workspace', () => {
	it.each<[string, PersonKey, string, unknown, string | undefined]>([
		['the email address of somebody else', 'userId', 'u1@x.test', false, undefined],
		['the user ID of somebody else', 'email', 'u1', false, undefined],
		['an email address', 'email', 'u1@x.test', true, 'u1'],
		['a user ID with @', 'userId', 'a@b', true, 'a@b'],
	])('%s given as %s: %s', async (_name, key, value, result, changed) => {
		const done = await updated({
			...{ updates: [value, value], key, inWorkspace: false },
			before: (_, people) => people.set('a@b', person('a@b')),
		});
		expect(done.results).toEqual([result, result]);
		const all = [...done.people.values()].filter(({ traits }) => 'n' in traits);
		expect(all.map((one) => one.external_id)).toEqual(changed === undefined ? [] : [changed]);
		expect(done.counts[0]).toBeLessThanOrEqual(2);
	});
});

it.each<[string, Setup]>([
	['another user ID', { updates: ['u0'], shows: { external_id: 'u1' }, inWorkspace: false }],
	[
		'another user ID, by email',
		{ updates: ['u0@x.test'], shows: { external_id: 'u1' }, key: 'email' },
	],
	['another ID', { updates: ['u0'], shows: { id: 'id-u1' } }],
	['another ID, by ID', { updates: ['id-u0'], shows: { id: 'id-u1' }, key: 'id' }],
])('does not take an answer for a success that names %s', async (_name, setup) => {
	expect((await updated(setup)).results).toEqual(['not_confirmed']);
});

describe('in a workspace', () => {
	it('needs one request for each update by the ID that Flameup assigned', async () => {
		const done = await updated({ updates: ['id-u0', 'id-u1', 'x'], key: 'id' });
		expect([done.results, done.counts]).toEqual([
			[true, true, false],
			[0, 0, 3],
		]);
	});

	it.each<[PersonKey, string]>([
		['userId', ''],
		['email', '@x.test'],
	])('searches for each person once, by %s', async (key, suffix) => {
		const updates = ['u0', 'u1', 'u0', 'u0', 'u1'].map((id) => id + suffix);
		const { counts, n, results } = await updated({ updates, key });
		expect([results, counts]).toEqual([Array(5).fill(true), [2, 0, 5]]);
		expect([n('u0'), n('u1'), n('u2')]).toEqual([3, 4, undefined]);
	});

	it('reads the list instead of searching, when many people are updated', async () => {
		const { counts, n, results } = await updated({ people: 150, updates: numbered(40, 100) });
		expect([results, counts]).toEqual([Array(40).fill(true), [1, 2, 40]]);
		expect([n('u100'), n('u139')]).toEqual([0, 39]);
	});

	it.each<[string, Setup, number]>([
		['few people are updated', { updates: numbered(20) }, 0],
		['the list is long', { updates: numbered(25, 200), people: 260 }, 1],
		['the list is refused', { updates: numbered(40), refusesList: true }, 1],
		['emails are given', { updates: numbered(40).map((id) => `${id}@x.test`), key: 'email' }, 0],
	])('searches for each when %s', async (_name, setup, lists) => {
		const { length } = setup.updates;
		const { counts, results } = await updated({ people: 150, ...setup });
		expect([results, counts]).toEqual([Array(length).fill(true), [length, lists, length]]);
	});

	it('searches for people who are not in the list, and creates nobody', async () => {
		const updates = [...numbered(30), 'x', 'u7', 'y', 'x'];
		const { counts, people, results } = await updated({ people: 30, updates, unlisted: ['u7'] });
		expect(results).toEqual([...Array(30).fill(true), false, true, false, false]);
		expect(counts).toEqual([5, 1, 31]);
		expect(people.size).toBe(30);
	});

	it('does not create people who were deleted after they were found', async () => {
		const { counts, people, results } = await updated({
			updates: ['u0', 'u1', 'u0', 'u1', 'u0'],
			before: (update, people) => update === 2 && people.delete('u0'),
		});
		expect([results, counts]).toEqual([
			[true, true, false, true, false],
			[4, 0, 4],
		]);
		expect([...people.keys()]).toEqual(['u1', 'u2']);
	});

	it('finds people again who were created again', async () => {
		const { counts, n, results } = await updated({
			updates: ['u0', 'u0', 'u0'],
			before: (update, people) => update === 1 && people.set('u0', person('u0', 'another')),
		});
		expect([results, counts]).toEqual([
			[true, true, true],
			[2, 0, 4],
		]);
		expect(n('u0')).toBe(2);
	});

	it('goes on after refused traits', async () => {
		const { n, results } = await updated({ updates: ['u0', 'u1', 'u0', 'u1'], refused: 'u0' });
		expect(results).toEqual(['refused', true, 'refused', true]);
		expect([n('u0'), n('u1')]).toEqual([undefined, 3]);
	});
});
