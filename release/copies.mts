import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, repositoryOf, root } from './manifest.mts';

interface Copies {
	readonly file: string;
	/** What matches each pattern is replaced by the value. */
	readonly values: readonly (readonly [pattern: RegExp, value: string])[];
}

const METADATA = 'connectors/airbyte/metadata.yaml';
/** The version behind the name of the image or of the n8n package, or in the form that adds the image. */
const VERSION =
	/(?<=\/destination-flameup:|n8n-nodes-flameup-|\| Docker image tag \| `)\d+\.\d+\.\d+/g;
const IMAGE = /\bghcr\.io\/[\w/-]+/g;

const N8N = ['credentials/FlameupApi.credentials.ts', 'nodes/Flameup/Flameup.node.json'];

/** The files that can only repeat what package.json says, because hosts and people read them as they are. */
export const copiesOf = (manifest: Manifest): readonly Copies[] => [
	{
		file: METADATA,
		values: [
			[/(?<=^ {2}dockerImageTag: ).*$/gm, manifest.version],
			[/(?<=^ {2}dockerRepository: ).*$/gm, manifest.config.image],
			[/(?<=^ {2}documentationUrl: ).*$/gm, manifest.config.documentation],
			[/(?<=^ {2}license: ).*$/gm, manifest.license],
		],
	},
	{
		file: 'README.md',
		values: [
			[VERSION, manifest.version],
			[IMAGE, manifest.config.image],
		],
	},
	{
		file: 'docs/airbyte.md',
		values: [
			[VERSION, manifest.version],
			[IMAGE, manifest.config.image],
			[/(?<=\| Connector documentation URL \| `)[^`]+/g, manifest.config.documentation],
		],
	},
	{ file: 'docs/n8n.md', values: [[VERSION, manifest.version]] },
	{
		file: '.github/ISSUE_TEMPLATE/bug.yml',
		values: [[/(?<=destination-flameup )\d+\.\d+\.\d+/g, manifest.version]],
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
