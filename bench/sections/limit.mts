import { join } from 'node:path';
import { bundled } from '../../test/bundled.mts';
import type { Section } from '../section.mts';

/** How much of the allowance is used, in simulated time. */
export const limit: Section = {
	seconds: () => 5,
	async run() {
		const url = await bundled(join(import.meta.dirname, '../limit.mts'));
		const { limit }: typeof import('../limit.mts') = await import(url);
		return limit();
	},
};
