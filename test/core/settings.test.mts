import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SettingIssue } from '../../src/errors';
import { type JsonSchema, jsonSchema } from '../../src/settings/fields';
import { settingIssues } from '../../src/settings/issues';
import { Settings, StreamSettings, streamMapping } from '../../src/settings/settings';
import { AIRBYTE_WORDS, N8N_WORDS } from './words.mts';

/** Each setting with its path, those of list entries too. */
function all(schema: JsonSchema, prefix = ''): [path: string, setting: JsonSchema][] {
	return Object.entries(schema.properties ?? schema.items?.properties ?? {}).flatMap(
		([name, setting]): [string, JsonSchema][] => [
			[prefix + name, setting],
			...all(setting, `${prefix}${name}.`),
		],
	);
}

/** The issues of settings that also have an API key. */
function issuesOf(settings: object): SettingIssue[] {
	const input = { api_key: 'key', ...settings };
	const { error } = Settings.safeParse(input);
	return error === undefined ? [] : settingIssues(error, input);
}

/** The paths refused. */
const refusedPaths = (settings: object): string[] =>
	issuesOf(settings).map(({ setting }) => setting);

describe.each([
	['Airbyte', AIRBYTE_WORDS],
	['n8n', N8N_WORDS],
])('in the words of %s', (_host, words) => {
	describe.each(all(jsonSchema(Settings, words)))('the setting %s', (path, setting) => {
		const { description, title } = setting;
		it('has a name in snake_case', () => expect(path).toMatch(/^[a-z_0-9]+(\.[a-z_0-9]+)*$/));
		it('has a title without a full stop', () => expect(title).toMatch(/^[A-Z].*[^.]$/));
		it('says what it is, in full sentences', () => {
			expect(description).toMatch(/^[A-Z].+\.$/s);
			expect(description).not.toMatch(/^(?:You|Your|This|The setting|Please)\b/);
			expect(description).not.toMatch(/\. [a-z]|\s{2}|\.\.$/);
		});
		it('has its placeholders filled in', () => {
			expect(`${title} ${description}`).not.toMatch(/[{}]/);
		});
	});

	it('uses the terms of its users for records, columns and runs', () => {
		const texts = all(jsonSchema(Settings, words)).map(([, { description = '' }]) => description);
		expect(texts.join(' ')).toContain(words.column);
		expect(texts.join(' ')).toContain(words.record);
	});
});

it('is complete with nothing but an API key', () => {
	expect(Settings.parse({ api_key: ' key ' })).toEqual({
		api_key: 'key',
		workspace_id: '',
		api_url: 'https://api.flameup.ai/api/v1',
		allow_http: false,
		mapping: {
			user_id_columns: [],
			email_column: '',
			only_columns: [],
			exclude_columns: [],
			rename: [],
			nested_values: 'keep',
			empty_values: 'omit',
		},
		streams: [],
		streams_share_user_ids: false,
		rejected_records: {
			policy: 'skip',
			invalid_email: 'reject',
			samples: 10,
			include_values: false,
			keep_values: false,
			keep_megabytes: 100,
			keep_days: 30,
		},
		pace: {
			requests_per_minute: 120,
			follow_announced_limit: false,
			requests_in_flight: 4,
			timeout_seconds: 60,
			give_up_after_minutes: 10,
		},
		batches: { people_per_request: 100, bytes_per_request: 1_000_000, max_age_seconds: 4 },
		storage: { storage_type: 'none' },
		changes: 'send_all',
		resend_everything_after_days: 30,
		dry_run: false,
	});
});

