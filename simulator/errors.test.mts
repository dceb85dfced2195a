import { describe, expect, it } from 'vitest';
import { createCaller } from './caller.mts';
import type { Switches } from './switches.mts';

const bad = [{ userId: 'a' }, { userId: 'b', email: 'no' }, { userId: 'c', email: 'no' }];
const message = 'must be a valid email';

function refusal(switches: Partial<Switches>) {
	return createCaller(switches).batch(...bad);
}

describe('error shapes of a refused batch', () => {
	it('A: success, error with type and message, request_id', () => {
		expect(refusal({ errorShape: 'A' }).json).toEqual({
			success: false,
			error: {
				type: 'validation_error',
				message: `Validation failed; people[1].email: ${message}; people[2].email: ${message}`,
			},
			request_id: 'req_000000000001',
		});
	});

	it('B: two texts', () => {
		expect(refusal({ errorShape: 'B' }).json).toEqual({
			error: 'Bad Request',
			message: `Validation failed; people[1].email: ${message}; people[2].email: ${message}`,
		});
	});

	it('C: error with code, message and a map of fields, 422', () => {
		const { status, json } = refusal({ errorShape: 'C', validationStatus: 422 });
		expect(status).toBe(422);
		expect(json).toEqual({
			error: {
				code: 'validation_error',
				message: 'Validation failed',
				details: { fields: { 'people[1].email': message, 'people[2].email': message } },
			},
		});
	});

	it('D: flat, with the status as a number and a list of details', () => {
		const { status, json } = refusal({});
		expect(status).toBe(400);
		expect(json).toEqual({
			error: 'Bad Request',
			message: 'Validation failed',
			code: 400,
			details: [
				{ field: 'people[1].email', message },
				{ field: 'people[2].email', message },
			],
		});
	});

	it.each([
		['index', 'people[1].email', message],
		['index-from-1', 'people[2].email', message],
		['dotted', 'people.1.email', message],
		['userId', 'email', `${message} (userId "b")`],
		['no', 'email', message],
	] as const)('names the first invalid person only, by %s', (namesPeople, field, text) => {
		const { json } = refusal({ namesPeople, refusalLists: 'first' });
		expect(json.details).toEqual([{ field, message: text }]);
	});

	it('lists a problem only once if it names no person', () => {
		expect(refusal({ namesPeople: 'no' }).json.details).toEqual([{ field: 'email', message }]);
	});

	it('C carries several userIds of one field in one text', () => {
		const { json } = refusal({ errorShape: 'C', namesPeople: 'userId' });
		expect(json.error.details.fields).toEqual({
			email: `${message} (userId "b"); ${message} (userId "c")`,
		});
	});

	it('can be a 409', () => {
		expect(refusal({ validationStatus: 409 }).status).toBe(409);
	});
});

// The docs say neither which people a refused batch names nor whether it stores any of them.
describe('people that a refused batch names', () => {
	const detailsOf = (switches: Partial<Switches>, people: object[] = bad) => {
		const { batch, flameup } = createCaller(switches);
		const { json } = batch(...people);
		expect(flameup.people().size).toBe(0);
		return json.details;
	};
	const others = 'was not processed because other people are invalid';

	it('everybody, by index', () => {
		expect(detailsOf({ refusalLists: 'everybody' })).toEqual([
			{ field: 'people[0].userId', message: others },
			{ field: 'people[1].email', message },
			{ field: 'people[2].email', message },
		]);
	});

	it('everybody, by userId', () => {
		expect(detailsOf({ refusalLists: 'everybody', namesPeople: 'userId' })).toEqual([
			{ field: 'userId', message: `${others} (userId "a")` },
			{ field: 'email', message: `${message} (userId "b")` },
			{ field: 'email', message: `${message} (userId "c")` },
		]);
	});

	it.each([
		[
			[{ userId: 'x', email: 'no' }, { userId: 'y' }, { userId: 'z' }],
			[0, 1],
		],
		[
			[{ userId: 'x' }, { userId: 'y' }, { userId: 'z', email: 'no' }],
			[2, 1],
		],
		[[{ userId: 'x', email: 'no' }], [0]],
	])('a neighbour of the invalid person: %j', (people, indexes) => {
		expect(detailsOf({ refusalLists: 'neighbour' }, people)).toEqual(
			indexes.map((index) => ({ field: `people[${index}].email`, message })),
		);
	});

	it('only the invalid people if the others are written', () => {
		const { batch, flameup } = createCaller({ refusalLists: 'everybody', partial: true });
		expect(batch(...bad).json.details).toHaveLength(2);
		expect([...flameup.people().keys()]).toEqual(['a']);
	});

	it('a neighbour by userId', () => {
		const people = [{ userId: 'x', email: 'no' }, { userId: 'y' }];
		const switches = { refusalLists: 'neighbour', namesPeople: 'userId' } as const;
		const messages = detailsOf(switches, people).map((one: { message: string }) => one.message);
		expect(messages).toEqual([`${message} (userId "x")`, `${message} (userId "y")`]);
	});
});

