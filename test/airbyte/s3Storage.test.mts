import { describe, expect, it } from 'vitest';
import { createS3Storage } from '../../connectors/airbyte/s3Storage.mts';
import { storageProblem } from '../../connectors/airbyte/storageCheck';
import type { RawRequest } from '../../connectors/airbyte/transport.mts';
import { vocabulary } from '../../connectors/airbyte/vocabulary';
import type { Problem } from '../../src/errors';
import type { HttpResponse, NetworkFault } from '../../src/ports';
import { describe as inWords, paragraph } from '../../src/texts';
import { createFakeClock } from '../core/fake-clock.mts';
import { createFakeS3, type FakeS3Options, S3_SETTINGS, s3Error } from '../core/fake-s3.mts';
import type { Objects } from '../core/fake-storage.mts';

const text = (content: string) => Buffer.from(content);

function createWorld(options: FakeS3Options = {}, settings: object = {}, environment = {}) {
	const objects: Objects = new Map();
	const clock = createFakeClock();
	const requests: RawRequest[] = [];
	const send = createFakeS3(objects, {
		...options,
		before(request, name) {
			requests.push(request);
			return options.before?.(request, name) ?? 'goes on';
		},
	});
	const storage = createS3Storage({
		settings: { ...S3_SETTINGS, ...settings },
		environment,
		clock,
		connect: () => send,
	});
	const problem = () => clock.run(storageProblem(storage, true));
	return { clock, objects, problem, requests, storage };
}

const RESET: NetworkFault = { fault: 'ECONNRESET', sent: true };

describe('requests', () => {
	it('name the bucket, the path and the object, and are signed', async () => {
		const { clock, requests, storage } = createWorld();
		await clock.run(storage.write("it's/a%2Fb", text('x')));
		expect(requests[0]?.url).toBe('https://s3.invalid/bucket/some/where/it%27s/a%252Fb');
		expect(requests[0]?.headers.Authorization).toMatch(
			/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=.*host/,
		);
	});

	it('go to S3 itself without an endpoint', async () => {
		const { clock, requests, storage } = createWorld({}, { s3_endpoint: '', bucket_path: '/' });
		await clock.run(storage.read('name'));
		expect(requests[0]?.url).toBe('https://s3.us-east-1.amazonaws.com/bucket/name');
	});

	it('use the credentials of the environment if the settings have none', async () => {
		const settings = { access_key_id: '', secret_access_key: '' };
		const { clock, requests, storage } = createWorld({}, settings, {
			AWS_ACCESS_KEY_ID: 'of-environment',
			AWS_SECRET_ACCESS_KEY: 'secret',
			AWS_SESSION_TOKEN: 'token',
		});
		await clock.run(storage.read('name'));
		expect(requests[0]?.headers).toMatchObject({
			Authorization: expect.stringContaining('Credential=of-environment/'),
			'X-Amz-Security-Token': 'token',
		});
	});

	it('list everything, however many answers that takes', async () => {
		const { clock, objects, storage } = createWorld();
		const names = ['a b+c', 'd&e', 'ö', '%2F', 'x'].map((name) => `list/${name}`);
		for (const name of [...names, 'other/y']) objects.set(name, text(name));
		const listed = await clock.run(storage.list('list/'));
		expect(listed.map(({ name }) => name).sort()).toEqual(names.sort());
		expect(listed.every(({ bytes, name }) => bytes === text(name).length)).toBe(true);
	});
});

