import type { Storage } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';

/** The setting that an error of the storage as a whole names. */
export const storageSetting = ({ storage }: Settings): string =>
	storage.storage_type === 'folder' ? 'storage.path' : 'storage';

/** A short object as text; undefined if there is none. */
export async function readText(storage: Storage, name: string): Promise<string | undefined> {
	const content = await storage.read(name);
	return content && Buffer.from(content).toString();
}

/** Replaces a short object by a text. */
export const writeText = (storage: Storage, name: string, text: string): Promise<void> =>
	storage.write(name, Buffer.from(text));
