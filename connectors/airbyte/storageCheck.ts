import { type Problem, problemOf } from '../../src/errors';
import type { Storage } from '../../src/ports';
import { readText, writeText } from './storageText';

const FOLDER = 'connection-check/';

const NAME = `${FOLDER}object`;

const TEXT = 'Written by a connection test of destination-flameup.';

/** Writes, reads, lists and deletes a small object, and claims it if syncs will; returns what is wrong. */
export async function storageProblem(
	storage: Storage,
	isClaimed: boolean,
): Promise<Problem | undefined> {
	try {
		// Listing comes first, because with some wrong addresses only that fails; then reading, because to some
		// stores writing to a missing bucket is a matter of permission.
		await storage.list(FOLDER);
		await readText(storage, NAME);
		await writeText(storage, NAME, TEXT);
		const found = await readText(storage, NAME);
		const listed = await storage.list(FOLDER);
		const isHeld = isClaimed && !(await storage.claim(NAME, 'claimed'));
		await storage.remove(NAME);
		if (found !== TEXT || !listed.some(({ name }) => name === NAME)) return failed('CHANGED');
		return isHeld || !isClaimed ? undefined : failed('NO_CONDITIONS');
	} catch (error) {
		return problemOf(error);
	}
}

const failed = (fault: string): Problem => ({ code: 'storage_failed', setting: 'storage', fault });
