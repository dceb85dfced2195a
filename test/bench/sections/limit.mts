import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import type { Section } from '../section.mts';

/**
 * How fully the allowance is used, in simulated time. The core is bundled first, because Node runs it
 * no other way without a build.
 */
export const limit: Section = {
	seconds: () => 5,
	async run({ folder }) {
		const file = join(folder, 'limit.mjs');
		const input = join(import.meta.dirname, '../limit.mts');
		await build({ input, platform: 'node', output: { file, format: 'esm' }, logLevel: 'warn' });
		const { limit }: typeof import('../limit.mts') = await import(pathToFileURL(file).href);
		return limit();
	},
};