it.each([
	['an API key of two lines', { api_key: 'key\r\nX-Other: 1' }, 'api_key'],
	['an API key with a blank inside', { api_key: 'Bearer key' }, 'api_key'],
	['an API key that is only blanks', { api_key: '  ' }, 'api_key'],
	['an API key that is no text', { api_key: 42 }, 'api_key'],
	['an unknown setting', { apiKey: 'key' }, 'apiKey'],
	['an unknown setting in a group', { mapping: { rename_columns: [] } }, 'mapping.rename_columns'],
	[
		'an unknown part of a list entry',
		{ mapping: { rename: [{ column: 'a', trait: 'b', to: 'c' }] } },
		'mapping.rename.0.to',
	],
	[
		'a rename without a trait',
		{ mapping: { rename: [{ column: 'a' }] } },
		'mapping.rename.0.trait',
	],
	['a blank column name', { mapping: { only_columns: [' '] } }, 'mapping.only_columns.0'],
	['an unknown choice', { mapping: { nested_values: 'drop' } }, 'mapping.nested_values'],
	[
		'a column both listed and left out',
		{ mapping: { only_columns: ['First Name'], exclude_columns: ['first_name'] } },
		'mapping.exclude_columns',
	],
	[
		'an email column that is left out',
		{ mapping: { email_column: 'Work Email', exclude_columns: ['work_email'] } },
		'mapping.exclude_columns',
	],
	[
		'one column with two new names',
		{
			mapping: {
				rename: [
					{ column: 'plan', trait: 'a' },
					{ column: 'plan', trait: 'b' },
				],
			},
		},
		'mapping.rename',
	],
	[
		'fail_above without a limit',
		{ rejected_records: { policy: 'fail_above' } },
		'rejected_records.policy',
	],
	['a limit without fail_above', { rejected_records: { max_count: 3 } }, 'rejected_records.policy'],
	[
		'a share without fail_above',
		{ rejected_records: { policy: 'fail_at_first', max_percent: 3 } },
		'rejected_records.policy',
	],
	[
		'a share of nothing',
		{ rejected_records: { policy: 'fail_above', max_count: 1, max_percent: 0 } },
		'rejected_records.max_percent',
	],
	[
		'a share of everything',
		{ rejected_records: { policy: 'fail_above', max_count: 1, max_percent: 100 } },
		'rejected_records.max_percent',
	],
	[
		'half a record',
		{ rejected_records: { policy: 'fail_above', max_count: 1.5 } },
		'rejected_records.max_count',
	],
	['no requests at all', { pace: { requests_per_minute: 0 } }, 'pace.requests_per_minute'],
	['a number as text', { pace: { requests_per_minute: '60' } }, 'pace.requests_per_minute'],
	['no time for an answer', { pace: { timeout_seconds: 0 } }, 'pace.timeout_seconds'],
	[
		'endless patience',
		{ pace: { give_up_after_minutes: Number.POSITIVE_INFINITY } },
		'pace.give_up_after_minutes',
	],
	[
		'more people than Flameup takes',
		{ batches: { people_per_request: 101 } },
		'batches.people_per_request',
	],
	[
		'requests too small for a person',
		{ batches: { bytes_per_request: 9_999 } },
		'batches.bytes_per_request',
	],
	['a stream without a name', { streams: [{ skip_stream: true }] }, 'streams.0.stream'],
	['a stream with an empty name', { streams: [{ stream: '' }] }, 'streams.0.stream'],
	[
		'an unknown setting of a stream',
		{ streams: [{ stream: 'a', mapping: { email: 'x' } }] },
		'streams.0.mapping.email',
	],
	[
		'a blank column of a stream',
		{ streams: [{ stream: 'a', mapping: { only_columns: [' '] } }] },
		'streams.0.mapping.only_columns.0',
	],
	[
		'sharing that is neither on nor off',
		{ streams_share_user_ids: 'yes' },
		'streams_share_user_ids',
	],
	['a workspace that is this folder', { workspace_id: '.' }, 'workspace_id'],
	['a workspace that is the one above', { workspace_id: ' .. ' }, 'workspace_id'],
	['a workspace with half a character', { workspace_id: 'ws\ud800' }, 'workspace_id'],
	['an API key far too long', { api_key: 'k'.repeat(1_001) }, 'api_key'],
	['an empty address', { api_url: '' }, 'api_url'],
	['an address with a query', { api_url: 'https://api.example/v1?key=1' }, 'api_url'],
	['an address with a fragment', { api_url: 'https://api.example/v1#x' }, 'api_url'],
	['an address with a password', { api_url: 'https://me:secret@api.example' }, 'api_url'],
	['another protocol', { api_url: 'ftp://api.example' }, 'api_url'],
])('refuses %s', (_name, settings, path) => expect(refusedPaths(settings)).toEqual([path]));

/** Both lists of a column that is left out as well. */
const both = (setting: string, listed: unknown, excluded: string) => ({
	mapping: { [setting]: listed, exclude_columns: [excluded] },
});

