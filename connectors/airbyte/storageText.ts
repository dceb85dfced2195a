import type { Storage } from '../../src/ports';

/** A short object as text; undefined if there is none. */
export async function readText(storage: Storage, name: string): Promise<string | undefined> {
	const content = await storage.read(name);
	return content && Buffer.from(content).toString();
}

/** Replaces a short object by a text. */
export const writeText = (storage: Storage, name: string, text: string): Promise<void> =>
	storage.write(name, Buffer.from(text));
