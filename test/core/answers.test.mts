import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	describe as asText,
	type Detail,
	namedPeople,
	parse,
	readError,
	readUpsert,
	type Verdict,
	verdictOf,
} from '../../src/flameup/answers';

const answer = (body: unknown, status = 200) => ({
	status,
	headers: {},
	body: typeof body === 'string' ? body : JSON.stringify(body),
});

it.each<[Verdict, number[]]>([
	['ok', [200, 201, 204, 299]],
	['refused', [400, 409, 413, 422]],
	['fault', [408, 425, 429, 500, 502, 503, 504, 599]],
	['stop', [301, 302, 304, 307, 401, 402, 403, 404, 405, 410, 415, 451]],
])('reads as %s: %j', (verdict, statuses) => {
	for (const status of statuses) expect([status, verdictOf(status)]).toEqual([status, verdict]);
});

it('reads JSON, and nothing else', () => {
	expect(parse('{"a":[1]}')).toEqual({ a: [1] });
	for (const body of ['', '<html>', '{"a":', 'undefined']) expect(parse(body)).toBeUndefined();
});

describe('an error', () => {
	it.each<[string, unknown, string, Detail[]]>([
		[
			'shape A: success, error and request_id',
			{
				success: false,
				error: { type: 'invalid_request', message: 'Wrong.' },
				request_id: 'req_1',
			},
			'Wrong.',
			[],
		],
		[
			'shape B: error and message',
			{ error: 'Rate limit exceeded', message: 'Try later.' },
			'Try later.',
			[],
		],
		[
			'shape C: error with a map of fields',
			{
				error: {
					code: 'validation_error',
					message: 'Wrong.',
					details: { fields: { email: 'is bad', userId: 'is long' } },
				},
			},
			'Wrong.',
			[
				{ field: 'email', message: 'is bad' },
				{ field: 'userId', message: 'is long' },
			],
		],
		['shape C without details', { error: { code: 'not_found', message: 'Gone.' } }, 'Gone.', []],
		[
			'shape D: a list of details',
			{
				error: 'Bad Request',
				message: 'Invalid body',
				code: 400,
				details: [{ field: 'email', message: 'is bad' }],
			},
			'Invalid body',
			[{ field: 'email', message: 'is bad' }],
		],
		[
			'shape D without details',
			{ error: 'Unauthorized', message: 'Bad key', code: 401 },
			'Bad key',
			[],
		],
		['only a title', { error: 'Not found' }, 'Not found', []],
		[
			'a map of fields without a name of its own',
			{ message: 'Wrong.', details: { email: 'is bad' } },
			'Wrong.',
			[{ field: 'email', message: 'is bad' }],
		],
		[
			'several complaints about a field',
			{ error: { message: 'Wrong.', details: { fields: { email: ['is bad', 'is long'] } } } },
			'Wrong.',
			[{ field: 'email', message: '["is bad","is long"]' }],
		],
		[
			'a complaint that is no text',
			{
				message: 'Wrong.',
				details: [{ field: 'age', message: { toString: 1 } }, { message: 5 }, {}],
			},
			'Wrong.',
			[{ field: 'age', message: '{"toString":1}' }, { message: '5' }, { message: '' }],
		],
		[
			'a complaint that is no object',
			{ message: 'Wrong.', details: [null, 7, { message: 'bad' }] },
			'Wrong.',
			[{ message: 'bad' }],
		],
		['a message with blanks around it', { message: ' Wrong. ' }, 'Wrong.', []],
		['a message that is no text', { message: 42, error: { message: null } }, '', []],
		['nothing', {}, '', []],
		['a list', [{ message: 'x' }], '', []],
		['a text', '"oops"', '', []],
		['HTML', '<html><h1>502 Bad Gateway</h1></html>', '', []],
		['an empty body', '', '', []],
		['half a body', '{"message":"Wro', '', []],
	])('is read from %s', (_name, body, message, details) =>
		expect(readError(answer(body, 400))).toEqual({ message, details }),
	);

	it.each<[field: string, index: number | undefined, rest: string | undefined]>([
		['people[3].email', 3, 'email'],
		['people.3.email', 3, 'email'],
		['[3].email', 3, 'email'],
		['3.email', 3, 'email'],
		['people[12].traits.plan', 12, 'traits.plan'],
		['people[0]', 0, undefined],
		['email', undefined, 'email'],
		['traits[2]', undefined, 'traits[2]'],
		['people', undefined, 'people'],
		['people[].email', undefined, 'people[].email'],
		['people[-1].email', undefined, 'people[-1].email'],
		['2fa', undefined, '2fa'],
	])('in %s names the person at %s', (path, index, field) => {
		const expected = {
			message: 'bad',
			...(index !== undefined && { index }),
			...(field && { field }),
		};
		const list = answer({ details: [{ field: path, message: 'bad' }] });
		const map = answer({ error: { details: { fields: { [path]: 'bad' } } } });
		expect(readError(list).details).toEqual([expected]);
		expect(readError(map).details).toEqual([expected]);
	});

	it.each([
		['index', { index: 2 }, { index: 2 }],
		[
			'index before the one in the field',
			{ index: 2, field: 'people[1].email' },
			{ index: 2, field: 'email' },
		],
		['userId', { userId: 'a' }, { userId: 'a' }],
		['external_id', { external_id: 'a' }, { userId: 'a' }],
		['user_id', { user_id: ' a ' }, { userId: 'a' }],
	])('tells who is meant by %s', (_name, detail, expected) =>
		expect(readError(answer({ details: [{ message: 'bad', ...detail }] })).details).toEqual([
			{ message: 'bad', ...expected },
		]),
	);

	it('becomes one sentence', () => {
		const details = [{ field: 'email', message: 'is bad' }, { message: 'try again' }];
		expect(asText({ message: 'Wrong.', details })).toBe('Wrong.; email: is bad; try again');
		expect(asText({ message: '', details: [] })).toBe('');
	});

	it('never stops the reading, whatever the answer holds', () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (error, details) => {
				for (const body of [error, { error, details }, { error: { message: error, details } }]) {
					const read = readError(answer(body));
					expect(typeof asText(read)).toBe('string');
					expect(namedPeople(read, ['a', 'b']).size).toBeLessThanOrEqual(2);
				}
			}),
		);
	});
});

