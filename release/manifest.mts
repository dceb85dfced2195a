import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The top of the repository. */
export const root = join(import.meta.dirname, '..');

/** What package.json says of both connectors; everything else repeats it. */
export interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly description: string;
	readonly license: string;
	readonly author: { readonly name: string; readonly email: string };
	/** The address of the support. */
	readonly bugs: string;
	/** As npm wants it: `git+https://….git`. */
	readonly repository: { readonly url: string };
	readonly config: {
		/** The name of the image, without a tag. */
		readonly image: string;
		/** The address of the Airbyte destination's guide. */
		readonly documentation: string;
	};
}

/** Reads package.json. */
export const readManifest = (): Manifest =>
	JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The address of the repository, as a browser opens it. */
export const repositoryOf = ({ repository }: Manifest): string =>
	repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