describe('trouble that passes', () => {
	it.each<[string, HttpResponse | NetworkFault | 'answer is lost']>([
		['a connection that was reset', RESET],
		['an answer that got lost', 'answer is lost'],
		['a timeout', { fault: 'TIMEOUT', sent: true }],
		['overload', s3Error(503, 'SlowDown')],
		['an internal error', s3Error(500, 'InternalError')],
		['a body that came too slowly', s3Error(400, 'RequestTimeout')],
		['a gateway without words', { status: 502, headers: {}, body: '' }],
	])('is waited out: %s', async (_what, fate) => {
		let seen = 0;
		// Every request needs a second attempt.
		const { clock, objects, storage } = createWorld({
			before: () => (seen++ % 2 === 0 ? fate : 'goes on'),
		});
		expect(await clock.run(storage.claim('lock', 'one'))).toBe(true);
		expect(await clock.run(storage.claim('lock', 'two'))).toBe(false);
		expect(await clock.run(storage.claim('lock', 'three', 'one'))).toBe(true);
		await clock.run(storage.append('list', text('a')));
		await clock.run(storage.append('list', text('b')));
		await clock.run(storage.remove('lock'));
		expect([...objects].map(([name, content]) => [name, content.toString()])).toEqual([
			['list', 'ab'],
		]);
	});

	it('is given up on after six attempts', async () => {
		const { clock, requests, storage } = createWorld({ before: () => s3Error(503, 'SlowDown') });
		const before = clock.now();
		await expect(clock.run(storage.write('name', text('x')))).rejects.toMatchObject({
			problem: { code: 'storage_failed', setting: 'storage', fault: 'SlowDown' },
		});
		expect(requests).toHaveLength(6);
		expect(clock.now() - before).toBeGreaterThan(7_000);
	});

	it('that comes too late changes nothing', async () => {
		const late: RawRequest[] = [];
		const { clock, objects, storage } = createWorld({
			before(request) {
				if (request.method === 'PUT') late.push(request);
				return 'goes on';
			},
		});
		await clock.run(storage.claim('lock', 'x'));
		await clock.run(storage.append('list', text('a')));
		await clock.run(storage.append('list', text('b')));
		const again = createFakeS3(objects);
		for (const request of late.slice(-2)) await again(request);
		expect(objects.get('list')?.toString()).toBe('ab');
	});

	it('does not hide that somebody else wrote at the same time', async () => {
		const { clock, objects, storage } = createWorld({
			before(request, name) {
				if (request.method === 'PUT' && name === 'list') objects.set('list', text('of another'));
				return 'goes on';
			},
		});
		await clock.run(storage.claim('lock', 'x'));
		await expect(clock.run(storage.append('list', text('a')))).rejects.toMatchObject({
			problem: { code: 'storage_failed', fault: 'TAKEN' },
		});
		expect(objects.get('list')?.toString()).toBe('of another');
	});
});

describe('a store without conditional writes', () => {
	it.each(['ignored' as const, 'not known' as const])(
		'(%s) cannot be claimed',
		async (conditions) => {
			const { clock, objects, problem, storage } = createWorld({ conditions });
			objects.set('lock', text('of another'));
			await expect(clock.run(storage.claim('lock', 'one'))).rejects.toMatchObject({
				problem: { code: 'unusable_storage', fault: 'NO_CONDITIONS' },
			});
			expect([...objects.keys()]).toEqual(['lock']);
			expect(objects.get('lock')?.toString()).toBe('of another');
			expect(await problem()).toMatchObject({ setting: 'storage.s3_endpoint' });
			await clock.run(storage.append('list', text('a')));
			await clock.run(storage.append('list', text('b')));
			expect(objects.get('list')?.toString()).toBe('ab');
		},
	);

	it('passes the test of a connection if nothing has to be claimed', async () => {
		const { clock, objects, storage } = createWorld({ conditions: 'ignored' });
		expect(await clock.run(storageProblem(storage, false))).toBeUndefined();
		expect(objects.size).toBe(0);
	});
});

const html = (status: number): HttpResponse => ({
	status,
	headers: { 'content-type': 'text/html' },
	body: '<html><body>Welcome!</body></html>',
});

const REDIRECT = {
	status: 301,
	headers: { 'x-amz-bucket-region': 'eu-west-1' },
	body: '<Error><Code>PermanentRedirect</Code><Endpoint>bucket.s3.eu-west-1.amazonaws.com</Endpoint></Error>',
};

