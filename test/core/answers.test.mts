import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answered } from '../../src/errors';
import { readList, readUpsert, type Verdict, verdictOf } from '../../src/flameup/answers';
import {
	answeredBy,
	type Complaint,
	namedPeople,
	readComplaint,
} from '../../src/flameup/complaints';
import { parse } from '../../src/flameup/json';

type Detail = Complaint['details'][number];

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
])('gives the verdict %s for %j', (verdict, statuses) => {
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
			'several errors for one field',
			{ error: { message: 'Wrong.', details: { fields: { email: ['is bad', 'is long'] } } } },
			'Wrong.',
			[{ field: 'email', message: '["is bad","is long"]' }],
		],
		[
			'an error that is not text',
			{
				message: 'Wrong.',
				details: [{ field: 'age', message: { toString: 1 } }, { message: 5 }, {}],
			},
			'Wrong.',
			[{ field: 'age', message: '{"toString":1}' }, { message: '5' }, { message: '' }],
		],
		[
			'an error that is not an object',
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
		expect(readComplaint(answer(body, 400))).toEqual({ status: 400, message, details }),
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
		expect(readComplaint(list).details).toEqual([expected]);
		expect(readComplaint(map).details).toEqual([expected]);
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
		['a number', { userId: 7 }, { userId: '7' }],
	])('identifies the person by %s', (_name, detail, expected) =>
		expect(readComplaint(answer({ details: [{ message: 'bad', ...detail }] })).details).toEqual([
			{ message: 'bad', ...expected },
		]),
	);

	it('is reported in one line, with the documented fields it names', () => {
		const details = [
			{ field: 'email', message: 'is bad' },
			{ field: 'traits.ann@example.org', message: 'is unknown' },
			{ field: 'ann', message: 'is bad' },
			{ field: 'Email', message: 'is long' },
			{ field: 'email', message: 'is taken' },
			{ message: 'try again' },
		];
		expect(answeredBy({ status: 422, message: 'Wrong.', details })).toEqual({
			status: 422,
			said:
				'Wrong.; email: is bad; traits.ann@example.org: is unknown; ann: is bad; ' +
				'Email: is long; email: is taken; try again',
			fields: ['email', 'traits', 'Email'],
		});
		const silent = { status: 500, message: '', details: [] };
		expect(answeredBy(silent)).toEqual({ status: 500, said: '', fields: [] });
	});

	it('never makes parsing fail, whatever the answer holds', () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (error, details) => {
				for (const body of [error, { error, details }, { error: { message: error, details } }]) {
					const read = readComplaint(answer(body));
					expect(typeof answeredBy(read).said).toBe('string');
					for (const place of namedPeople(read, ['a', 'b']).keys()) expect([0, 1]).toContain(place);
				}
			}),
		);
	});
});

const said = (place: number, words: string, fields: string[] = []): [number, Answered] => [
	place,
	{ status: 422, said: words, fields },
];

it.each<[string, Detail[], [number, Answered][]]>([
	['by index', [{ message: 'bad', index: 1 }], [said(1, 'bad')]],
	['by user ID', [{ message: 'bad', userId: 'c' }], [said(2, 'bad')]],
	[
		'by user ID rather than by index',
		[{ message: 'bad', userId: 'c', index: 0 }],
		[said(2, 'bad')],
	],
	[
		'with every message about them',
		[
			{ field: 'email', message: 'bad', index: 0 },
			{ message: 'worse', userId: 'a' },
		],
		[said(0, 'email: bad; worse', ['email'])],
	],
	[
		'with the general message when there is no other',
		[{ message: '', index: 0 }],
		[said(0, 'Wrong.')],
	],
	[
		'only by an index in range',
		[
			{ message: 'bad', index: 3 },
			{ message: 'bad', index: -1 },
		],
		[],
	],
	['only by an integer index', [{ message: 'bad', index: 0.5 }], []],
	['only by a user ID of the batch', [{ message: 'bad', userId: 'd', index: 0 }], []],
	['not at all', [{ field: 'email', message: 'bad' }], []],
])('finds the people that a refusal names %s', (_name, details, expected) =>
	expect([...namedPeople({ status: 422, message: 'Wrong.', details }, ['a', 'b', 'c'])]).toEqual(
		expected,
	),
);