it.each<[string, Detail[], [number, string][]]>([
	['by place', [{ message: 'bad', index: 1 }], [[1, 'bad']]],
	['by user ID', [{ message: 'bad', userId: 'c' }], [[2, 'bad']]],
	['by user ID rather than by place', [{ message: 'bad', userId: 'c', index: 0 }], [[2, 'bad']]],
	[
		'with all that is said of them',
		[
			{ field: 'email', message: 'bad', index: 0 },
			{ message: 'worse', userId: 'a' },
		],
		[[0, 'email: bad; worse']],
	],
	[
		'with the whole message when nothing else is said',
		[{ message: '', index: 0 }],
		[[0, 'Wrong.']],
	],
	[
		'only by a place that exists',
		[
			{ message: 'bad', index: 3 },
			{ message: 'bad', index: -1 },
		],
		[],
	],
	['only by a whole place', [{ message: 'bad', index: 0.5 }], []],
	['only by a user ID of the batch', [{ message: 'bad', userId: 'd', index: 0 }], []],
	['not at all', [{ field: 'email', message: 'bad' }], []],
])('finds the people that a refusal names %s', (_name, details, expected) =>
	expect([...namedPeople({ message: 'Wrong.', details }, ['a', 'b', 'c'])]).toEqual(expected),
);