it.each<[string, object, SettingIssue[]]>([
	['a key of two lines', { api_key: 'a\nb' }, [{ setting: 'api_key', problem: 'one_line' }]],
	[
		'a key too long',
		{ api_key: 'k'.repeat(1_001) },
		[{ setting: 'api_key', problem: 'key_too_long' }],
	],
	[
		'no workspace',
		{ workspace_id: '..' },
		[{ setting: 'workspace_id', problem: 'not_a_workspace_id' }],
	],
	['no address', { api_url: 'flameup.ai' }, [{ setting: 'api_url', problem: 'not_an_address' }]],
	['plain http', { api_url: 'http://x.example' }, [{ setting: 'api_url', problem: 'needs_https' }]],
	[
		'a column both listed and left out',
		both('only_columns', ['First Name'], 'first_name'),
		[{ setting: 'mapping.exclude_columns', problem: 'also_in_only_columns', other: 'First Name' }],
	],
	[
		'an email column that is left out',
		both('email_column', 'e_mail', 'Email'),
		[{ setting: 'mapping.exclude_columns', problem: 'also_in_email_column', other: 'e_mail' }],
	],
	[
		'a user ID that is left out',
		both('user_id_columns', ['id', 'a.b'], 'a.b'),
		[{ setting: 'mapping.exclude_columns', problem: 'also_in_user_id_columns', other: 'a.b' }],
	],
	[
		'a part of what is left out',
		both('only_columns', ['address.city'], 'address'),
		[
			{
				setting: 'mapping.exclude_columns',
				problem: 'also_in_only_columns',
				other: 'address.city',
			},
		],
	],
	[
		'a new name for what is left out',
		both('rename', [{ column: 'name', trait: 'x' }], 'name'),
		[{ setting: 'mapping.exclude_columns', problem: 'also_in_rename', other: 'name' }],
	],
	[
		'a new name for what is not listed',
		{ mapping: { only_columns: ['plan'], rename: [{ column: 'name', trait: 'x' }] } },
		[{ setting: 'mapping.rename', problem: 'not_in_only_columns', other: 'name' }],
	],
	[
		'streams of two namespaces that fit only one by one',
		{
			streams: [
				{ stream: 'a', mapping: { exclude_columns: ['k'] } },
				{ stream: 'a', namespace: 'n', mapping: { user_id_columns: ['k'] } },
			],
		},
		[
			{
				setting: 'streams.1.mapping.exclude_columns',
				problem: 'also_in_user_id_columns',
				other: 'k',
			},
		],
	],
	[
		'one column with two new names',
		{ mapping: { rename: ['x', 'y'].map((trait) => ({ column: 'plan', trait })) } },
		[{ setting: 'mapping.rename', problem: 'listed_twice', other: 'plan' }],
	],
	[
		'one stream twice',
		{ streams: [{ stream: 'a' }, { stream: 'b' }, { stream: 'a' }] },
		[{ setting: 'streams', problem: 'listed_twice', other: 'a' }],
	],
	[
		'a stream that leaves out what all others need',
		{
			mapping: { user_id_columns: ['key'] },
			streams: [{ stream: 'a' }, { stream: 'b', mapping: { exclude_columns: ['key'] } }],
		},
		[
			{
				setting: 'streams.1.mapping.exclude_columns',
				problem: 'also_in_user_id_columns',
				other: 'key',
			},
		],
	],
	[
		'what is wrong in general only once',
		{ ...both('only_columns', ['a'], 'a'), streams: [{ stream: 's', user_id_prefix: 's-' }] },
		[{ setting: 'mapping.exclude_columns', problem: 'also_in_only_columns', other: 'a' }],
	],
	[
		'fail_above without a limit',
		{ rejected_records: { policy: 'fail_above' } },
		[{ setting: 'rejected_records.policy', problem: 'needs_limit' }],
	],
	[
		'a limit without fail_above',
		{ rejected_records: { max_count: 3 } },
		[{ setting: 'rejected_records.policy', problem: 'ignores_limit', other: 'skip' }],
	],
	['nothing at all', { api_key: undefined }, [{ setting: 'api_key', problem: 'missing' }]],
	['a number', { api_key: 7 }, [{ setting: 'api_key', problem: 'type', expected: 'string' }]],
	['a text', { dry_run: 'yes' }, [{ setting: 'dry_run', problem: 'type', expected: 'boolean' }]],
	[
		'half a person',
		{ batches: { people_per_request: 1.5 } },
		[{ setting: 'batches.people_per_request', problem: 'type', expected: 'int' }],
	],
	[
		'an empty name',
		{ mapping: { only_columns: [''] } },
		[{ setting: 'mapping.only_columns.0', problem: 'empty' }],
	],
	[
		'an unknown choice',
		{ mapping: { empty_values: 'drop' } },
		[{ setting: 'mapping.empty_values', problem: 'choice', choices: ['omit', 'send'] }],
	],
	[
		'too little',
		{ pace: { timeout_seconds: 0 } },
		[{ setting: 'pace.timeout_seconds', problem: 'too_small', bound: 1, inclusive: true }],
	],
	[
		'too much',
		{ pace: { timeout_seconds: 601 } },
		[{ setting: 'pace.timeout_seconds', problem: 'too_big', bound: 600, inclusive: true }],
	],
	[
		'the bound itself',
		{ rejected_records: { policy: 'fail_above', max_percent: 100 } },
		[{ setting: 'rejected_records.max_percent', problem: 'too_big', bound: 100, inclusive: false }],
	],
	['an unknown name', { apiKey: 1 }, [{ setting: 'apiKey', problem: 'unknown' }]],
])('reports as data: %s', (_name, settings, issues) => expect(issuesOf(settings)).toEqual(issues));

