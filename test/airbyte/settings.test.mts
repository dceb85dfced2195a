import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorText, isConfigError } from '../../connectors/airbyte/destination';
import { peekSecrets, readCatalog, readSettings } from '../../connectors/airbyte/settings';
import { vocabulary } from '../../connectors/airbyte/vocabulary';
import { fields } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';

const KEY = 'ws_test_key.0123456789abcdef';

/** A value never to be printed, whatever is wrong with it. */
const VALUE = 'sesame';

function complaint(read: () => unknown): string {
	try {
		read();
	} catch (error) {
		expect(isConfigError(error)).toBe(true);
		return errorText(error);
	}
	return 'nothing';
}

const about = (config: unknown) =>
	complaint(() => readSettings(typeof config === 'string' ? config : JSON.stringify(config)));

/** A configuration whose value at `path` is this. */
const withValue = (path: string, value: unknown) =>
	path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Record<
		string,
		unknown
	>;

/** A choice that the other settings of the storage depend on. */
const FOLDER = { storage_type: 'folder' };
const S3 = { storage_type: 's3', s3_bucket_name: 'b', s3_bucket_region: 'r' };

describe('settings', () => {
	it('need nothing but the key', () => {
		expect(readSettings(`{"api_key":"${KEY}"}`)).toMatchObject({
			api_key: KEY,
			workspace_id: '',
			pace: { requests_per_minute: 120 },
			dry_run: false,
		});
	});

	it('may begin with a byte order mark', () => {
		expect(readSettings(`\uFEFF{"api_key":"${KEY}"}`).api_key).toBe(KEY);
		expect(peekSecrets(`\uFEFF{"api_key":" ${KEY} ","x":1}`)).toEqual([KEY]);
	});

	it('treat null as not set, and ignore what the platform adds', () => {
		const nothing = Object.fromEntries(
			fields(Settings, vocabulary()).map(({ path }) => [path, withValue(path, null)]),
		);
		for (const [path, config] of Object.entries(nothing)) {
			if (path === 'api_key') continue;
			expect(readSettings(JSON.stringify({ api_key: KEY, ...config }))).toEqual(
				readSettings(JSON.stringify({ api_key: KEY })),
			);
		}
		expect(
			readSettings(
				JSON.stringify({
					api_key: KEY,
					airbyte_secret_prefix: VALUE,
					_airbyte_workspace: { x: 1 },
					pace: { timeout_seconds: 7, airbyte_hint: null, _x: [] },
					mapping: { rename: [{ column: 'a', trait: 'b', _airbyte_id: 1 }] },
					streams: [{ stream: 'people', namespace: null, mapping: { email_column: null } }],
				}),
			),
		).toMatchObject({
			pace: { timeout_seconds: 7 },
			mapping: { rename: [{ column: 'a', trait: 'b' }] },
			streams: [{ stream: 'people', skip_stream: false, user_id_prefix: '', mapping: {} }],
		});
		expect(about({ api_key: null })).toBe('The settings are not valid. api_key is missing.');
	});

	it.each(['.', '..', ' .. '])('refuse the workspace "%s", which would lead elsewhere', (id) => {
		expect(about({ api_key: KEY, workspace_id: id })).toBe(
			'The settings are not valid. workspace_id must be the ID of a workspace.',
		);
	});

	it.each(['...', 'a/../b', '%2e%2e', 'ws.1', '/'])('take the workspace "%s"', (id) => {
		expect(readSettings(JSON.stringify({ api_key: KEY, workspace_id: id })).workspace_id).toBe(id);
	});

	it.each(['flameup-sync', 'Old_Bucket', 'tenant:bucket', '2.b'])(
		'take the bucket "%s"',
		(name) => {
			expect(about({ api_key: KEY, storage: { ...S3, s3_bucket_name: name } })).toBe('nothing');
		},
	);

	it.each(['Buc/ket', 'my bucket', 'b\u0007', '..', '', 'b\ud800', 'https://b.example', 'b?x'])(
		'refuse the bucket "%s"',
		(name) => {
			expect(about({ api_key: KEY, storage: { ...S3, s3_bucket_name: name } })).toMatch(
				/^The settings are not valid. storage.s3_bucket_name must (be the name of a bucket alone|not be empty)/,
			);
		},
	);

	it.each(['', '/', '/a/b/', 'a b/ü', '..a/.b/c..', 'a%2F'])(
		'take the bucket path "%s"',
		(path) => {
			expect(about({ api_key: KEY, storage: { ...S3, bucket_path: path } })).toBe('nothing');
		},
	);

	it.each(['.', '..', '../a', 'a/./b', 'a/..', '/../a', 'a//b', '//', 'a\nb', 'a\ud800'])(
		'refuse the bucket path "%s", whose objects a server could look for elsewhere',
		(path) => {
			expect(about({ api_key: KEY, storage: { ...S3, bucket_path: path } })).toMatch(
				/^The settings are not valid. storage.bucket_path must be names with single slashes/,
			);
		},
	);

	it.each([
		['no JSON', `{"api_key":"${VALUE}`, 'The configuration file is not valid JSON.'],
		['an empty file', '', 'The configuration file is not valid JSON.'],
		['a list', [], 'The settings are not valid. The configuration must be an object.'],
		['a text', `"${VALUE}"`, 'The settings are not valid. The configuration must be an object.'],
		['no key', {}, 'api_key is missing.'],
		['an empty key', { api_key: ' ' }, 'api_key must not be empty.'],
		[
			'a key of two words',
			{ api_key: `a ${VALUE}` },
			'api_key must be one line of ASCII characters without spaces.',
		],
		[
			'an endless key',
			{ api_key: 'k'.repeat(1_001) },
			'api_key must not be longer than 1,000 characters.',
		],
		[
			'a lone surrogate',
			{ api_key: VALUE, workspace_id: 'ws\ud800' },
			'workspace_id must be the ID of a workspace.',
		],
		[
			'a setting with an endless name',
			{ api_key: VALUE, ['x'.repeat(200)]: 1 },
			`${'x'.repeat(100)}… is not a setting.`,
		],
		['a key that is no text', { api_key: 5 }, 'api_key must be text.'],
		['an unknown setting', { apikey: VALUE }, 'api_key is missing. apikey is not a setting.'],
		[
			'two unknown ones',
			{ batches: { size: VALUE, wait: VALUE } },
			'batches.size is not a setting. batches.wait is not a setting.',
		],
		[
			'too little',
			{ pace: { requests_per_minute: 0 } },
			'pace.requests_per_minute must be 1 or more.',
		],
		[
			'too much',
			{ batches: { people_per_request: 101 } },
			'batches.people_per_request must be 100 or less.',
		],
		[
			'a fraction',
			{ pace: { requests_in_flight: 1.5 } },
			'pace.requests_in_flight must be a whole number.',
		],
		[
			'a share of nothing',
			{ rejected_records: { policy: 'fail_above', max_percent: 0 } },
			'rejected_records.max_percent must be more than 0.',
		],
		[
			'no choice',
			{ mapping: { nested_values: VALUE } },
			'mapping.nested_values must be one of keep, flatten, text.',
		],
		[
			'a blank column',
			{ mapping: { only_columns: [' '] } },
			'mapping.only_columns.0 must not be empty.',
		],
		[
			'half a renaming',
			{ mapping: { rename: [{ column: VALUE }] } },
			'mapping.rename.0.trait is missing.',
		],
		[
			'no address',
			{ api_url: VALUE },
			'api_url must be an http or https address without a login (user@), a query (?) and a fragment (#).',
		],
		[
			'an address with a password',
			{ api_url: `https://a:${VALUE}@host/` },
			'api_url must be an http or https address without a login (user@), a query (?) and a fragment (#).',
		],
		[
			'an address that is none',
			{ api_url: 'https://[sesame/' },
			'api_url must be an http or https address without a login (user@), a query (?) and a fragment (#).',
		],
		[
			'an impossible port',
			{ api_url: 'http://localhost:99999' },
			'api_url must be an http or https address without a login (user@), a query (?) and a fragment (#).',
		],
		[
			'plain http',
			{ api_url: `http://${VALUE}.example/` },
			'api_url must start with https://, unless unencrypted http is allowed.',
		],
		[
			'plain http to a host that looks local',
			{ api_url: 'http://localhost.sesame/' },
			'api_url must start with https://, unless unencrypted http is allowed.',
		],
		[
			'a limit without its policy',
			{ rejected_records: { max_count: 5 } },
			'rejected_records.policy is skip, but rejected_records.max_count and rejected_records.max_percent apply to fail_above only.',
		],
		[
			'a policy without its limit',
			{ rejected_records: { policy: 'fail_above' } },
			'rejected_records.policy is fail_above, which needs rejected_records.max_count or rejected_records.max_percent.',
		],
		[
			'changes without a storage',
			{ changes: 'send_changed' },
			'changes is send_changed, which needs storage.',
		],
		[
			'a storage of no known type',
			{ storage: { storage_type: VALUE } },
			'storage.storage_type must be none, folder or s3.',
		],
		['a folder without a path', { storage: FOLDER }, 'storage.path is missing.'],
		[
			'a path without a folder',
			{ storage: { storage_type: 'none', path: VALUE } },
			'storage.path is not a setting.',
		],
		[
			'a bucket without a region',
			{ storage: { ...S3, s3_bucket_region: undefined } },
			'storage.s3_bucket_region is missing.',
		],
		[
			'a region that is none',
			{ storage: { ...S3, s3_bucket_region: `eu central ${VALUE}` } },
			'storage.s3_bucket_region must be a name such as eu-central-1.',
		],
		[
			'an endpoint that is no address',
			{ storage: { ...S3, s3_endpoint: `ftp://${VALUE}` } },
			'storage.s3_endpoint must be an http or https address without a login (user@), a query (?) and a fragment (#).',
		],
		[
			'an endpoint without encryption',
			{ storage: { ...S3, s3_endpoint: 'http://minio:9000' } },
			'storage.s3_endpoint must start with https://, unless unencrypted http is allowed.',
		],
		[
			'a column both in and out',
			{ mapping: { only_columns: ['First Name'], exclude_columns: ['first_name'] } },
			'mapping.exclude_columns leaves out First Name, which is in mapping.only_columns; keep one.',
		],
	])('%s', (_name, config, expected) => {
		const isWhole = typeof config === 'string' || Array.isArray(config) || 'apikey' in config;
		const given = isWhole || _name === 'no key' ? config : { api_key: KEY, ...config };
		const text = about(given);
		expect(text).toContain(expected);
		expect(text).not.toContain(VALUE);
		expect(text).not.toContain(KEY);
	});

	it.each(fields(Settings, vocabulary()).map(({ path, type }) => [path, type] as const))(
		'%s is named when it has the wrong type',
		(path, type) => {
			const wrong = type === 'text' || type === 'choice' ? [VALUE] : VALUE;
			const config = withValue(path, wrong);
			if (path === 'storage.path') Object.assign(config.storage as object, FOLDER);
			else if (path.startsWith('storage.') && !path.endsWith('_type')) {
				config.storage = { ...S3, ...(config.storage as object) };
			}
			const text = about({ api_key: KEY, ...config });
			expect(text).toMatch(new RegExp(`^The settings are not valid. ${path} must be `));
			expect(text).not.toContain(VALUE);
		},
	);

	it('never reveal a value, whatever is in the file', () => {
		const place = fc.constantFrom(
			...fields(Settings, vocabulary()).map(({ path }) => path),
			'unknown',
			'pace.x',
		);
		const wrong = fc.oneof(
			fc.constant(VALUE),
			fc.constant({ [`${VALUE}s`.slice(0, -1)]: VALUE }.sesame),
			fc.array(fc.constant({ column: [VALUE], trait: VALUE })),
			fc.record({ requests_per_minute: fc.constant(VALUE), rename: fc.constant(VALUE) }),
		);
		fc.assert(
			fc.property(place, wrong, (path, value) => {
				expect(about({ api_key: KEY, ...withValue(path, value) })).not.toContain(VALUE);
			}),
		);
	});
});

