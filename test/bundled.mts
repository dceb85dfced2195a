import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';

/** The folder of a bundle is as deep as those of test/, so that what is in build/ is found from both. */
const FOLDER = join(import.meta.dirname, '../build/e2e');

/** Where a module stands once it is bundled with the core, which Node runs no other way. */
export async function bundled(input: string): Promise<string> {
	const file = join(FOLDER, `${basename(input, '.mts')}.mjs`);
	await build({ input, platform: 'node', output: { file, format: 'esm' }, logLevel: 'warn' });
	return pathToFileURL(file).href;
}
