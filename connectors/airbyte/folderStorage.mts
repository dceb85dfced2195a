import type { Stats } from 'node:fs';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { FlameupError } from '../../src/errors';
import type { Storage } from '../../src/ports';

/** Faults of a path that a later run has too, until the user corrects something. */
const LASTING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS']);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'EIO';

function failed(error: unknown): FlameupError {
	const fault = codeOf(error);
	const code = LASTING.has(fault) ? 'unusable_storage' : 'storage_failed';
	return new FlameupError({ code, setting: 'storage.path', fault });
}

/** What the work resolves with; rejects with an error of the storage. */
async function attempt<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw failed(error);
	}
}

/** Objects as files in a folder, which must exist. Whole files are replaced by a rename. */
export function createFolderStorage(folder: string): Storage {
	const pathOf = (name: string): string => join(folder, name);
	/** Creates the folders of a file, but not that of the storage: it may only be missing for now. */
	const inFolder = async (name: string): Promise<string> => {
		await makeFolders(folder, dirname(pathOf(name)));
		return pathOf(name);
	};
	/** What the work resolves with; `absent` if a file is missing in a storage that is there. */
	const orAbsent = async <T,>(work: Promise<T>, absent: T): Promise<T> => {
		try {
			return await work;
		} catch (error) {
			if (codeOf(error) !== 'ENOENT') throw failed(error);
			await attempt(stat(folder));
			return absent;
		}
	};
	return {
		read: (name) => orAbsent<Buffer | undefined>(readFile(pathOf(name)), undefined),
		write: (name, content) => attempt(inFolder(name).then((path) => replace(path, content))),
		append: (name, chunk) => attempt(inFolder(name).then((path) => put(path, 'a', chunk))),
		claim: (name, content, was) =>
			attempt(
				inFolder(name).then((path) =>
					was === undefined ? create(path, content) : exchange(path, content, was),
				),
			),
		remove: (name) => orAbsent(rm(pathOf(name)), undefined),
		async list(within) {
			const found = await orAbsent(readdir(pathOf(within), LISTING), []);
			const paths = found
				.filter((entry) => entry.isFile())
				.map(({ name, parentPath }) => join(parentPath, name));
			const stats = await Promise.all(
				paths.map((path) => orAbsent<Stats | undefined>(stat(path), undefined)),
			);
			return paths.map((path, i) => ({
				name: relative(folder, path).split(sep).join('/'),
				bytes: stats[i]?.size ?? 0,
			}));
		},
	};
}

/** Writes a file to the disk; `flags` as in fopen. */
async function put(path: string, flags: string, content: Uint8Array): Promise<void> {
	const file = await open(path, flags);
	try {
		const { size } = await file.stat();
		await file.writeFile(content);
		await file.sync();
		if (size === 0) await syncFolder(dirname(path));
	} finally {
		await file.close();
	}
}

/** Without this, a crash of the machine could undo that a file was created. Some file systems cannot do it. */
async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, 'r');
	await folder.sync().catch(() => undefined);
	await folder.close();
}

const LISTING = { recursive: true, withFileTypes: true } as const;

async function makeFolders(root: string, folder: string): Promise<void> {
	if (relative(root, folder) === '') return;
	try {
		await mkdir(folder);
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return;
		if (codeOf(error) !== 'ENOENT' || relative(root, dirname(folder)) === '') throw error;
		await makeFolders(root, dirname(folder));
		await mkdir(folder);
	}
}

async function replace(path: string, content: Uint8Array): Promise<void> {
	const fresh = `${path}.${process.pid}.new`;
	try {
		await put(fresh, 'w', content);
		await rename(fresh, path);
		await syncFolder(dirname(path));
	} catch (error) {
		await rm(fresh, { force: true }).catch(() => undefined);
		throw error;
	}
}

async function create(path: string, content: string): Promise<boolean> {
	try {
		await put(path, 'wx', Buffer.from(content));
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false;
		throw error;
	}
}

/** Sets a file aside, which only one run can do, and creates it anew if it was the expected one. */
async function exchange(path: string, content: string, was: string): Promise<boolean> {
	const aside = `${path}.${process.pid}.old`;
	try {
		await rename(path, aside);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return false;
		throw error;
	}
	const isSame = (await readFile(aside, 'utf8')) === was;
	if (!isSame) await link(aside, path).catch(() => undefined);
	await rm(aside, { force: true });
	return isSame && create(path, content);
}
