import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readChangelog, released, sections, withAbsoluteLinks } from '../release/changelog.mts';
import { copiesOf, updateCopies, updated } from '../release/copies.mts';
import { readManifest, root } from '../release/manifest.mts';

const manifest = readManifest();
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** `npm run docs` writes the copies instead. */
if (process.env.WRITE_DOCS) updateCopies(manifest);

describe('what package.json says is repeated by', () => {
	it.each(copiesOf(manifest))('$file', (copies) => {
		const text = read(copies.file);
		expect(updated(text, copies)).toBe(text);
	});

	it('no other value than its own', () => {
		const config = { ...manifest.config, documentation: 'https://flameup.example/docs' };
		const other = { ...manifest, version: '9.8.7', config };
		const [metadata] = copiesOf(other);
		if (!metadata) throw new Error('There are no copies.');
		const text = updated(read(metadata.file), metadata);
		expect(text).toContain('\n  dockerImageTag: 9.8.7\n');
		expect(text).toContain('\n  documentationUrl: https://flameup.example/docs\n');
		expect(() => updated('data:\n', metadata)).toThrow('metadata.yaml has no place for');
	});
});

describe('the version', () => {
	it('is the same in package.json, its lock file, and the changelog', () => {
		const { packages, version } = JSON.parse(read('package-lock.json'));
		const newest = sections(readChangelog()).find((section) => section.version !== undefined);
		expect([version, packages[''].version, newest?.version]).toEqual(
			new Array(3).fill(manifest.version),
		);
	});

	it('of the image comes from package.json only', () => {
		const dockerfile = read('connectors/airbyte/Dockerfile');
		expect(dockerfile).toMatch(/^ARG VERSION$/m);
		expect(dockerfile).toMatch(/^LABEL .*(?:\\\n.*)*io\.airbyte\.version=\$\{VERSION\}/m);
		expect(dockerfile).not.toMatch(/\d+\.\d+\.\d+/);
	});
});

describe('the changelog', () => {
	const TEXT = '# Changelog\n\n## Unreleased\n\n- new\n\n## 0.1.0 (2026-01-31)\n\n- old\n';

	it('is read by sections', () => {
		expect(sections(TEXT)).toEqual([
			{ heading: '## Unreleased', version: undefined, date: undefined, text: '- new' },
			{ heading: '## 0.1.0 (2026-01-31)', version: '0.1.0', date: '2026-01-31', text: '- old' },
		]);
	});

	it.each(['## Unreleased', '## 0.2.0 (unreleased)'])('is released from %s', (heading) => {
		const after = released(TEXT.replace('## Unreleased', heading), '0.2.0', '2026-02-28');
		expect(after).toBe(TEXT.replace('## Unreleased', '## 0.2.0 (2026-02-28)'));
	});

	it.each([
		['nothing is new', TEXT.replace('## Unreleased\n\n- new\n\n', '')],
		['the new section is empty', TEXT.replace('- new', '')],
	])('is not released if %s', (_name, text) => {
		expect(() => released(text, '0.2.0', '2026-02-28')).toThrow('no unreleased changes');
	});

	it.each([
		['docs/a.md#b', 'https://host.test/x/blob/v1.2.3/docs/a.md#b'],
		['#known-limits', 'https://host.test/x/blob/v1.2.3/CHANGELOG.md#known-limits'],
		['https://other.test/a', 'https://other.test/a'],
	])('leads from the notes of a release to where %s leads', (link, address) => {
		const changelog = 'https://host.test/x/blob/v1.2.3/CHANGELOG.md';
		expect(withAbsoluteLinks(`[a](${link}), (b)`, changelog)).toBe(`[a](${address}), (b)`);
	});

	it('does not accept other headings', () => {
		expect(() => sections('## Version 2\n')).toThrow('the heading "## Version 2"');
	});
});
