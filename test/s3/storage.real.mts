import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createS3Storage } from '../../connectors/airbyte/s3Storage.mts';
import { storageProblem } from '../../connectors/airbyte/storageCheck';
import { createSend } from '../../connectors/airbyte/transport.mts';
import { start } from '../airbyte/connector.mts';
import { people, record, state } from '../airbyte/input.mts';
import { reportIn } from '../airbyte/report.mts';
import { startProxy } from '../airbyte/secure.mts';
import { createWorld } from '../airbyte/world.mts';
import { type Fate, type Passed, startSpoiler } from './proxy.mts';
import { settingsFor } from './server.mts';

const url = inject('s3');

let paths = 0;

/** A folder in the bucket that no other test uses. */
const ownPath = (): string => `of tests/${process.pid}-${++paths}`;

const given = (own: object = {}, endpoint = url) => ({
	...settingsFor(endpoint),
	bucket_path: ownPath(),
	...own,
});

/** Waits for nothing. */
const clock = { now: Date.now, random: Math.random, sleep: () => Promise.resolve() };

const open = (settings = given()) =>
	createS3Storage({
		settings,
		environment: {},
		clock,
		connect: (address) => createSend(address, 8),
	});

const text = (content: string) => Buffer.from(content);

const DENIED = { status: 403, code: 'AccessDenied' };

describe('objects', () => {
	it('are written, read, appended to, listed and removed', async () => {
		const storage = open();
		const name = "kind/a b+c%2F..'ö";
		await storage.write(name, text('one'));
		await storage.append(name, text(' two'));
		await storage.append('kind/other', text('three'));
		expect((await storage.read(name))?.toString()).toBe('one two');
		expect(await storage.list('kind/')).toEqual(
			expect.arrayContaining([
				{ name, bytes: 7 },
				{ name: 'kind/other', bytes: 5 },
			]),
		);
		await storage.remove(name);
		await storage.remove(name);
		expect([await storage.read(name), (await storage.list('kind/')).length]).toEqual([
			undefined,
			1,
		]);
		expect(await storage.list('nothing/')).toEqual([]);
	});

	it('are listed beyond the 1,000 of one answer', async () => {
		const storage = open();
		const names = Array.from({ length: 1_010 }, (_, i) => `many/${i}`);
		await Promise.all(names.map((name) => storage.write(name, text(name))));
		const listed = (await storage.list('many/')).map(({ name }) => name);
		expect(listed.sort()).toEqual(names.sort());
	});

	it('may have 8 MB, as the parts of a large journal', async () => {
		const storage = open();
		const content = Buffer.alloc(8_000_000, 'x');
		await storage.write('large', content);
		expect(Buffer.compare((await storage.read('large')) ?? text(''), content)).toBe(0);
	});

	it('are claimed by only one of many runs', async () => {
		const settings = given();
		const claims = await Promise.all(
			Array.from({ length: 8 }, (_, i) => open(settings).claim('lock', `run ${i}`)),
		);
		expect(claims.filter(Boolean)).toHaveLength(1);
		const winner = `run ${claims.indexOf(true)}`;
		const takers = await Promise.all(
			Array.from({ length: 8 }, (_, i) => open(settings).claim('lock', `next ${i}`, winner)),
		);
		expect(takers.filter(Boolean)).toHaveLength(1);
		expect((await open(settings).read('lock'))?.toString()).toBe(`next ${takers.indexOf(true)}`);
		expect(await open(settings).claim('gone', 'x', winner)).toBe(false);
	});
});