describe('the key of a file that is otherwise wrong', () => {
	it.each([
		['there', { api_key: KEY, nonsense: 1 }, [KEY]],
		['not there', { key: KEY }, []],
		['not a text', { api_key: [KEY] }, []],
		['blank', { api_key: ' ' }, []],
		['two', { api_key: KEY, storage: { secret_access_key: ' s3 ' } }, [KEY, 's3']],
	])('%s', (_name, config, expected) => {
		expect(peekSecrets(JSON.stringify(config))).toEqual(expected);
	});

	it.each(['', '{', 'null', '5'])('no JSON: %s', (text) => expect(peekSecrets(text)).toEqual([]));
});

describe('a configured catalog', () => {
	const stream = { name: 'people' };

	it.each([
		['with the least', { streams: [{ stream }] }],
		['without streams', { streams: [] }],
		[
			'with explicit nulls everywhere',
			{
				streams: [
					{
						stream: {
							...stream,
							namespace: null,
							json_schema: null,
							source_defined_primary_key: null,
							default_cursor_field: null,
						},
						primary_key: null,
						destination_sync_mode: null,
						cursor_field: null,
						generation_id: null,
					},
				],
			},
		],
		[
			'with a schema without columns',
			{ streams: [{ stream: { ...stream, json_schema: { properties: null } } }] },
		],
		[
			'with modes and members yet unknown',
			{ streams: [{ stream, destination_sync_mode: 'new', x: {} }], y: 1 },
		],
		[
			'with columns named like members of every object',
			{
				streams: [{ stream: { ...stream, json_schema: { properties: { constructor: {} } } } }],
			},
		],
	])('is read %s', (_name, catalog) => {
		expect(readCatalog(JSON.stringify(catalog))).toHaveLength(catalog.streams.length);
	});

	it.each([
		['no JSON', '{"streams":[', 'The catalog file is not valid JSON.'],
		['no streams', '{}', 'The catalog is not a configured catalog. streams is missing.'],
		['no name', '{"streams":[{"stream":{}}]}', 'streams.0.stream.name is missing.'],
		[
			'a discovered catalog',
			'{"streams":[{"name":"people","json_schema":{}}]}',
			'streams.0.stream is missing.',
		],
		[
			'a key that is no list of paths',
			'{"streams":[{"stream":{"name":"a"},"primary_key":["id"]}]}',
			'streams.0.primary_key.0 must be a list.',
		],
		[
			'columns that are a list',
			'{"streams":[{"stream":{"name":"a","json_schema":{"properties":[]}}}]}',
			'streams.0.stream.json_schema.properties must be an object.',
		],
	])('is refused with %s', (_name, text, expected) => {
		expect(complaint(() => readCatalog(text))).toContain(expected);
	});
});
