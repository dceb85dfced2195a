import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUpsert } from '../../src/flameup/answers';
import { readConfirmation, type Sent } from '../../src/flameup/confirmation';
import type { HttpResponse } from '../../src/ports';

const USER_IDS = ['1', 'u-2', 'Ann@example.com', '4:x'];
const SENT = { userIds: USER_IDS, workspaceId: 'ws_1' };

const person = (userId: string, own: object = {}) => ({
	id: `0b8f7c1e-5d1a-4c7e-9a52-00000000000${USER_IDS.indexOf(userId)}`,
	workspace_id: 'ws_1',
	external_id: userId,
	email: null,
	status: 'active',
	attributes: {
		plan: 'a "b" \\ \n é 東 \u007f',
		tags: ['x', 1.5e-7, -0, true, {}],
		deep: { a: [[]] },
	},
	created_at: '2026-01-01T00:00:00Z',
	updated_at: '2026-01-01T00:00:00Z',
	...own,
});

type Person = ReturnType<typeof person>;
const people = (change: (person: Person, place: number) => object = (one) => one) =>
	USER_IDS.map((userId, place) => change(person(userId), place));

const bodyOf = (listed: unknown, counts: object = { created_count: 4, updated_count: 0 }) =>
	JSON.stringify({ people: listed, ...counts });

const responseOf = (bytes: Buffer): HttpResponse => ({
	status: 200,
	headers: {},
	body: bytes.toString('utf8'),
	bytes,
});

/** What an answer says, without the people that it shows. */
function saidBy(response: HttpResponse, sent: Sent) {
	const answer = readUpsert(response, sent, false);
	if (answer === undefined) return undefined;
	const { people: _, ...said } = answer;
	return said;
}

/** The reading of an answer without and with the shortcut. */
function both(bytes: Buffer, sent: Sent = SENT) {
	const { bytes: _, ...slow } = responseOf(bytes);
	return { whole: saidBy(slow, sent), quick: saidBy(responseOf(bytes), sent) };
}

const isShort = (body: string) => readConfirmation(Buffer.from(body), SENT) !== undefined;

describe('an answer as documented', () => {
	it.each([
		['all created', bodyOf(people())],
		['all updated', bodyOf(people(), { created_count: 0, updated_count: 4 })],
		[
			'counts before the people',
			JSON.stringify({ created_count: 4, updated_count: 0, people: people() }),
		],
		['with white space', JSON.stringify(JSON.parse(bodyOf(people())), undefined, '\t')],
		['with all members', bodyOf(people((one) => ({ ...one, phone: '1', last_seen_at: null })))],
		['without optional members', bodyOf(USER_IDS.map((external_id) => ({ external_id })))],
		[
			'of created and updated people',
			bodyOf(
				people((one, place) =>
					place === 2 ? { ...one, created_at: '2025-01-01T00:00:00Z' } : one,
				),
				{ created_count: 3, updated_count: 1 },
			),
		],
		[
			'with errors among the attributes',
			bodyOf(people((one) => ({ ...one, attributes: { error: 'x', external_id: '9' } }))),
		],
	])('is read without creating people: %s', (_name, body) => {
		expect(isShort(body)).toBe(true);
		const { whole, quick } = both(Buffer.from(body));
		expect(quick).toEqual(whole);
		expect(quick).toMatchObject({ confirmed: [true, true, true, true] });
	});
});