describe('the test of a connection', () => {
	it('leaves nothing behind', async () => {
		const { objects, problem } = createWorld();
		expect(await problem()).toBeUndefined();
		expect(objects.size).toBe(0);
	});

	it.each<[string, HttpResponse | NetworkFault, string]>([
		[
			'no bucket',
			s3Error(404, 'NoSuchBucket'),
			'The bucket does not exist. Correct storage.s3_bucket_name.',
		],
		[
			'no permission',
			s3Error(403, 'AccessDenied'),
			'or the name of the bucket is wrong. Give the key these permissions, or correct storage.access_key_id or storage.s3_bucket_name.',
		],
		[
			'an unknown key',
			s3Error(403, 'InvalidAccessKeyId'),
			'There is no such access key. Correct storage.access_key_id.',
		],
		[
			'a wrong secret',
			s3Error(403, 'SignatureDoesNotMatch'),
			'The secret does not belong to the access key. Correct storage.secret_access_key.',
		],
		[
			'a wrong clock',
			s3Error(403, 'RequestTimeTooSkewed'),
			'The clock of this computer is more than 15 minutes off. Set the clock.',
		],
		[
			'another region, by redirect',
			REDIRECT,
			'The bucket is in another region. Correct storage.s3_bucket_region.',
		],
		[
			'another region, by refusal',
			s3Error(400, 'AuthorizationHeaderMalformed'),
			'The bucket is in another region. Correct storage.s3_bucket_region.',
		],
		['a web page', html(200), 'nor compatible with it. Correct storage.s3_endpoint.'],
		[
			'a web page that is missing',
			html(404),
			'nor compatible with it. Correct storage.s3_endpoint.',
		],
		[
			'an unknown host',
			{ fault: 'ENOTFOUND', sent: false },
			'The host name could not be found (ENOTFOUND). Correct storage.s3_endpoint.',
		],
		[
			'a name server that is down',
			{ fault: 'EAI_AGAIN', sent: false },
			'The host name could not be looked up (EAI_AGAIN). Check storage.s3_endpoint, and run the sync again.',
		],
		[
			'an untrusted certificate',
			{ fault: 'SELF_SIGNED_CERT_IN_CHAIN', sent: false },
			'Set NODE_EXTRA_CA_CERTS to a file with the certificate of that authority.',
		],
		[
			'nobody listening',
			{ fault: 'ECONNREFUSED', sent: false },
			'Nothing is listening at the address (ECONNREFUSED). Check storage.s3_endpoint, and run the sync again.',
		],
		[
			'a full store',
			s3Error(507, 'XMinioStorageFull'),
			'It is full. Check storage, and run the sync again.',
		],
		[
			'anything else',
			s3Error(400, 'SomethingNew'),
			'The storage answered SomethingNew. Check storage, and run the sync again.',
		],
	])('names what is wrong: %s', async (_what, fate, said) => {
		const { problem } = createWorld({ before: () => fate });
		const found = (await problem()) as Problem;
		expect(paragraph(inWords(found, vocabulary()))).toContain(said);
	});

	it('recognizes an endpoint that ends with the bucket, and writes nothing there', async () => {
		const { objects, problem } = createWorld({
			before: ({ url }) => (url.includes('list-type') ? s3Error(404, 'NoSuchKey') : 'goes on'),
		});
		const found = (await problem()) as Problem;
		expect(paragraph(inWords(found, vocabulary()))).toContain(
			'it must not contain the name of the bucket. Correct storage.s3_endpoint.',
		);
		expect(objects.size).toBe(0);
	});

	it('names what is missing: credentials', async () => {
		const { problem, requests } = createWorld({}, { secret_access_key: '' });
		expect(await problem()).toMatchObject({
			code: 'unusable_storage',
			setting: 'storage.access_key_id',
			fault: 'NO_CREDENTIALS',
		});
		expect(requests).toEqual([]);
	});
});