it('accepts or refuses any input, and names a setting for each fault', () => {
	const anything = fc.oneof(fc.anything(), fc.constantFrom(null, [], {}, '', 0));
	const group = fc.oneof(
		anything,
		fc.record(
			{
				mapping: anything,
				streams: fc.oneof(anything, fc.array(fc.record({ stream: anything, mapping: anything }))),
				rejected_records: anything,
				api_url: anything,
				workspace_id: anything,
			},
			{ requiredKeys: [] },
		),
	);
	fc.assert(
		fc.property(group, (input) => {
			const { error } = Settings.safeParse(input);
			if (error !== undefined) expect(settingIssues(error, input).length).toBeGreaterThan(0);
		}),
		{ numRuns: 500 },
	);
});

it('never repeats a value, such as a key in the wrong place', () => {
	const secret = 'flmp_secret_0123456789';
	const wrong = fc.constantFrom(secret, [secret], { [`${'x'.repeat(200)}${secret}`]: 1 }, 7);
	const settings = fc.record({
		api_key: fc.constantFrom(`${secret}\n`, [secret], `${secret} ${secret}`),
		api_url: fc.constantFrom(`ftp://${secret}`, secret),
		pace: wrong,
		batches: fc.record({ people_per_request: wrong }),
		mapping: fc.record({ nested_values: wrong, user_id_columns: wrong }),
		dry_run: wrong,
	});
	fc.assert(
		fc.property(settings, (given) => {
			const issues = issuesOf(given);
			expect(issues.length).toBeGreaterThan(0);
			expect(JSON.stringify(issues)).not.toContain(secret);
		}),
	);
});

describe('the settings of a stream', () => {
	const general = Settings.parse({
		api_key: 'key',
		mapping: { email_column: 'mail', exclude_columns: ['x'], nested_values: 'text' },
	}).mapping;

	it.each<[string, object, object]>([
		['change nothing when there are none', {}, {}],
		['replace a list', { only_columns: ['y'] }, { only_columns: ['y'] }],
		['empty a list', { user_id_columns: [] }, { user_id_columns: [] }],
		['leave out more', { exclude_columns: ['y'] }, { exclude_columns: ['x', 'y'] }],
		['empty a text', { email_column: '' }, { email_column: '' }],
		['bring back a default', { nested_values: 'keep' }, { nested_values: 'keep' }],
		['leave what is not set', { nested_values: undefined }, {}],
	])('%s', (_name, mapping, expected) =>
		expect(streamMapping(general, StreamSettings.parse({ stream: 's', mapping }))).toEqual({
			...general,
			...expected,
		}),
	);

	it('have defaults', () =>
		expect(StreamSettings.parse({ stream: 's' })).toEqual({
			stream: 's',
			skip_stream: false,
			user_id_prefix: '',
			mapping: {},
		}));

	it('may differ in their namespace alone', () => {
		const streams = [{ stream: 'a' }, { stream: 'a', namespace: 'n' }];
		expect(issuesOf({ streams })).toEqual([]);
	});

	it('keep each setting of the mapping', () => {
		const schema = jsonSchema(StreamSettings, AIRBYTE_WORDS).properties?.mapping;
		expect(Object.keys(schema?.properties ?? {})).toEqual(Object.keys(general));
		expect(schema?.required).toBeUndefined();
	});
});