describe('any other answer', () => {
	const with3 = (own: object) =>
		bodyOf(people((one, place) => (place === 2 ? { ...one, ...own } : one)));
	it.each([
		['somebody is missing', bodyOf(people().slice(1))],
		['somebody is listed twice', bodyOf([...people().slice(1), person('u-2')])],
		['one too many', bodyOf([...people(), person('9')])],
		['another order', bodyOf(people().reverse())],
		[
			'the ID only in the attributes',
			with3({ external_id: undefined, attributes: { external_id: USER_IDS[2] } }),
		],
		['an escaped ID', bodyOf(people()).replace('"u-2"', '"u\\u002d2"')],
		['an escaped name', bodyOf(people()).replace('"status":"active"', '"\\u0073tatus":"failed"')],
		['an ID in another case', with3({ external_id: 'ann@example.com' })],
		['an ID as a number', bodyOf(people()).replace('"external_id":"1"', '"external_id":1')],
		['no ID', with3({ external_id: null })],
		[
			'another ID after the right one',
			bodyOf(people()).replace('"email":null', '"external_id":"9"'),
		],
		['somebody who was not stored', with3({ id: null })],
		['a failed status', with3({ status: 'failed' })],
		['an unknown status', with3({ status: 'queued' })],
		['a status in numbers', with3({ status: 422 })],
		['an unknown member', with3({ has_failed: 'yes' })],
		['another workspace', with3({ workspace_id: 'ws_2' })],
		['no workspace', with3({ workspace_id: null })],
		['two people with one ID', with3({ id: person('1').id })],
		['an error of one person', with3({ error: 'Wrong.' })],
		['errors of one person', with3({ errors: ['Wrong.'] })],
		['no success of one person', with3({ success: false })],
		['an error of the whole', bodyOf(people(), { created_count: 4, updated_count: 0, error: 'x' })],
		['a wrong sum', bodyOf(people(), { created_count: 3, updated_count: 0 })],
		['a negative count', bodyOf(people(), { created_count: 5, updated_count: -1 })],
		['a count with a fraction', bodyOf(people()).replace('_count":4', '_count":4.0')],
		['a count as text', bodyOf(people()).replace('_count":4', '_count":"4"')],
		['a padded count', bodyOf(people()).replace('_count":4', '_count":04')],
		['an empty count', bodyOf(people()).replace('_count":4', '_count":')],
		['one count', bodyOf(people(), { created_count: 4 })],
		['two lists', `${bodyOf(people()).slice(0, -1)},"people":[]}`],
		['a wrapped answer', `{"data":${bodyOf(people())}}`],
		['something behind it', `${bodyOf(people())}{}`],
		['a cut one', bodyOf(people()).slice(0, -1)],
		['no JSON inside', bodyOf(people()).replace('"plan":', '"plan"')],
		['a control character', bodyOf(people()).replace('"ws_1"', '"ws\u0001"')],
		['nothing', ''],
		['a page', '<html>'],
		['very deep nesting', bodyOf(people()).replace('[[]]', `${'['.repeat(500)}${']'.repeat(500)}`)],
	])('is left to JSON.parse: %s', (_name, body) => {
		expect(isShort(body)).toBe(false);
		const { whole, quick } = both(Buffer.from(body));
		expect(quick).toEqual(whole);
	});

	it.each([
		['a","first_name":"b', '"a","first_name":"b"'],
		['a","status":"failed', '"a","status":"failed"'],
		['a\\', '"a\\"'],
		['a\\', '"a\\\\"'],
	])('is left to it if a user ID needs escapes: %s', (userId, json) => {
		const body = bodyOf([person('1')], { created_count: 1, updated_count: 0 });
		const bytes = Buffer.from(body.replace('"external_id":"1"', () => `"external_id":${json}`));
		expect(readConfirmation(bytes, { userIds: [userId], workspaceId: '' })).toBeUndefined();
	});

	it.each([
		['timestamps', '"created_at":"2026-01-01T00:00:00Z"', '"updated_at":"2026-01-01T00:00:00Z"'],
		[
			'IDs',
			'"id":"0b8f7c1e-5d1a-4c7e-9a52-000000000000"',
			'"id":"0b8f7c1e-5d1a-4c7e-9a52-000000000001"',
		],
	])('is left to it if %s differ only in bytes that are not UTF-8', (_name, one, other) => {
		const bytes = Buffer.from(bodyOf(people()));
		bytes[bytes.indexOf(one) + one.length - 2] = 0x80;
		bytes[bytes.indexOf(other) + other.length - 2] = 0x81;
		expect(readConfirmation(bytes, SENT)).toBeUndefined();
		expect(saidBy(responseOf(bytes), SENT)).toBeDefined();
	});

	it('is left to it if a user ID looks the same in other bytes', () => {
		const bytes = Buffer.from(bodyOf([person('é')], { created_count: 1, updated_count: 0 }));
		expect(readConfirmation(bytes, { userIds: ['Ã©'], workspaceId: '' })).toBeUndefined();
		expect(readConfirmation(bytes, { userIds: ['é'], workspaceId: '' })).toBeUndefined();
	});
});

