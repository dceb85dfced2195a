import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import type { Options } from './options.mts';

/**
 * Prints how fully the allowance is used, in simulated time. The core is bundled first, because Node
 * runs it no other way without a build.
 */
export async function allowance(_options: Options, folder: string): Promise<boolean> {
	const file = join(folder, 'limit.mjs');
	const input = join(import.meta.dirname, 'limit.mts');
	await build({ input, platform: 'node', output: { file, format: 'esm' }, logLevel: 'warn' });
	const { limit }: typeof import('./limit.mts') = await import(pathToFileURL(file).href);
	console.error('Simulating the limit …');
	const { text, arrived } = await limit();
	console.log(text);
	return arrived;
}
