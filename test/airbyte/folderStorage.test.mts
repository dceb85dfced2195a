import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderStorage } from '../../connectors/airbyte/folderStorage.mts';
import { storageProblem } from '../../connectors/airbyte/storageCheck';
import type { Storage } from '../../src/ports';

let folder = '';
let storage: Storage;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'flameup-storage-'));
	storage = createFolderStorage(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (path: string): string => readFileSync(join(folder, path), 'utf8');

async function readAll(name: string): Promise<string | undefined> {
	const content = await storage.read(name);
	return content && Buffer.from(content).toString();
}

const problemOf = (work: Promise<unknown>) =>
	work.then(
		() => undefined,
		(error) => error.problem,
	);

describe('a folder', () => {
	it('keeps objects as files', async () => {
		await storage.write('kind/name', Buffer.from('one two'));
		await storage.append('kind/name', Buffer.from(' three'));
		expect([text('kind/name'), await readAll('kind/name')]).toEqual(Array(2).fill('one two three'));
		expect(await storage.list('kind/')).toEqual([{ name: 'kind/name', bytes: 13 }]);
		await storage.write('kind/name', Buffer.from('new'));
		expect(await readAll('kind/name')).toBe('new');
		await storage.remove('kind/name');
		await storage.remove('kind/name');
		expect([await readAll('kind/name'), await readAll('other/name')]).toEqual([
			undefined,
			undefined,
		]);
		expect(readdirSync(join(folder, 'kind'))).toEqual([]);
	});

	it('keeps the old object when a new one cannot be written as a whole', async () => {
		await storage.write('kind/name', Buffer.from('old'));
		symlinkSync('/dev/full', join(folder, `kind/name.${process.pid}.new`));
		expect(await problemOf(storage.write('kind/name', Buffer.from('new')))).toMatchObject({
			fault: 'ENOSPC',
		});
		expect([await readAll('kind/name'), readdirSync(join(folder, 'kind'))]).toEqual([
			'old',
			['name'],
		]);
	});

	it('lets only one run claim an object', async () => {
		const claims = await Promise.all(['a', 'b', 'c'].map((one) => storage.claim('lock', one)));
		expect(claims.filter(Boolean)).toHaveLength(1);
		const winner = text('lock');
		expect(await storage.claim('lock', 'd', 'somebody else')).toBe(false);
		expect(text('lock')).toBe(winner);
		const takers = await Promise.all(['d', 'e'].map((one) => storage.claim('lock', one, winner)));
		expect(takers.filter(Boolean)).toHaveLength(1);
		expect(['d', 'e']).toContain(text('lock'));
		expect(await storage.claim('gone', 'd', 'x')).toBe(false);
	});

	it('passes the test of a connection, and leaves nothing behind', async () => {
		expect(await storageProblem(storage, true)).toBeUndefined();
		expect(readdirSync(folder)).toEqual(['connection-check']);
		expect(readdirSync(join(folder, 'connection-check'))).toEqual([]);
	});
});

describe('a folder that cannot be used', () => {
	it('because it does not exist is not created', async () => {
		storage = createFolderStorage(join(folder, 'not-mounted'));
		const expected = { code: 'unusable_storage', setting: 'storage.path', fault: 'ENOENT' };
		expect(await problemOf(storage.claim('fingerprints/x', 'a'))).toEqual(expected);
		expect(await problemOf(storage.read('name'))).toEqual(expected);
		expect(await problemOf(storage.list('fingerprints/'))).toEqual(expected);
		expect(await problemOf(storage.remove('name'))).toEqual(expected);
		expect(await storageProblem(storage, true)).toEqual(expected);
		expect(readdirSync(folder)).toEqual([]);
	});

	it('because it is a file', async () => {
		writeFileSync(join(folder, 'file'), '');
		storage = createFolderStorage(join(folder, 'file'));
		const expected = { code: 'unusable_storage', setting: 'storage.path', fault: 'ENOTDIR' };
		expect(await problemOf(storage.read('name'))).toEqual(expected);
		expect(await storageProblem(storage, true)).toEqual(expected);
	});

	it('because the disk is full', async () => {
		symlinkSync('/dev/full', join(folder, 'name'));
		expect(await problemOf(storage.append('name', Buffer.from('x')))).toEqual({
			code: 'storage_failed',
			setting: 'storage.path',
			fault: 'ENOSPC',
		});
	});
});