describe('an answer to an upsert of a and b', () => {
	const people = (...ids: unknown[]) => ids.map((external_id) => ({ external_id }));
	const counts = (created_count: unknown, updated_count: unknown) => ({
		created_count,
		updated_count,
	});
	const read = (body: unknown) => readUpsert(answer(body), ['a', 'b']);

	it.each<[string, unknown, boolean[]]>([
		['lists both', { people: people('a', 'b'), ...counts(1, 1) }, [true, true]],
		['lists both in another order', { people: people('b', 'a'), ...counts(1, 1) }, [true, true]],
		[
			'lists both under their other name',
			{ people: [{ userId: 'a' }, { userId: 'b' }] },
			[true, true],
		],
		[
			'lists both, with one name empty',
			{ people: [{ external_id: null, userId: 'a' }, { userId: 'b' }] },
			[true, true],
		],
		['lists one', { people: people('b'), ...counts(1, 1) }, [false, true]],
		['lists one twice', { people: people('a', 'a'), ...counts(0, 2) }, [true, false]],
		['lists one, and others', { people: people('x', 'b', 'y') }, [false, true]],
		['lists others', { people: people('x', 'y'), ...counts(2, 0) }, [false, false]],
		['lists them in other letters', { people: people('A', 'b ') }, [false, false]],
		['lists people without a name', { people: [{ id: 'a' }, {}], ...counts(2, 0) }, [false, false]],
		['lists one, and what is no person', { people: [null, 'b', ...people('a')] }, [true, false]],
		['lists nobody, and counts both', { people: [], ...counts(2, 0) }, [true, true]],
		['lists nobody, and counts one', { people: [], ...counts(1, 0) }, [false, false]],
		['lists nobody, and counts too many', { people: [], ...counts(2, 2) }, [false, false]],
		['lists nobody, and counts below zero', { people: [], ...counts(3, -1) }, [false, false]],
		['lists nobody, and counts too few new ones', { people: [], ...counts(-1, 3) }, [false, false]],
		['lists nobody, and counts halves', { people: [], ...counts(1.5, 0.5) }, [false, false]],
		['lists nobody, and counts in words', { people: [], ...counts('1', '1') }, [false, false]],
		['lists nobody, and counts nothing', { people: [] }, [false, false]],
		['has no list, and counts both', counts(0, 2), [true, true]],
		['has no list, and counts one', counts(0, 1), [false, false]],
		['has a list that is none', { people: null }, [false, false]],
		['is empty', '', [true, true]],
		['is blank', ' \n', [true, true]],
		['is an empty object', {}, [true, true]],
		['only says that all went well', { success: true, error: null }, [true, true]],
		['says that it failed', { success: false }, [false, false]],
		['says that it failed, and counts both', { success: false, ...counts(2, 0) }, [false, false]],
		['complains', { error: 'oops' }, [false, false]],
		['complains at length', { error: { message: 'oops' }, ...counts(2, 0) }, [false, false]],
		[
			'complains of one, and lists the other',
			{ error: 'oops', people: people('a') },
			[true, false],
		],
	])('that %s', (_name, body, confirmed) => expect(read(body)?.confirmed).toEqual(confirmed));

	it.each(['<html>', '{"people":[', '[]', 'null', '"ok"', '2'])('cannot be read from %s', (body) =>
		expect(read(body)).toBeUndefined(),
	);

	it.each<[string, object, object]>([
		['the counts', counts(1, 1), { created: 1, updated: 1, miscounted: false }],
		['no counts', {}, { created: 0, updated: 0, miscounted: false }],
		['too small counts', counts(1, 0), { created: 1, updated: 0, miscounted: true }],
		['too large counts', counts(10, 10), { created: 0, updated: 0, miscounted: true }],
		['negative counts', counts(3, -1), { created: 0, updated: 0, miscounted: true }],
		[
			'counts that are no whole numbers',
			counts(0.5, 1.5),
			{ created: 0, updated: 0, miscounted: false },
		],
		['counts that are no numbers', counts('1', '1'), { created: 0, updated: 0, miscounted: false }],
	])('tells %s', (_name, body, expected) =>
		expect(read({ people: people('a', 'b'), ...body })).toMatchObject(expected),
	);

	const at = (external_id: string, created_at: unknown, updated_at: unknown) => ({
		external_id,
		created_at,
		updated_at,
	});
	it.each<[string, object, string[] | undefined]>([
		['all were created', counts(2, 0), ['created', 'created']],
		['all were updated', counts(0, 2), ['updated', 'updated']],
		[
			'equal timestamps agree with the counts',
			{ people: [at('b', 1, 1), at('a', 1, 2)], ...counts(1, 1) },
			['updated', 'created'],
		],
		[
			'equal timestamps contradict the counts',
			{ people: [at('a', 1, 1), at('b', 1, 1)], ...counts(1, 1) },
			undefined,
		],
		['there are no timestamps', { people: people('a', 'b'), ...counts(1, 1) }, undefined],
		['the counts do not add up', { people: people('a', 'b'), ...counts(2, 1) }, undefined],
		['a count is negative', { people: people('a', 'b'), ...counts(3, -1) }, undefined],
		['there are no counts', { people: [at('a', 1, 1), at('b', 1, 2)] }, undefined],
	])('knows each change, or none, when %s', (_name, body, changes) =>
		expect(read(body)?.changes).toEqual(changes),
	);

	it('never confirms more than is listed, or counted, and never stops the reading', () => {
		const id = fc.constantFrom('a', 'b', 'c', '', null, 0);
		const count = fc.oneof(
			fc.integer({ min: -2, max: 4 }),
			fc.constantFrom(undefined, '2', 1.5, null),
		);
		const list = fc.oneof(fc.array(fc.record({ external_id: id })), fc.jsonValue());
		fc.assert(
			fc.property(list, count, count, (listed, created_count, updated_count) => {
				const result = read({ people: listed, created_count, updated_count });
				const ids = Array.isArray(listed)
					? listed.map((one) => (one as { external_id?: unknown } | null)?.external_id)
					: [];
				const counted = Number(created_count) + Number(updated_count) === 2;
				if (!counted) {
					expect(result?.confirmed).toEqual([
						ids.includes('a' as never),
						ids.includes('b' as never),
					]);
				}
				expect((result?.created ?? 0) + (result?.updated ?? 0)).toBeLessThanOrEqual(2);
			}),
		);
	});
});