it('names everything that is wrong at once', () => {
	const settings = {
		api_key: '',
		workspace: 'ws',
		pace: { requests_in_flight: 17, speed: 'high' },
	};
	expect(refusedPaths(settings).sort()).toEqual([
		'api_key',
		'pace.requests_in_flight',
		'pace.speed',
		'workspace',
	]);
});

describe('plain http', () => {
	it.each([
		'http://localhost',
		'http://localhost:8080/api/v1',
		'http://127.0.0.1:3000/',
		'http://127.8.9.10',
		'http://[::1]:8080/api',
		' http://localhost ',
	])('goes to this computer: %s', (api_url) => expect(refusedPaths({ api_url })).toEqual([]));

	const ELSEWHERE = [
		'http://api.flameup.ai/api/v1',
		'http://localhost.example',
		'http://127.0.0.1.example',
		'http://127.0.0.1example',
		'http://notlocalhost',
		'http://127.0.0.1.nip.io:80/',
		'http://localhost:80.example',
		'http://localhost:x/',
		'http://localhost\\.example',
		'http://[::1].example',
		'http://[::2]',
		'http://0.0.0.0',
		'http://10.0.0.1',
		'http://192.168.0.1:8080',
		'http://ⓛocalhost',
	];
	it.each(ELSEWHERE)('is refused for another host: %s', (api_url) =>
		expect(refusedPaths({ api_url })).toEqual(['api_url']),
	);
	it.each(ELSEWHERE)('goes to another host when the user allows that: %s', (api_url) =>
		expect(refusedPaths({ api_url, allow_http: true })).toEqual([]),
	);
	it.each([
		'http://localhost@evil.example',
		'http://localhost:80@evil.example/',
		'http:evil.example',
		'http:/evil.example',
		'http:///evil.example',
		'http:\\\\evil.example',
		'HTTP://evil.example',
		'http://local\thost',
		'//evil.example',
	])('is never an address that browsers read differently: %j', (api_url) =>
		expect(refusedPaths({ api_url, allow_http: true })).toContain('api_url'),
	);

	it('reaches only this computer, whatever the address looks like', () => {
		const piece = fc.constantFrom(
			...['localhost', '127.0.0.1', '[::1]', 'evil.example', '.', ':', '@', '/', '\\', '#', '?'],
			...['%2e', '%40', '80', '\t', '\n', ' ', '。', '::', 'ﬀ', '\u00ad'],
		);
		const address = fc.array(piece, { maxLength: 7 }).map((pieces) => `http://${pieces.join('')}`);
		fc.assert(
			fc.property(address, (api_url) => {
				const { data } = Settings.safeParse({ api_key: 'key', api_url });
				if (data === undefined || !URL.canParse(data.api_url)) return;
				expect(new URL(data.api_url).hostname).toMatch(/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/);
			}),
			{ numRuns: 1_000 },
		);
	});
});

it.each<[string, object]>([
	['a part of a listed column', { only_columns: ['address'], rename: [['address.city', 'x']] }],
	['a column of which a part is listed', { only_columns: ['a.b'], rename: [['a', 'x']] }],
	[
		'a listed column in another spelling',
		{ only_columns: ['Full Name'], rename: [['full_name', 'x']] },
	],
	['the email address, which is always sent', { only_columns: ['plan'], rename: [['m', 'email']] }],
	['id, though _id is left out', { exclude_columns: ['_id'], rename: [['id', 'x']] }],
])('may rename %s', (_name, mapping) => {
	const { rename, ...others } = mapping as { rename: [string, string][] };
	const renames = rename.map(([column, trait]) => ({ column, trait }));
	const settings = { api_key: 'key', mapping: { ...others, rename: renames } };
	expect(Settings.safeParse(settings).success).toBe(true);
});