describe('the test of a connection', () => {
	beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
	afterEach(() => void vi.useRealTimers());

	it('leaves nothing behind', async () => {
		const settings = given();
		expect(await storageProblem(open(settings), true)).toBeUndefined();
		expect(await open(settings).list('')).toEqual([]);
	});

	it.each<[string, string, object]>([
		[
			'NoSuchBucket',
			'storage.s3_bucket_name',
			{
				s3_bucket_name: 'no-such-bucket',
				access_key_id: 'stranger',
				secret_access_key: 'of-stranger',
			},
		],
		['InvalidAccessKeyId', 'storage.access_key_id', { access_key_id: 'nobody' }],
		['SignatureDoesNotMatch', 'storage.secret_access_key', { secret_access_key: 'of-reader' }],
		[
			'AccessDenied',
			'storage.access_key_id',
			{ access_key_id: 'reader', secret_access_key: 'of-reader' },
		],
	])('finds %s, and names %s', async (fault, setting, own) => {
		expect(await storageProblem(open(given(own)), true)).toEqual({
			code: 'unusable_storage',
			setting,
			fault,
		});
	});

	it('finds an endpoint with the bucket', async () => {
		const settings = given();
		const s3_endpoint = `${settings.s3_endpoint}/${settings.s3_bucket_name}`;
		expect(await storageProblem(open({ ...settings, s3_endpoint }), true)).toEqual({
			code: 'unusable_storage',
			setting: 'storage.s3_endpoint',
			fault: 'NoSuchKey',
		});
	});

	it.each([-1, 1])('finds a clock that is %s hours off', async (hours) => {
		vi.setSystemTime(Date.now() + hours * 3_600_000);
		expect(await storageProblem(open(), true)).toMatchObject({
			code: 'unusable_storage',
			fault: 'RequestTimeTooSkewed',
		});
	});
});

/** A destination whose storage is the real server, behind a proxy that spoils requests. */
async function createRemembering(
	fateOf: (request: Passed, number: number) => Fate = () => 'goes on',
	settings: object = {},
) {
	const spoiler = await startSpoiler(url, fateOf);
	const storage = given({}, spoiler.url);
	const world = await createWorld({ settings: { storage, changes: 'send_changed', ...settings } });
	return { ...world, spoiler, storage: open({ ...storage, s3_endpoint: url }) };
}

const isJournal = ({ method, url: asked }: Passed): boolean =>
	method === 'PUT' && asked.includes('.journal');

