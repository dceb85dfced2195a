import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonSchema, jsonSchema } from '../../src/settings/fields';
import { normalized, Settings } from '../../src/settings/settings';

/** Each setting with its path, those of list entries too. */
function all(schema: JsonSchema, prefix = ''): [path: string, setting: JsonSchema][] {
	return Object.entries(schema.properties ?? schema.items?.properties ?? {}).flatMap(
		([name, setting]): [string, JsonSchema][] => [
			[prefix + name, setting],
			...all(setting, `${prefix}${name}.`),
		],
	);
}

/** Where a refusal points to; unknown settings are named by their own path. */
const refusedPaths = (settings: object): string[] => {
	const { error } = Settings.safeParse({ api_key: 'key', ...settings });
	return (error?.issues ?? []).flatMap((issue) =>
		issue.code === 'unrecognized_keys'
			? issue.keys.map((key) => [...issue.path, key].join('.'))
			: [issue.path.join('.')],
	);
};

describe.each(all(jsonSchema(Settings)))('the setting %s', (path, { title, description }) => {
	it('has a name in snake_case', () => expect(path).toMatch(/^[a-z_]+(\.[a-z_]+)*$/));
	it('has a title without a full stop', () => expect(title).toMatch(/^[A-Z].*[^.]$/));
	it('speaks to the user in full sentences', () => expect(description).toMatch(/^You .+\.$/));
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
		rejected_records: {
			policy: 'skip',
			invalid_email: 'reject',
			samples: 10,
			include_values: false,
		},
		pace: {
			requests_per_minute: 120,
			follow_announced_limit: false,
			requests_in_flight: 4,
			timeout_seconds: 60,
			give_up_after_minutes: 10,
		},
		batches: { people_per_request: 100, bytes_per_request: 1_000_000, max_age_seconds: 4 },
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
	['an empty address', { api_url: '' }, 'api_url'],
	['an address with a query', { api_url: 'https://api.example/v1?key=1' }, 'api_url'],
	['an address with a fragment', { api_url: 'https://api.example/v1#x' }, 'api_url'],
	['an address with a password', { api_url: 'https://me:secret@api.example' }, 'api_url'],
	['another protocol', { api_url: 'ftp://api.example' }, 'api_url'],
])('refuses %s', (_name, settings, path) => expect(refusedPaths(settings)).toEqual([path]));

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
	it.each(ELSEWHERE)('does not leave it: %s', (api_url) =>
		expect(refusedPaths({ api_url })).toEqual(['api_url']),
	);
	it.each(ELSEWHERE)('leaves it when the user allows that: %s', (api_url) =>
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

	it('reaches nobody but this computer, whatever the address looks like', () => {
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

it.each([
	['First Name', 'firstname'],
	['first_name', 'firstname'],
	['FIRST-NAME', 'firstname'],
	[' first\tname ', 'firstname'],
	['first.name', 'first.name'],
	['Größe', 'größe'],
])('compares the column %j as %s', (name, expected) => expect(normalized(name)).toBe(expected));
