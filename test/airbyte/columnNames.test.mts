import { describe, expect, it } from 'vitest';
import type { StreamSpec } from './catalog.mts';
import { people, record } from './input.mts';
import { sync } from './sync.mts';

const COLUMNS = ['org_id', 'contact_no', 'email', 'big_id', 'address', 'password_hash'];
const CONTACTS: StreamSpec = { name: 'contacts', columns: COLUMNS };
const CONTACT = {
	org_id: 'o1',
	contact_no: 'c1',
	email: 'c1@example.com',
	big_id: 'b1',
	address: { city: 'Brno', ssn: 'x' },
	password_hash: 'h',
};
const input = record(CONTACT, { stream: 'contacts' });
const ID = { user_id_columns: ['org_id'] };

/** A column that no setting of a stream may name, and what it should have been. */
const TYPOS = [
	['user_id_columns', { user_id_columns: ['org_idd'] }, 'org_idd', 'org_id'],
	[
		'user_id_columns, beside a right one',
		{ user_id_columns: ['org_id', 'contact_n'] },
		'contact_n',
		'contact_no',
	],
	['email_column', { ...ID, email_column: 'emial' }, 'emial', 'email'],
	['only_columns', { ...ID, only_columns: ['big_idd'] }, 'big_idd', 'big_id'],
	['exclude_columns', { ...ID, exclude_columns: ['passwordhas'] }, 'passwordhas', 'password_hash'],
	[
		'exclude_columns, by a path',
		{ ...ID, exclude_columns: ['adress.ssn'] },
		'adress.ssn',
		undefined,
	],
	['rename', { ...ID, rename: [{ column: 'big_di', trait: 'x' }] }, 'big_di', 'big_id'],
	['a name that is like no other', { ...ID, exclude_columns: ['quux'] }, 'quux', undefined],
] as const;

describe('a column that the stream does not have', () => {
	it.each(TYPOS)('is named, with the nearest name: %s', async (name, mapping, column, nearest) => {
		const setting = name.replace(/,.*/, '').replace(/^a name.*/, 'exclude_columns');
		for (const [own, prefix] of [
			[{ mapping }, 'mapping'],
			[{ streams: [{ stream: 'contacts', mapping }] }, 'streams.mapping'],
		] as const) {
			const run = await sync({ streams: [CONTACTS], settings: own, input });
			expect(run.failure).toMatch(/^config_error: /);
			for (const part of [`${prefix}.${setting}`, `"${column}"`, '"contacts"', '"contact_no"']) {
				expect(run.failure).toContain(part);
			}
			if (nearest === undefined) expect(run.failure).not.toContain('Did you mean');
			else expect(run.failure).toContain(`Did you mean "${nearest}"?`);
			expect([run.requests, run.states]).toEqual([0, []]);
		}
	});

	it.each([
		['another case', 'Password-Hash'],
		['spaces', 'password hash'],
	])('is not one that is only spelled differently: %s', async (_name, column) => {
		const mapping = { ...ID, exclude_columns: [column] };
		const run = await sync({ streams: [CONTACTS], settings: { mapping }, input });
		expect(run.failure).toBeUndefined();
		expect(run.people.get('o1')?.traits).toMatchObject({ big_id: 'b1' });
		expect(run.people.get('o1')?.traits).not.toHaveProperty('password_hash');
	});

	it('is found by a path inside it, too', async () => {
		const mapping = { ...ID, exclude_columns: ['address.ssn'] };
		const run = await sync({ streams: [CONTACTS], settings: { mapping }, input });
		expect(run.failure).toBeUndefined();
		expect(run.people.get('o1')?.traits).toMatchObject({ address: { city: 'Brno' } });
		expect(JSON.stringify(run.people.get('o1'))).not.toContain('ssn');
		expect(run.warnings).toEqual([]);
	});

	it('is warned about at the end when it is a path that no record has', async () => {
		const mapping = { ...ID, exclude_columns: ['address.snn'] };
		const run = await sync({ streams: [CONTACTS], settings: { mapping }, input });
		expect([run.failure, run.warnings]).toEqual([
			undefined,
			['Stream contacts: settings name columns that no record has: address.snn.'],
		]);
	});
});