/** Ways in which servers report a failure in an answer, or in one of its people, although its status is 2xx. */
const FAILURES: readonly Record<string, unknown>[] = [
	{ error: 'no' },
	{ error: { message: 'no' } },
	{ errors: ['no'] },
	{ errors: { email: 'is bad' } },
	{ error_code: 'invalid_email' },
	{ errorMessage: 'no' },
	{ success: false },
	{ success: 'false' },
	{ success: 0 },
	{ ok: false },
	{ status: 'failed' },
	{ status: 'error', message: 'no' },
	{ status: 422 },
	{ status: '422' },
	{ statusCode: 500 },
	{ status_code: 503 },
	{ code: 400 },
	{ failed: true },
	{ failed: [{ external_id: 'b' }] },
	{ failed_count: 2 },
	{ has_errors: true },
	{ hasErrors: true },
	{ rejected: [{ userId: 'b' }] },
	{ invalid: [1] },
];

describe('an answer to an upsert of a and b', () => {
	const people = (...ids: unknown[]) => ids.map((external_id) => ({ external_id }));
	const held = (userId: string) => ({ userId, created_at: '2026-11-01T00:00:00Z' });
	const counts = (created_count: unknown, updated_count: unknown) => ({
		created_count,
		updated_count,
	});
	const upsert = (body: unknown, userIds: readonly string[], isProven = false) =>
		readUpsert(answer(body), { userIds, workspaceId: 'ws_1' }, isProven);
	const read = (body: unknown, isProven?: boolean) => upsert(body, ['a', 'b'], isProven);

	it.each<[string, unknown, boolean[]]>([
		['lists both', { people: people('a', 'b'), ...counts(1, 1) }, [true, true]],
		[
			'repeats the request',
			{ people: [{ userId: 'a' }, { userId: 'b', traits: {} }] },
			[false, false],
		],
		...[...FAILURES, { id: null }].map((failed): [string, unknown, boolean[]] => [
			`lists both, one with ${JSON.stringify(failed)}`,
			{
				people: [
					{ external_id: 'a', status: 'active' },
					{ external_id: 'b', ...failed },
				],
				...counts(1, 0),
			},
			[true, false],
		]),
		...FAILURES.flatMap((failed): [string, unknown, boolean[]][] => {
			const twice = [{ external_id: 'b' }, { external_id: 'b', ...failed }];
			return [twice, twice.toReversed()].map((b) => [
				`lists one, and the other twice, once with ${JSON.stringify(failed)}`,
				{ people: [{ external_id: 'a' }, ...b], ...counts(2, 0) },
				[true, false],
			]);
		}),
		['lists both in another order', { people: people('b', 'a'), ...counts(1, 1) }, [true, true]],
		['lists both by userId', { people: [held('a'), held('b')] }, [true, true]],
		[
			'lists both, one with external_id null',
			{ people: [{ ...held('a'), external_id: null }, held('b')] },
			[true, true],
		],
		['lists one', { people: people('b'), ...counts(1, 1) }, [false, true]],
		['lists one twice', { people: people('a', 'a'), ...counts(0, 2) }, [true, false]],
		['lists one, and others', { people: people('x', 'b', 'y') }, [false, true]],
		['lists others', { people: people('x', 'y'), ...counts(2, 0) }, [false, false]],
		['lists one in capitals, one with a blank', { people: people('A', 'b ') }, [true, false]],
		['lists both in capitals', { people: people('B', 'A') }, [true, true]],
		['lists one twice, once with a blank', { people: people('A', 'A ') }, [true, false]],
		['lists an empty user ID', { people: people('', ''), ...counts(2, 0) }, [false, false]],
		['lists nothing readable', { people: [null, 'a'], ...counts(2, 0) }, [false, false]],
		['lists people with no userId', { people: [{ id: 'a' }, {}], ...counts(2, 0) }, [false, false]],
		['lists one, and other entries', { people: [null, 'b', ...people('a')] }, [true, false]],
		['lists nobody, and counts both', { people: [], ...counts(2, 0) }, [true, true]],
		['lists nobody, and counts one', { people: [], ...counts(1, 0) }, [false, false]],
		['lists nobody, and counts too many', { people: [], ...counts(2, 2) }, [false, false]],
		['lists nobody, and counts below zero', { people: [], ...counts(3, -1) }, [false, false]],
		['lists nobody, and counts too few new ones', { people: [], ...counts(-1, 3) }, [false, false]],
		['lists nobody, and counts fractions', { people: [], ...counts(1.5, 0.5) }, [false, false]],
		['lists nobody, and counts as text', { people: [], ...counts('1', '1') }, [false, false]],
		['lists nobody, and counts nothing', { people: [] }, [false, false]],
		['has no list, and counts both', counts(0, 2), [true, true]],
		['has no list, and counts one', counts(0, 1), [false, false]],
		[
			'has empty errors',
			{
				error: null,
				errors: [],
				failures: {},
				failed: 0,
				has_errors: false,
				ok: true,
				code: 200,
				...counts(2, 0),
			},
			[true, true],
		],
	])('that %s', (_name, body, confirmed) => expect(read(body)).toMatchObject({ confirmed }));

	describe.each([
		['alone', {}],
		['with both people and their counts', { people: people('a', 'b'), ...counts(2, 0) }],
		['with one of the two', { people: people('a'), ...counts(1, 0) }],
	])('%s', (_name, rest) => {
		it.each(FAILURES)('confirms nobody: %j', (failure) => {
			const body = { ...rest, ...failure };
			const nobody = { isDocumented: false, confirmed: [false, false] };
			expect([read(body), read(body, true)]).toMatchObject([nobody, nobody]);
		});
	});

	it.each<[string, unknown]>([
		['nothing', ''],
		['blanks', ' \n'],
		['an empty object', {}],
	])('that holds %s confirms only after a documented answer', (_name, body) => {
		expect(read(body, true)).toMatchObject({ isDocumented: false, confirmed: [true, true] });
		expect(read(body)).toMatchObject({ isDocumented: false, confirmed: [false, false] });
	});

	it.each<[string, unknown]>([
		['HTML', '<html>'],
		['half a body', '{"people":['],
		['a list', []],
		['null', 'null'],
		['a text', '"ok"'],
		['a number', '2'],
		['maintenance', { status: 'maintenance' }],
		['an unrelated object', { hello: 'world' }],
		['a queue', { queued: true }],
		['nothing but success', { success: true, error: null }],
		['wrapped people', { data: { people: people('a', 'b'), ...counts(2, 0) } }],
		['a list of results', { results: [{ status: 200 }, { status: 422 }] }],
		['null instead of a list', { people: null }],
		['one count', { created_count: 2 }],
		['counts as text', counts('1', '1')],
	])('is not an answer of Flameup, even after a documented one: %s', (_name, body) => {
		expect([read(body), read(body, true)]).toEqual([undefined, undefined]);
	});

	it('compares user IDs as text', () => {
		const listed = { people: [{ external_id: 7 }, { userId: 9_007_199_254_740_991, id: 'x' }] };
		const read = upsert(listed, ['9007199254740991', '7', '07']);
		expect(read?.confirmed).toEqual([true, true, false]);
		expect([...(read?.people?.keys() ?? [])].sort()).toEqual(['7', '9007199254740991']);
	});

	it('does not take a number that may have lost digits for a user ID', () => {
		const listed = { people: [{ external_id: 9_007_199_254_740_992 }], ...counts(1, 0) };
		expect(upsert(listed, ['9007199254740992'])?.confirmed).toEqual([false]);
	});

	it.each([
		[['A'], [false]],
		[
			['a', 'A'],
			[true, false],
		],
	])('does not take one person for another who failed, by case: %j', (sent, confirmed) => {
		const listed = [{ external_id: 'a' }, { external_id: 'A', error: 'bad' }];
		expect(upsert({ people: listed }, sent)?.confirmed).toEqual(confirmed);
	});

	it.each<[string, string[], string[], boolean[]]>([
		['both in lower case', ['Ann', 'BOB'], ['bob', 'ann'], [true, true]],
		['the exact match first', ['Ann', 'ann'], ['ann'], [false, true]],
		['both in their exact case', ['Ann', 'ann'], ['ann', 'Ann'], [true, true]],
		['one of two who differ in case only', ['Ann', 'ANN'], ['ann'], [false, false]],
		['two who differ in case only', ['Ann'], ['ann', 'ANN'], [false]],
	])('ignores case where the match is unique: %s', (_name, sent, listed, confirmed) => {
		const read = upsert({ people: people(...listed) }, sent);
		expect(read?.confirmed).toEqual(confirmed);
	});

	it.each<[string, object, object]>([
		['the counts', counts(1, 1), { created: 1, updated: 1, oddities: [] }],
		['no counts', {}, { created: 0, updated: 0, oddities: [] }],
		['too small counts', counts(1, 0), { created: 1, updated: 0, oddities: ['miscounted'] }],
		['too large counts', counts(10, 10), { created: 0, updated: 0, oddities: ['miscounted'] }],
		['negative counts', counts(3, -1), { created: 0, updated: 0, oddities: ['miscounted'] }],
		[
			'counts that are not whole numbers',
			counts(0.5, 1.5),
			{ created: 0, updated: 0, oddities: [] },
		],
		['counts given as text', counts('1', '1'), { created: 0, updated: 0, oddities: [] }],
	])('reads %s', (_name, body, expected) =>
		expect(read({ people: people('a', 'b'), ...body })).toMatchObject(expected),
	);

	it.each<[string, object[], string[]]>([
		['the workspace', [{ workspace_id: 'ws_1' }, { workspace_id: 'ws_1' }], []],
		['no workspace', [{ workspace_id: null }, {}], []],
		[
			'another workspace',
			[{ workspace_id: 'ws_1' }, { workspace_id: 'ws_2' }],
			['other_workspace'],
		],
		['an ID each', [{ id: 'x' }, { id: 'y' }], []],
		['one ID for both', [{ id: 'x' }, { id: 'x' }], ['same_person']],
	])('notices what is odd about people with %s', (_name, [first, second], oddities) => {
		const listed = [
			{ external_id: 'a', ...first },
			{ external_id: 'b', ...second },
		];
		expect(read({ people: listed })).toMatchObject({ confirmed: [true, true], oddities });
	});

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
	])('reports each change, or none, when %s', (_name, body, changes) =>
		expect(read(body)?.changes).toEqual(changes),
	);

	it('never confirms more than is listed or counted, and never throws', () => {
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
				if (!counted && result !== undefined) {
					expect(result.confirmed).toEqual([
						ids.includes('a' as never),
						ids.includes('b' as never),
					]);
				}
				expect((result?.created ?? 0) + (result?.updated ?? 0)).toBeLessThanOrEqual(2);
			}),
		);
	});
});

it.each<[string, unknown, unknown[] | undefined]>([
	['people', { people: [{ id: '1' }], total: 1 }, [{ id: '1' }]],
	['nobody', { people: [] }, []],
	['entries that are not people', { people: [null, 'x', { id: '1' }] }, [{ id: '1' }]],
	['no list', { people: {} }, undefined],
	['nothing', {}, undefined],
	['an empty body', '', undefined],
	['null', 'null', undefined],
	['HTML', '<html>', undefined],
	['a failure', { success: false, people: [] }, undefined],
	['an error', { error: 'oops', people: [] }, undefined],
])('reads a list of %s', (_name, body, expected) => {
	expect(readList(answer(body), 'people')).toEqual(expected);
});

it('reads a list of events', () => {
	const body = { events: [{ id: 'e1' }], total: 1 };
	expect(readList(answer(body), 'events')).toEqual([{ id: 'e1' }]);
	expect(readList(answer(body), 'people')).toBeUndefined();
});
