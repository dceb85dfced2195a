import { type Problem, problemOf } from '../../src/errors';
import type { Storage } from '../../src/ports';
import { readText, writeText } from './storageText';

const NAME = 'fingerprints/connection-check';

const TEXT = 'Written by a connection test of destination-flameup.';

/** Writes, reads and deletes a small object; returns what is wrong. */
export async function storageProblem(storage: Storage): Promise<Problem | undefined> {
	try {
		await writeText(storage, NAME, TEXT);
		const found = await readText(storage, NAME);
		await storage.remove(NAME);
		if (found === TEXT) return undefined;
		return { code: 'storage_failed', setting: 'storage', fault: 'CHANGED' };
	} catch (error) {
		return problemOf(error);
	}
}