describe('general settings', () => {
	const staff: StreamSpec = { name: 'staff', columns: ['user_id', 'work_mail', 'secret'] };
	const both = {
		streams: [CONTACTS, staff],
		input: input + record({ user_id: 'u', work_mail: 'w@x.y' }, { stream: 'staff' }),
	};

	it.each([
		['exclude_columns', { exclude_columns: ['secret', 'password_hash'] }],
		['only_columns', { only_columns: ['secret', 'big_id'] }],
		[
			'rename',
			{
				rename: [
					{ column: 'secret', trait: 'a' },
					{ column: 'big_id', trait: 'b' },
				],
			},
		],
		['email_column', { email_column: 'work_mail' }],
		['user_id_columns', { user_id_columns: ['user_id', 'org_id'] }],
	])('may be meant for another stream, which is no reason to warn: %s', async (_name, mapping) => {
		const run = await sync({
			...both,
			settings: { mapping: { ...ID, user_id_columns: ['org_id', 'user_id'], ...mapping } },
		});
		expect([run.failure, run.warnings]).toEqual([undefined, []]);
		expect(run.held).toEqual(['o1', 'u']);
	});

	it('may not leave a stream without any column for the user ID', async () => {
		const run = await sync({ ...both, settings: { mapping: ID } });
		expect(run.failure).toContain('mapping.user_id_columns');
		expect(run.failure).toContain('"staff"');
		expect(run.requests).toBe(0);
	});

	it('must match in some stream', async () => {
		const run = await sync({
			...both,
			settings: { mapping: { ...ID, exclude_columns: ['secrets'] } },
		});
		expect(run.failure).toContain('"secrets"');
	});

	it('are not matched by a stream whose own settings replace them', async () => {
		const settings = {
			mapping: { user_id_columns: ['org_id', 'user_id'], only_columns: ['secret'] },
			streams: [{ stream: 'staff', mapping: { only_columns: [] } }],
		};
		expect((await sync({ ...both, settings })).failure).toContain('"secret"');
	});
});

describe('a stream without declared columns', () => {
	const undeclared = (mapping: object, data: object) =>
		sync({ settings: { mapping }, input: record(data) + record(data) });

	it.each(TYPOS.filter(([name]) => !name.startsWith('user_id_columns')))(
		'is synced, with a warning at its end: %s',
		async (_name, mapping, column) => {
			const run = await undeclared(mapping, CONTACT);
			expect([run.failure, run.held]).toEqual([undefined, ['o1']]);
			expect(run.warnings).toEqual([
				`Stream people: settings name columns that no record has: ${column}.`,
			]);
		},
	);

	it('is warned about a user ID column that no record has', async () => {
		const beside = await undeclared({ user_id_columns: ['org_idd', 'contact_no'] }, CONTACT);
		expect([beside.failure, beside.held]).toEqual([undefined, ['c1']]);
		const text = 'Stream people: settings name columns that no record has: org_idd.';
		expect(beside.warnings).toEqual([text]);
		expect((await undeclared({ user_id_columns: ['org_idd'] }, CONTACT)).warnings).toContain(text);
	});

	it('is warned once, even if some lines belong to no stream', async () => {
		const run = await sync({
			settings: { mapping: { exclude_columns: ['secert'] } },
			input: `${record(CONTACT)}garbage\n`,
		});
		expect(run.warnings.filter((text) => text.includes('secert'))).toEqual([
			'Stream people: settings name columns that no record has: secert.',
		]);
	});

	it('is not warned about a column that only its last record has', async () => {
		const run = await sync({
			settings: { mapping: { exclude_columns: ['secret'] } },
			input: people(1, 5) + record({ id: 'p6', secret: 'x' }),
		});
		expect([run.failure, run.warnings]).toEqual([undefined, []]);
		expect(run.people.get('p6')?.traits).toEqual({});
	});
});

describe('many records of one person', () => {
	const contact = (n: number, org: number) =>
		record(
			{ contact_no: `c${n}`, org_id: `o${org}`, email: `c${n}@example.com` },
			{ stream: 'contacts' },
		);
	const contacts = (count: number, orgs: number) =>
		Array.from({ length: count }, (_, i) => contact(i + 1, i % orgs)).join('');
	const twice = Array.from({ length: 110 }, (_, i) => contact(i, i).repeat(2)).join('');
	const others = Array.from({ length: 600 }, (_, i) => contact(5_000 + i, 5_000 + i)).join('');
	const byOrg = (text: string) =>
		sync({ streams: [CONTACTS], settings: { mapping: ID }, input: text });

	it('give a warning, with the column and three positions', async () => {
		const run = await byOrg(contacts(500, 10));
		expect(run.failure).toBeUndefined();
		expect(run.warnings).toEqual([
			expect.stringMatching(
				/^Stream contacts: \d+ of 500 records have the same user ID as another one \(for example records \d+, \d+, \d+\)\. If they are different people, "org_id" is the wrong column for the user ID\.$/,
			),
		]);
	});

	it.each([
		['a hundred of them', contacts(100, 1) + contacts(20, 1_000)],
		['less than one in five', twice + others],
	])('give no warning when they are few: %s', async (_name, text) => {
		expect((await byOrg(text)).warnings).toEqual([]);
	});
});