describe('an answer that something has changed', () => {
	const listed = fc
		.record(
			{
				external_id: fc.constantFrom<unknown>(...USER_IDS, 1, null, 'x'),
				status: fc.constantFrom<unknown>('active', 'bounced', 'failed', 'odd', 200, null),
				id: fc.constantFrom<unknown>('a', 'b', 1, null),
				workspace_id: fc.constantFrom<unknown>('ws_1', 'ws_2', '', null),
				error: fc.constantFrom<unknown>(null, '', 'Wrong.'),
				success: fc.boolean(),
				created_at: fc.constantFrom('2026-01-01', '2025-01-01', 'é'),
				updated_at: fc.constantFrom('2026-01-01', '2025-01-01', 'é'),
				attributes: fc.jsonValue({ maxDepth: 3 }),
			},
			{ requiredKeys: [] },
		)
		.map((own) => Object.fromEntries(Object.entries(own)));
	const count = fc.constantFrom<unknown>(0, 1, 2, 3, 4, 4.5, -1, '4', null);
	const body = fc
		.tuple(fc.array(fc.option(listed), { minLength: 3, maxLength: 5 }), count, count, fc.boolean())
		.map(([all, created, updated, isTurned]) => {
			const list = all.map((own, place) => ({ ...person(USER_IDS[place] ?? '5'), ...own }));
			const counts = { created_count: created, updated_count: updated };
			return JSON.stringify(isTurned ? { ...counts, people: list } : { people: list, ...counts });
		});
	const documented = fc.constantFrom(
		bodyOf(people()),
		bodyOf(people(), { created_count: 0, updated_count: 4 }),
	);
	const piece = fc.oneof(
		fc.string({ maxLength: 3, unit: 'binary' }),
		fc.constantFrom(
			'"',
			'\\',
			',',
			'}',
			']',
			'{',
			'[',
			':',
			'\\u0041',
			'0',
			'-',
			'e',
			'null',
			'\u0000',
		),
		fc.constantFrom('"external_id":"9",', '"error":"x",', '"status":"failed",', '"people":[],'),
		fc.constantFrom('"created_at":"é",', '"id":null,', '"created_count":1,', '"success":false,'),
	);
	const mutation = fc.record({
		at: fc.nat(),
		removed: fc.nat(4),
		added: piece,
		isByte: fc.boolean(),
	});

	/** Puts pieces after commas and braces, where members begin, or anywhere. */
	function mutated(
		text: string,
		{ added, at, isByte, removed }: { at: number; removed: number; added: string; isByte: boolean },
	) {
		const starts = [...text.matchAll(/[{,]/g)].map(({ index }) => index + 1);
		const place = isByte ? at % (text.length + 1) : (starts[at % starts.length] ?? 0);
		return text.slice(0, place) + added + text.slice(place + (isByte ? removed : 0));
	}

	const read = (bytes: Buffer, sent?: Sent) => {
		const { whole, quick } = both(bytes, sent);
		expect(quick).toEqual(whole);
	};

	it('is read as JSON.parse reads it, whatever it says', () => {
		fc.assert(
			fc.property(body, (text) => read(Buffer.from(text))),
			{ numRuns: 2_000 },
		);
	});

	it('is read as JSON.parse reads it, whatever was put in or taken out', () => {
		const change = fc.tuple(
			fc.oneof(body, documented),
			fc.array(mutation, { minLength: 1, maxLength: 3 }),
		);
		fc.assert(
			fc.property(change, ([text, mutations]) =>
				read(Buffer.from(mutations.reduce(mutated, text))),
			),
			{ numRuns: 5_000 },
		);
	});

	it('is read as JSON.parse reads it, whatever bytes it has', () => {
		const change = fc.tuple(
			documented,
			fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
		);
		fc.assert(
			fc.property(change, ([text, bytes]) => {
				const all = Buffer.from(text);
				for (const [at, byte] of bytes) all[at % all.length] = byte;
				read(all);
			}),
			{ numRuns: 5_000 },
		);
	});

	it('is read as JSON.parse reads it, whatever the user IDs are', () => {
		const unit = fc.constantFrom(...'a"\\,:{}é\u0000', '","status":"failed', '\\u0061', '","id":"');
		const userId = fc.string({ unit, minLength: 1, maxLength: 3 });
		const written = fc.record({ userId, given: fc.option(userId), isRaw: fc.boolean() });
		const all = fc.uniqueArray(written, {
			minLength: 1,
			maxLength: 3,
			selector: (one) => one.userId,
		});
		fc.assert(
			fc.property(all, (all) => {
				const listed = all.map(({ given, isRaw, userId }, place) => {
					const external_id = given ?? userId;
					const json = JSON.stringify({ ...person('1'), id: `id-${place}`, external_id });
					return isRaw ? json.replace(JSON.stringify(external_id), () => `"${external_id}"`) : json;
				});
				const text = `{"people":[${listed}],"created_count":${all.length},"updated_count":0}`;
				read(Buffer.from(text), { ...SENT, userIds: all.map(({ userId }) => userId) });
			}),
			{ numRuns: 5_000 },
		);
	});
});
