import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';

const people = (count: number) =>
	Array.from({ length: count }, (_, i) => ({ userId: `u${i}`, email: `u${i}@mail.example` }));
const idsOf = (json: { people: { external_id: string }[] }) =>
	json.people.map((person) => person.external_id);

describe('what a batch answers', () => {
	it('shows every documented field of a person', () => {
		const traits = { first_name: 'Ada', timezone: 'Europe/Rome', phone: '+39', plan: 'pro' };
		const { status, json } = createCaller().batch({ userId: 'a', email: 'a@b.example', traits });
		expect(status).toBe(200);
		const time = '2026-01-01T00:00:00.000Z';
		expect(json).toEqual({
			people: [
				{
					id: '5f1a3e00-0000-4000-8000-000000000001',
					workspace_id: 'ws_simulator',
					external_id: 'a',
					email: 'a@b.example',
					phone: '+39',
					first_name: 'Ada',
					last_name: null,
					avatar_url: null,
					timezone: 'Europe/Rome',
					locale: null,
					status: 'active',
					attributes: { plan: 'pro' },
					created_at: time,
					updated_at: time,
					first_seen_at: time,
					last_seen_at: time,
				},
			],
			created_count: 1,
			updated_count: 0,
		});
	});

	it('shows userId and traits in the guide shape, and can omit empty fields', () => {
		const { batch } = createCaller({ personShape: 'guide', absent: 'omitted' });
		const [person] = batch({ userId: 'a', traits: { first_name: 'Ada', plan: 'pro' } }).json.people;
		expect(person).toMatchObject({ userId: 'a', traits: { first_name: 'Ada', plan: 'pro' } });
		expect(person).not.toHaveProperty('email');
		expect(person).not.toHaveProperty('external_id');
		expect(person).not.toHaveProperty('status');
	});

	it('counts created and updated people separately and changes only updated_at', () => {
		const { batch, clock } = createCaller();
		batch({ userId: 'a' });
		clock.now += 5000;
		const { json } = batch({ userId: 'a' }, { userId: 'b' });
		expect(json).toMatchObject({ created_count: 1, updated_count: 1 });
		expect(json.people[0].created_at).toBe('2026-01-01T00:00:00.000Z');
		expect(json.people[0].updated_at).toBe('2026-01-01T00:00:05.000Z');
	});

	// The docs show external_id as a string; serializers that convert numeric text exist all the same.
	it.each([
		['as-sent', ['Ada', '0012', '12345678901234567890', '1e3']],
		['number', ['Ada', 12, 12345678901234567000, '1e3']],
		['lower-case', ['ada', '0012', '12345678901234567890', '1e3']],
	] as const)('shows ids %s', (idForm, expected) => {
		const sent = ['Ada', '0012', '12345678901234567890', '1e3'].map((userId) => ({ userId }));
		const { batch, flameup } = createCaller({ idForm });
		expect(idsOf(batch(...sent).json)).toEqual(expected);
		expect([...flameup.people().keys()]).toEqual(sent.map(({ userId }) => userId));
		const guide = createCaller({ idForm, personShape: 'guide' }).batch(...sent).json.people;
		expect(guide.map((person: { userId: unknown }) => person.userId)).toEqual(expected);
	});

	it('can be wrapped in data, with fewer people than were sent', () => {
		const { batch, flameup } = createCaller({
			envelope: 'data',
			completeness: 'short',
			shortRate: 0.3,
			shortLoses: true,
		});
		const { data, ...rest } = batch(...people(50)).json;
		expect(rest).toEqual({});
		expect(data.people.length).toBeLessThan(50);
		expect(idsOf(data)).toEqual([...flameup.people().keys()]);
		expect(batch({}).json).toHaveProperty('error');
	});

	it.each([
		['right', { created_count: 3, updated_count: 0 }],
		['wrong', { created_count: 2, updated_count: 0 }],
		['absent', {}],
	] as const)('counts: %s', (counts, expected) => {
		const { people: listed, ...rest } = createCaller({ counts }).batch(...people(3)).json;
		expect(listed).toHaveLength(3);
		expect(rest).toEqual(expected);
	});

	it('lists people as sent, reversed or shuffled the same way each time', () => {
		const sent = people(20);
		const ids = sent.map(({ userId }) => userId);
		const answerOf = (order: 'sent' | 'reversed' | 'shuffled', seed = 1) =>
			idsOf(createCaller({ order, seed }).batch(...sent).json);
		expect(answerOf('sent')).toEqual(ids);
		expect(answerOf('reversed')).toEqual(ids.toReversed());
		const shuffled = answerOf('shuffled');
		expect(shuffled).not.toEqual(ids);
		expect(shuffled.toSorted()).toEqual(ids.toSorted());
		expect(answerOf('shuffled')).toEqual(shuffled);
		expect(answerOf('shuffled', 2)).not.toEqual(shuffled);
	});

	it('writes everybody and lists nobody with completeness none', () => {
		const { batch, flameup } = createCaller({ completeness: 'none' });
		expect(batch(...people(3)).json).toEqual({ people: [], created_count: 3, updated_count: 0 });
		expect(flameup.people().size).toBe(3);
	});

	it('omits the same people every time with completeness short', () => {
		const { batch, flameup } = createCaller({ completeness: 'short', shortRate: 0.3 });
		const first = idsOf(batch(...people(50)).json);
		expect(first.length).toBeGreaterThan(20);
		expect(first.length).toBeLessThan(50);
		expect(flameup.people().size).toBe(50);
		expect(idsOf(batch(...people(50)).json)).toEqual(first);
	});

	it('can fail to write those it omits, and then counts only those written', () => {
		const { batch, flameup } = createCaller({
			completeness: 'short',
			shortRate: 0.3,
			shortLoses: true,
		});
		const { json } = batch(...people(50));
		expect([...flameup.people().keys()]).toEqual(idsOf(json));
		expect(json.created_count).toBe(json.people.length);
		expect(json.people.length).toBeLessThan(50);
	});

	it('can omit people the first time only', () => {
		const { batch } = createCaller({ completeness: 'short', shortRate: 1, shortTimes: 1 });
		expect(batch(...people(5)).json.people).toHaveLength(0);
		expect(batch(...people(5)).json.people).toHaveLength(5);
	});

	it('answers 201, or 204 without a body', () => {
		expect(createCaller({ successStatus: 201 }).batch(...people(1)).status).toBe(201);
		const { batch, flameup } = createCaller({ emptyBody: true });
		expect(batch(...people(2))).toMatchObject({ status: 204, body: '' });
		expect(flameup.people().size).toBe(2);
	});
});