describe('a sync', () => {
	it('sends nobody a second time, and lists who was rejected', async () => {
		const { check, flameup, spoiler, storage, write } = await createRemembering();
		expect((await check()).output).toContain('The storage can be read and written.');
		const bad = record({ id: 'bad', email: 'nobody at home' });
		await write(people(1, 1_000) + bad);
		const before = flameup.stats().requests;
		const { code, logs, output } = await write(people(1, 1_000));
		expect([code, flameup.stats().requests - before]).toEqual([0, 0]);
		expect(reportIn(logs)).toMatchObject({ received: 1_000, unchanged: 1_000, upserted: 0 });
		const [list] = await storage.list('rejected/');
		expect(list?.name).toMatch(/^rejected\/people\/.*-0001\.jsonl\.gz$/);
		const lines = gunzipSync((await storage.read(list?.name ?? '')) ?? '').toString();
		expect(JSON.parse(lines)).toMatchObject({ code: 'invalid_email', record: 1_001 });
		const [report] = await storage.list('reports/');
		const shown = (await storage.read(report?.name ?? ''))?.toString();
		expect(`${shown}${output}`).not.toContain('of-writer');
		expect(spoiler.passed.every(({ authorization }) => authorization.includes('writer/'))).toBe(
			true,
		);
	});

	it('takes its credentials from the environment', async () => {
		const storage = given({ access_key_id: undefined, secret_access_key: undefined });
		const { write } = await createWorld({ settings: { storage, changes: 'send_changed' } });
		const env = { AWS_ACCESS_KEY_ID: 'writer', AWS_SECRET_ACCESS_KEY: 'of-writer' };
		await write(people(1, 10), { env });
		expect(reportIn((await write(people(1, 10), { env })).logs)).toMatchObject({ unchanged: 10 });
		const { code, errors } = await write(people(1, 10));
		expect([code, errors[0]?.failure_type]).toEqual([1, 'config_error']);
		expect(errors[0]?.message).toContain('There is no access key');
	});

	it('reaches the storage through the proxy of the environment', async () => {
		const proxy = await startProxy();
		const { write } = await createRemembering();
		const { code } = await write(people(1, 10), { env: { HTTP_PROXY: proxy.url } });
		const asked = proxy.asked.filter((one) => one.includes('/bucket/'));
		expect([code, asked.some((one) => one.startsWith('PUT http://127.0.0.1'))]).toEqual([0, true]);
	});

	it('trusts nothing wrong, however often it is killed', async () => {
		const { flameup, start: startOne, write } = await createRemembering();
		const versions = (plan: string) =>
			Array.from({ length: 400 }, (_, i) => record({ id: `p${i}`, plan })).join('');
		const held = () => new Set([...flameup.people().values()].map(({ traits }) => traits.plan));
		await write(versions('A'));
		let unchanged = 0;
		for (let round = 1; round <= 4; round++) {
			const connector = startOne();
			void connector.write(versions('B') + versions(`C${round}`));
			await connector.acknowledged(0).catch(() => undefined);
			await connector.kill('SIGKILL');
			const { code, logs } = await write(versions('A'));
			expect([code, held()]).toEqual([0, new Set(['A'])]);
			unchanged += reportIn(logs)?.unchanged ?? 0;
		}
		expect(unchanged).toBeGreaterThan(0);
	});

	it('goes on when uploads are cut and answers get lost', async () => {
		const { flameup, spoiler, write } = await createRemembering(({ method }, number) => {
			if (number % 11 === 0) return 'reset after';
			return number % 7 === 0 && method === 'PUT' ? 'reset' : 'goes on';
		});
		for (const plan of ['A', 'B', 'A']) {
			const lines = Array.from({ length: 300 }, (_, i) => record({ id: `p${i}`, plan }));
			const { code, errors } = await write(lines.join(''));
			expect([code, errors]).toEqual([0, []]);
			expect(flameup.people().get('p7')?.traits.plan).toBe(plan);
		}
		expect(spoiler.passed.length).toBeGreaterThan(30);
	});

	it('goes on without remembering when the storage is denied amid it', async () => {
		let held = () => 0;
		const { flameup, write } = await createRemembering((request) =>
			isJournal(request) && held() > 0 ? DENIED : 'goes on',
		);
		held = () => flameup.people().size;
		const denied = await write(people(1, 300));
		expect([denied.code, flameup.people().size]).toEqual([0, 300]);
		expect(denied.logs.join('\n')).toContain(
			'or correct storage.access_key_id or storage.s3_bucket_name. What was not yet saved is not remembered',
		);
		held = () => 0;
		expect(reportIn((await write(people(1, 300))).logs)).toMatchObject({ unchanged: 0 });
	});

	it('fails if rejected records cannot be listed, and acknowledges none of them', async () => {
		const { write } = await createRemembering(({ method, url: asked }) =>
			method === 'PUT' && asked.includes('/rejected/')
				? { status: 503, code: 'SlowDown' }
				: 'goes on',
		);
		const bad = record({ id: 'bad', email: 'nobody at home' });
		const { code, errors, states } = await write(people(1, 3) + state(1) + bad + state(2));
		expect([code, errors[0]?.failure_type]).toEqual([1, 'transient_error']);
		expect(errors[0]?.message).toBe(
			'The storage could not be read or written. It is overloaded. Check storage, and run the sync again.',
		);
		expect(states.filter((line) => line.includes('"id":2'))).toEqual([]);
	});

	it('fails before it sends anyone if the storage cannot be used', async () => {
		const { flameup, write } = await createRemembering(() => DENIED);
		const { code, errors } = await write(people(1, 3));
		expect([code, errors[0]?.failure_type, flameup.stats().requests]).toEqual([
			1,
			'config_error',
			0,
		]);
	});

	it('sends listed records again', async () => {
		const { flameup, storage, write, writeArgs } = await createRemembering(undefined, {
			rejected_records: { keep_values: true },
			changes: 'send_all',
		});
		await write(people(1, 3) + record({ id: '' }) + record({ id: 'x', simulator_refuse: 'no' }));
		expect(flameup.people().size).toBe(3);
		const { code, logs } = await start(['retry', ...writeArgs.slice(1)]).end();
		expect([code, (await storage.list('rejected/')).length]).toEqual([0, 1]);
		expect(logs.join('\n')).toContain('2 listed records tried again, 0 accepted');
	});
});