// Validators often repeat the refused value, and not always exactly.
describe('refused values in messages', () => {
	const person = { userId: 'a', email: 'Ada Lovelace+1@x' };

	it.each([
		['no', message],
		['as-sent', `${message}: Ada Lovelace+1@x`],
		['other-case', `${message}: aDA lOVELACE+1@X`],
		['url-encoded', `${message}: Ada+Lovelace%2B1%40x`],
		['part', `${message}: Ada Love…`],
	] as const)('%s', (quotes, expected) => {
		const { batch, call } = createCaller({ quotes });
		expect(batch(person).json.details[0].message).toBe(expected);
		expect(call('POST', '/people', person).json.details[0].message).toBe(expected);
	});

	it('are JSON unless they are text, and absent if there is none', () => {
		const { batch } = createCaller({ quotes: 'as-sent' });
		const traits = { simulator_refuse: 'not now', plan: 'pro' };
		const { details } = batch({}, { userId: 7 }, { userId: 'a', traits }).json;
		expect(details.map((one: { message: string }) => one.message)).toEqual([
			'is required',
			'must be a string: 7',
			`not now: ${JSON.stringify(traits)}`,
		]);
	});

	it('include the email of a conflict', () => {
		const { batch } = createCaller({ quotes: 'other-case', emailConflict: 'refuse' });
		batch({ userId: 'a', email: 'ada@mail.example' });
		expect(batch({ userId: 'b', email: 'ada@mail.example' }).json.details[0].message).toBe(
			'is already used by another person: ADA@MAIL.EXAMPLE',
		);
	});
});

describe('error shapes of 401 and 429', () => {
	it.each([
		[
			'A',
			{
				success: false,
				error: { type: 'unauthorized', message: 'Invalid or missing API key' },
				request_id: 'req_000000000001',
			},
			{ success: false, error: { type: 'rate_limit_exceeded' }, request_id: 'req_000000000003' },
		],
		[
			'B',
			{ error: 'Unauthorized', message: 'Invalid or missing API key' },
			{ error: 'Rate limit exceeded' },
		],
		[
			'C',
			{ error: { code: 'unauthorized', message: 'Invalid or missing API key' } },
			{ error: { code: 'rate_limit_exceeded' } },
		],
		[
			'D',
			{ error: 'Unauthorized', message: 'Invalid or missing API key', code: 401 },
			{
				error: 'Rate limit exceeded',
				message: 'Too many requests, please try again later',
			},
		],
	] as const)('%s', (errorShape, wrongKey, tooMany) => {
		const { raw, call } = createCaller({ errorShape, limit: 1 });
		const answer = raw('GET', '/people', '', { authorization: 'Bearer wrong' });
		expect(JSON.parse('body' in answer ? answer.body : '')).toEqual(wrongKey);
		call('GET', '/people');
		const refused = call('GET', '/people');
		expect(refused.status).toBe(429);
		expect(refused.json).toMatchObject(tooMany);
		expect(refused.json).not.toHaveProperty('code');
	});
});