describe('what a batch writes', () => {
	const twice = (options: Parameters<typeof createCaller>[0], first: object, second: object) => {
		const { batch, held } = createCaller(options);
		batch({ userId: 'a', ...first });
		batch({ userId: 'a', ...second });
		return held('a');
	};

	it.each([
		['merge', 'store', { a: 1, b: null, c: 3 }],
		['merge', 'clear', { a: 1, c: 3 }],
		['replace', 'store', { b: null, c: 3 }],
		['replace', 'clear', { c: 3 }],
	] as const)('traits: %s, null: %s', (traits, nullTrait, expected) => {
		const first = { traits: { a: 1, b: 2 } };
		const held = twice({ traits, nullTrait }, first, { traits: { b: null, c: 3 } });
		expect(held?.traits).toEqual(expected);
	});

	it('keeps email, phone and traits that are not sent again', () => {
		const all = { email: 'a@b.example', phone: '1', traits: { x: 1 } };
		expect(twice({}, all, {})).toMatchObject({ ...all, writes: 2 });
	});

	it('keeps a trait called __proto__ as a trait', () => {
		const { raw, held } = createCaller();
		raw('POST', '/people/batch', '{"people":[{"userId":"a","traits":{"__proto__":{"x":1}}}]}');
		expect(JSON.stringify(held('a')?.traits)).toBe('{"__proto__":{"x":1}}');
	});

	it('keeps the digits of long numbers', () => {
		const { raw, held } = createCaller();
		const traits = '{"id":12345678901234567890,"rate":0.1234567890123456789,"n":15,"x":1e400}';
		raw('POST', '/people/batch', `{"people":[{"userId":"a","traits":${traits}}]}`);
		expect(JSON.stringify(held('a')?.traits)).toBe(traits);
		expect(held('a')?.traits.n).toBe(15);
	});

	it('writes nobody of a refused batch, or the valid people with partial', () => {
		const batchOf = (partial: boolean) => {
			const { batch, flameup } = createCaller({ partial });
			const { status } = batch({ userId: 'a' }, { userId: '' }, { userId: 'b' });
			return [status, ...flameup.people().keys()];
		};
		expect(batchOf(false)).toEqual([400]);
		expect(batchOf(true)).toEqual([400, 'a', 'b']);
	});

	it('omits invalid people from a 2xx with skipSilently', () => {
		const { batch, flameup } = createCaller({ skipSilently: true });
		const { status, json } = batch({ userId: 'a' }, { userId: 'b', email: 'no' });
		expect(status).toBe(200);
		expect(json).toMatchObject({ people: [{ external_id: 'a' }], created_count: 1 });
		expect([...flameup.people().keys()]).toEqual(['a']);
	});

	it('keeps one email on two people by default', () => {
		const { batch, flameup } = createCaller();
		batch({ userId: 'a', email: 'x@y.example' });
		expect(batch({ userId: 'b', email: 'X@y.example' }).status).toBe(200);
		expect(flameup.people().size).toBe(2);
	});

	it('refuses an email of another person with 409, held or in the same batch', () => {
		const { batch, flameup } = createCaller({ emailConflict: 'refuse' });
		batch({ userId: 'a', email: 'x@y.example' });
		expect(batch({ userId: 'a', email: 'X@Y.example' }).status).toBe(200);
		const held = batch({ userId: 'ok' }, { userId: 'b', email: 'x@y.example' });
		expect(held.status).toBe(409);
		expect(held.json.details).toEqual([
			{ field: 'people[1].email', message: 'is already used by another person' },
		]);
		const same = { email: 'new@y.example' };
		expect(batch({ userId: 'c', ...same }, { userId: 'd', ...same }).status).toBe(409);
		expect([...flameup.people().keys()]).toEqual(['a']);
	});

	it('answers as for any invalid person if a conflict is not the only problem', () => {
		const { batch } = createCaller({ emailConflict: 'refuse' });
		const email = 'x@y.example';
		expect(batch({ userId: 'a', email }, { userId: 'b', email }, {}).status).toBe(400);
	});

	it('frees the old email of a person', () => {
		const { batch, call } = createCaller({ emailConflict: 'refuse' });
		batch({ userId: 'a', email: 'old@y.example' });
		batch({ userId: 'a', email: 'new@y.example' });
		expect(call('GET', '/people/old@y.example').status).toBe(404);
		expect(call('GET', '/people/new@y.example').json.external_id).toBe('a');
		expect(batch({ userId: 'b', email: 'old@y.example' }).status).toBe(200);
	});

	it('can write to the person who has the email', () => {
		const { batch, flameup } = createCaller({ emailConflict: 'merge' });
		batch({ userId: 'a', email: 'x@y.example', traits: { n: 1 } });
		const { json } = batch({ userId: 'b', email: 'x@y.example', traits: { n: 2 } });
		expect(json.people[0]).toMatchObject({ external_id: 'a', attributes: { n: 2 } });
		expect([...flameup.people().keys()]).toEqual(['a']);
	});
});
