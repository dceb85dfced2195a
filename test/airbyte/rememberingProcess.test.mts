import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { S3_SETTINGS } from '../core/fake-s3.mts';
import { endAll, start, until } from './connector.mts';
import { people, record } from './input.mts';
import { reportIn } from './report.mts';
import { createFolder, createWorld } from './world.mts';

afterAll(endAll);

const remembering = (path: string) => ({
	storage: { storage_type: 'folder', path },
	changes: 'send_changed',
});

const createRemembering = async () => {
	const folder = createFolder();
	return { ...(await createWorld({ settings: remembering(folder) })), storage: folder };
};

it('sends nobody a second time', async () => {
	const { flameup, write } = await createRemembering();
	await write(people(1, 1_000));
	const before = flameup.stats().requests;
	const { code, logs } = await write(people(1, 1_000));
	expect([code, flameup.stats().requests - before]).toEqual([0, 0]);
	expect(reportIn(logs)).toMatchObject({ received: 1_000, unchanged: 1_000, upserted: 0 });
});

it('keeps what was confirmed when it is terminated', async () => {
	const { start, write } = await createRemembering();
	const connector = start();
	await connector.write(people(1, 300));
	await connector.acknowledged(30);
	const { code, signal } = await connector.kill('SIGTERM');
	expect([code, signal]).toEqual([null, 'SIGTERM']);
	const { logs } = await write(people(1, 300));
	expect(reportIn(logs)).toMatchObject({ unchanged: 300 });
});

it('ends in time when it is terminated while its storage accepts connections and never answers', async () => {
	let connections = 0;
	const hanging = createServer(() => connections++).listen(0, '127.0.0.1');
	await once(hanging, 'listening');
	const { port } = hanging.address() as AddressInfo;
	const { start } = await createWorld({
		settings: {
			storage: { ...S3_SETTINGS, s3_endpoint: `http://127.0.0.1:${port}` },
			changes: 'send_changed',
		},
	});
	const connector = start();
	await until(() => connections > 0);
	const before = connector.elapsed();
	const { afterMs, errors, logs, signal } = await connector.kill('SIGTERM');
	hanging.close();
	expect([signal, afterMs - before < 8_000]).toEqual(['SIGTERM', true]);
	expect(errors[0]?.message).toContain('The sync was stopped before it finished.');
	expect(logs.join('\n')).toContain('had not answered when the sync had to end');
});

it('loses nothing and trusts nothing wrong, however often it is killed', async () => {
	const { flameup, start, write } = await createRemembering();
	const versions = (plan: string) =>
		Array.from({ length: 1_500 }, (_, i) => record({ id: `p${i}`, plan })).join('');
	const held = () => new Set([...flameup.people().values()].map(({ traits }) => traits.plan));
	await write(versions('A'));
	let unchanged = 0;
	for (let round = 1; round <= 12; round++) {
		const connector = start();
		const before = flameup.stats().requests;
		void connector.write(versions('B') + versions(`C${round}`));
		// Some rounds end before the first request, some amid requests and appends.
		while (round % 4 !== 0 && flameup.stats().requests < before + round) await sleep(1);
		await sleep(round % 3);
		await connector.kill('SIGKILL');
		const { code, logs } = await write(versions('A'));
		expect([code, held()]).toEqual([0, new Set(['A'])]);
		expect(logs.filter((text) => /damaged|is using this storage/.test(text))).toEqual([]);
		unchanged += reportIn(logs)?.unchanged ?? 0;
	}
	expect(unchanged).toBeGreaterThan(1_500);
});

it('lets a second run at once send everyone, and the next one too', async () => {
	const { flameup, start, write } = await createRemembering();
	await write(people(1, 100));
	const first = start();
	await first.write(people(101, 200));
	await first.acknowledged(10);
	const before = flameup.stats().requests;
	const second = await write(people(1, 100));
	expect(flameup.stats().requests - before).toBe(1);
	expect(second.logs.join('\n')).toContain('Another sync is using this storage');
	expect((await first.end()).code).toBe(0);
	expect(reportIn((await write(people(1, 100))).logs)).toMatchObject({ upserted: 100 });
	expect(reportIn((await write(people(1, 100))).logs)).toMatchObject({ unchanged: 100 });
});

it('names the folder that does not exist, in the check and in the sync', async () => {
	const { storage, check, flameup, write } = await createRemembering();
	expect((await check()).output).toContain('The storage can be read and written.');
	rmSync(storage, { recursive: true });
	const said = 'The storage cannot be used. The folder does not exist. Correct storage.path.';
	const { code, output } = await check();
	expect([code, output.includes(said)]).toEqual([0, true]);
	const before = flameup.stats().requests;
	const ending = await write(people(1, 10));
	expect([ending.code, ending.errors[0]?.failure_type]).toEqual([1, 'config_error']);
	expect(ending.errors[0]?.message).toBe(said);
	expect(flameup.stats().requests).toBe(before);
});

it('sends listed records again', async () => {
	const folder = createFolder();
	const rejected_records = { keep_values: true };
	const { config, flameup, write, writeArgs } = await createWorld({
		settings: { ...remembering(folder), rejected_records },
	});
	await write(people(1, 3) + record({ id: 'bad', email: 'nobody at home' }));
	const [file = ''] = readdirSync(join(folder, 'rejected/people'));
	expect(file).toMatch(/^\d{4}-\d\d-\d\dT\d{4}Z-\w{8}-0001\.jsonl\.gz$/);
	const corrected = { ...rejected_records, invalid_email: 'send_without_email' };
	const settings = JSON.parse(readFileSync(config, 'utf8'));
	writeFileSync(config, JSON.stringify({ ...settings, rejected_records: corrected }));
	const options = ['--code', 'invalid_email', '--since', '2026-01-01'];
	const { code, logs } = await start(['retry', ...writeArgs.slice(1), ...options]).end();
	expect([code, flameup.people().has('bad')]).toEqual([0, true]);
	expect(logs.join('\n')).toContain('1 listed record tried again, 1 accepted and removed');
	expect(readdirSync(join(folder, 'rejected/people'))).toEqual([]);
});

it.each([
	...['yesterday', '01.12.2026', '2026', '5', '2026-02-30', '2026-1-1', ''].map(
		(date): [string, string[], string] => [
			`"${date}" as a date`,
			['--since', date],
			'The option --since must be a date such as 2026-03-31.',
		],
	),
	['an unknown code', ['--code', 'bad_email'], 'The option --code must be one of missing_user_id,'],
	['no storage', [], 'No storage is set.'],
])('refuses to retry with %s', async (_what, options, said) => {
	const { writeArgs } = await createWorld();
	const { code, errors } = await start(['retry', ...writeArgs.slice(1), ...options]).end();
	expect([code, errors[0]?.failure_type]).toEqual([1, 'config_error']);
	expect(errors[0]?.message).toContain(said);
});

it('names a folder that is a file', async () => {
	const { check } = await createWorld({
		settings: remembering(join(import.meta.dirname, 'world.mts')),
	});
	expect((await check()).output).toContain('The path is not a folder. Correct storage.path.');
});
