import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';

const longest = (end: string, length: number) => 'x'.repeat(length - end.length) + end;

describe('people that are refused', () => {
	it.each([
		['no userId', {}, 'userId', 'is required'],
		['an empty userId', { userId: '' }, 'userId', 'must not be empty'],
		['a number as userId', { userId: 7 }, 'userId', 'must be a string'],
		['a userId of 256', { userId: longest('', 256) }, 'userId', 'must have at most 255 characters'],
		['an email without a domain', { userId: 'a', email: 'a@b' }, 'email', 'must be a valid email'],
		['an empty email', { userId: 'a', email: '' }, 'email', 'must be a valid email'],
		['null as email', { userId: 'a', email: null }, 'email', 'must be a string'],
		[
			'an email of 255',
			{ userId: 'a', email: longest('@b.example', 255) },
			'email',
			'must have at most 254 characters',
		],
		[
			'a phone of 51',
			{ userId: 'a', phone: longest('', 51) },
			'phone',
			'must have at most 50 characters',
		],
		[
			'a phone of 51 in traits',
			{ userId: 'a', traits: { phone: longest('', 51) } },
			'traits.phone',
			'must have at most 50 characters',
		],
		['a list as traits', { userId: 'a', traits: [] }, 'traits', 'must be an object'],
		['a word as a person', 'ada', 'userId', 'must be an object with a userId'],
		[
			'a person who asks for it',
			{ userId: 'a', traits: { simulator_refuse: 'not today' } },
			'traits',
			'not today',
		],
	])('%s', (_name, person, field, message) => {
		const { batch, flameup } = createCaller();
		const { status, json } = batch(person);
		expect(status).toBe(400);
		expect(json.details).toEqual([{ field: `people[0].${field}`, message }]);
		expect(flameup.people().size).toBe(0);
	});

	it('refuses people for whom the test has a reason', () => {
		const { batch } = createCaller({
			refuse: ({ userId }) => (userId === 'b' ? 'not b' : undefined),
		});
		expect(batch({ userId: 'a' }).status).toBe(200);
		expect(batch({ userId: 'a' }, { userId: 'b' }).json.details).toEqual([
			{ field: 'people[1].traits', message: 'not b' },
		]);
	});

	it.each([
		['ignore', 200],
		['refuse', 400],
	] as const)('unknown fields: %s', (unknownFields, status) => {
		expect(createCaller({ unknownFields }).batch({ userId: 'a', name: 'Ada' }).status).toBe(status);
	});
});

describe('people that are accepted', () => {
	it.each([
		['a userId of 255', { userId: longest('', 255) }],
		['a userId of 255 emoji', { userId: '🔥'.repeat(255) }],
		['an email of 254', { userId: 'a', email: longest('@b.example', 254) }],
		['a phone of 50', { userId: 'a', phone: longest('', 50) }],
		['an anonymousId', { userId: 'a', anonymousId: 'x' }],
		['nested traits', { userId: 'a', traits: { a: { b: [1] } } }],
	])('%s', (_name, person) => {
		expect(createCaller({ unknownFields: 'refuse' }).batch(person).status).toBe(200);
	});
});

describe('bodies', () => {
	const many = (count: number) =>
		JSON.stringify({ people: Array.from({ length: count }, (_, i) => ({ userId: `u${i}` })) });

	it.each([
		['100 people', many(100), 200],
		['101 people', many(101), 400],
		['nobody', many(0), 400],
		['no list', '{"people":{}}', 400],
		['a bare list', '[]', 400],
		['null', 'null', 400],
		['not JSON', '{"people":', 400],
		['nothing', '', 400],
	])('%s', (_name, body, status) => {
		const { raw, flameup } = createCaller();
		expect(raw('POST', '/people/batch', body)).toMatchObject({ status });
		expect(flameup.people().size).toBe(status === 200 ? 100 : 0);
	});

	it('must have a JSON content type', () => {
		const { raw } = createCaller();
		const plain = { 'content-type': 'text/plain' };
		expect(raw('POST', '/people/batch', many(1), plain)).toMatchObject({ status: 400 });
		const json = { 'content-type': 'application/json; charset=utf-8' };
		expect(raw('POST', '/people/batch', many(1), json)).toMatchObject({ status: 200 });
	});

	it('get 413 above the limit, which is in bytes', () => {
		const body = JSON.stringify({ people: [{ userId: 'é' }] });
		const bytes = Buffer.byteLength(body);
		expect(createCaller({ maxBodyBytes: bytes }).raw('POST', '/people/batch', body)).toMatchObject({
			status: 200,
		});
		const { raw, flameup } = createCaller({ maxBodyBytes: bytes - 1 });
		expect(raw('POST', '/people/batch', body)).toMatchObject({ status: 413 });
		expect(flameup.people().size).toBe(0);
	});
});