describe('columns that the cache of PyAirbyte spells differently from the catalog', () => {
	it.each([
		['Id', 'Email Address', 'id', 'email_address'],
		['id', 'Email', 'id', 'email'],
		['ID', 'E-Mail', 'id', 'e_mail', { email_column: 'E-Mail' }],
		['Contact No', 'Work Mail', 'contact_no', 'work_mail', { email_column: 'work_mail' }],
		[
			'Contact No',
			'Work Mail',
			'contact_no',
			'work_mail',
			{ email_column: 'Work Mail', user_id_columns: ['Contact No'] },
		],
	])('%s and %s, as %s and %s', async (key, email, idColumn, emailColumn, mapping: object = {}) => {
		const run = await sync({
			streams: [{ name: 'people', key: [key], columns: [key, email, 'Plan Name', 'First Name'] }],
			settings: { mapping },
			input: Array.from({ length: 30 }, (_, i) =>
				record({
					[idColumn]: `p${i + 1}`,
					[emailColumn]: `p${i + 1}@example.com`,
					plan_name: 'pro',
					first_name: 'Ada',
				}),
			).join(''),
		});
		expect([run.failure, run.held.length]).toEqual([undefined, 30]);
		expect(run.people.get('p30')).toMatchObject({
			email: 'p30@example.com',
			traits: { 'Plan Name': 'pro', first_name: 'Ada' },
		});
		expect(run.people.get('p30')?.traits).not.toHaveProperty('plan_name');
		expect(run.log).toContain(`user ID from ${key}; email from ${email};`);
		expect(run.warnings).toEqual([]);
	});

	it.each([
		['exclude_columns', { exclude_columns: ['Plan Name'] }],
		['exclude_columns, spelled as in the records', { exclude_columns: ['plan_name'] }],
		['only_columns', { only_columns: ['First Name'] }],
	])('hold for every setting: %s', async (_name, mapping) => {
		const run = await sync({
			streams: [
				{ name: 'people', key: ['Id'], columns: ['Id', 'Email', 'Plan Name', 'First Name'] },
			],
			settings: { mapping },
			input: record({ id: 1, email: 'a@example.com', plan_name: 'pro', first_name: 'Ada' }),
		});
		expect(run.people.get('1')?.traits).toEqual({ first_name: 'Ada' });
	});

	it('are numbers again where the stream declares numbers', async () => {
		const run = await sync({
			streams: [
				{
					name: 'people',
					key: ['Id'],
					schemas: {
						Id: { type: ['null', 'integer'] },
						Score: { type: 'number' },
						code: { type: 'string' },
					},
				},
			],
			settings: { streams: [{ stream: 'people', mapping: { user_id_columns: ['Id'] } }] },
			input: record({ id: '99.000000000', score: '1.500000000', code: '007.0' }),
		});
		expect(run.held).toEqual(['99']);
		expect(run.people.get('99')?.traits).toEqual({ Score: 1.5, code: '007.0' });
	});
});

describe('the log line about the columns of a stream', () => {
	it.each([
		[
			'every role with its column, and the traits',
			{ key: ['id'], columns: ['id', 'E-mail', 'Mobile', 'fname', 'plan', '_ab_cdc_lsn'] },
			{ email_column: 'e-mail' },
			'Stream people: user ID from id; email from E-mail; phone from Mobile; first_name from fname; 1 other trait: plan; left out: _ab_cdc_lsn.',
		],
		[
			'no email address',
			{ key: ['user_id'], columns: ['user_id', 'city'] },
			{},
			'Stream people: user ID from user_id; no email column found; 1 other trait: city.',
		],
		[
			'a joined key',
			{ key: ['a', 'b'], columns: ['a', 'b', 'email'] },
			{},
			'Stream people: user ID from a + b; email from email; 2 other traits: a, b.',
		],
		[
			'one of several columns',
			{ columns: ['a', 'b', 'email'] },
			{ user_id_columns: ['a', 'b'] },
			'Stream people: user ID from a or b; email from email; 2 other traits: a, b.',
		],
	])('%s', async (_name, stream, mapping, line) => {
		const data = Object.fromEntries(stream.columns.map((column) => [column, 'a@example.com']));
		const run = await sync({
			streams: [{ name: 'people', ...stream }],
			settings: { mapping },
			input: record(data) + record(data),
		});
		expect(run.lines.filter(({ text }) => text === line)).toHaveLength(1);
	});

	it('stays short with 5,000 columns, as does everything else in the log', async () => {
		const columns = ['id', ...Array.from({ length: 5_000 }, (_, i) => `a_column_${i}`)];
		const data = Object.fromEntries(columns.map((column) => [column, column]));
		const mapping = { exclude_columns: columns.slice(3_000) };
		const run = await sync({
			streams: [{ name: 'people', columns: [...columns, 'email'] }],
			settings: { mapping },
			input: record({ ...data, email: 'a@example.com' }) + record({ ...data, email: '@' }),
		});
		expect([run.failure, run.held]).toEqual([undefined, ['id']]);
		expect(run.log).toContain('2,999 other traits: a_column_0, ');
		expect(run.log).toContain(' and 2979 more; left out: ');
		const undeclared = await sync({ settings: { mapping }, input: record({ id: 1 }) });
		const misnamed = await sync({
			streams: [{ name: 'people', columns }],
			settings: { mapping: { exclude_columns: ['quux'] } },
			input: record(data),
		});
		const texts = [...run.lines, ...undeclared.lines].map(({ text }) => text);
		for (const text of [...texts, misnamed.failure ?? '']) expect(text.length).toBeLessThan(1_500);
	});
});
