import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, repositoryOf, root } from './manifest.mts';

interface Copies {
	readonly file: string;
	/** What matches each pattern is replaced by the value. */
	readonly values: readonly (readonly [pattern: RegExp, value: string])[];
}

const METADATA = 'connectors/airbyte/metadata.yaml';
const N8N = ['credentials/FlameupApi.credentials.ts', 'nodes/Flameup/Flameup.node.json'];

/** The files that can only repeat what package.json says, because their hosts read them as they are. */
export const copiesOf = (manifest: Manifest): readonly Copies[] => [
	{
		file: METADATA,
		values: [
			[/(?<=^ {2}dockerImageTag: ).*$/gm, manifest.version],
			[/(?<=^ {2}dockerRepository: ).*$/gm, manifest.config.image],
			[/(?<=^ {2}documentationUrl: ).*$/gm, manifest.homepage],
			[/(?<=^ {2}license: ).*$/gm, manifest.license],
		],
	},
	...N8N.map(
		(file): Copies => ({
			file,
			values: [[/(?<=["'])https:\/\/[^"']+(?=\/blob\/main\/)/g, repositoryOf(manifest)]],
		}),
	),
];

/** A file's text with the values of package.json. Throws if one of them has no place in it. */
export function updated(text: string, { file, values }: Copies): string {
	return values.reduce((before, [pattern, value]) => {
		if (before.search(pattern) < 0) throw new Error(`${file} has no place for ${pattern}.`);
		return before.replaceAll(pattern, () => value);
	}, text);
}

/** Brings all copies up to date; returns the files that were not. */
export function updateCopies(manifest: Manifest): readonly string[] {
	return copiesOf(manifest).flatMap((copies) => {
		const path = join(root, copies.file);
		const before = readFileSync(path, 'utf8');
		const after = updated(before, copies);
		if (after === before) return [];
		writeFileSync(path, after);
		return [copies.file];
	});
}
