import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copiesOf, updated } from '../release/copies.mts';
import { readManifest, repositoryOf, root } from '../release/manifest.mts';

/** A version that nothing else has, so that the test holds at every version of this repository. */
const VERSION = '0.0.77';
const manifest = { ...readManifest(), version: VERSION };
const copies = copiesOf(manifest).map(({ file }) => file);
const parent = mkdtempSync(join(tmpdir(), 'flameup-release-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
const folder = join(parent, 'repository');

const NAMES = { GIT_AUTHOR_NAME: 'A', GIT_COMMITTER_NAME: 'A' };
const ADDRESSES = { GIT_AUTHOR_EMAIL: 'a@b.test', GIT_COMMITTER_EMAIL: 'a@b.test' };

const run = (program: string, ...args: string[]) =>
	spawnSync(program, args, {
		cwd: folder,
		encoding: 'utf8',
		env: { PATH: process.env.PATH, HOME: parent, ...NAMES, ...ADDRESSES },
	});
const release = (...args: string[]) => run(process.execPath, 'release/main.mts', ...args);
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const write = (file: string, text: string) => writeFileSync(join(folder, file), text);

/** A repository with the files that a release changes, and no publisher. */
beforeAll(() => {
	for (const file of ['release', 'package-lock.json', ...copies]) {
		cpSync(join(root, file), join(folder, file), { recursive: true });
	}
	for (const one of copiesOf(manifest)) write(one.file, updated(read(one.file), one));
	const author = { name: 'Flameup', email: 'not-set@example.invalid' };
	write('package.json', JSON.stringify({ ...manifest, author }));
	write('CHANGELOG.md', `# Changelog\n\n## ${VERSION} (unreleased)\n\n- [First](docs/n8n.md).\n`);
	run('git', 'init', '--initial-branch', 'main');
	commit();
});

function commit(): void {
	run('git', 'add', '--all');
	expect(run('git', 'commit', '--message', 'test').status).toBe(0);
}

it('is refused as long as the publisher is not set, and names everything in the way', () => {
	write('new.txt', '');
	const refused = release('1.0');
	expect([refused.status, refused.stderr.trim().split('\n')]).toEqual([
		1,
		[
			'"1.0" is not a version such as 1.2.3.',
			"Set author.email in package.json to the publisher's address.",
			'Commit or discard your changes first.',
		],
	]);
	expect(run('git', 'tag').stdout).toBe('');
});

it('sets the version everywhere, dates the changelog, commits and tags', () => {
	const published = read('package.json').replace(/(?<="email":\s?")[^"]+/, 'team@flameup.test');
	write('package.json', published);
	commit();
	const done = release('1.2.3');
	expect([done.stderr, done.status]).toEqual(['', 0]);

	expect(JSON.parse(read('package.json')).version).toBe('1.2.3');
	expect(JSON.parse(read('package-lock.json')).version).toBe('1.2.3');
	expect(read('connectors/airbyte/metadata.yaml')).toContain('dockerImageTag: 1.2.3\n');
	expect(read('docs/airbyte.md')).toContain('/destination-flameup:1.2.3 ');
	const old = run(
		'git',
		'grep',
		'--files-with-matches',
		'--fixed-strings',
		VERSION,
		'--',
		...copies,
	);
	expect(old.stdout).toBe('');
	const today = new Date().toISOString().slice(0, 10);
	expect(read('CHANGELOG.md')).toBe(
		`# Changelog\n\n## 1.2.3 (${today})\n\n- [First](docs/n8n.md).\n`,
	);
	expect(run('git', 'status', '--porcelain').stdout).toBe('');
	expect(run('git', 'log', '-1', '--format=%s %D').stdout).toBe(
		'chore: release 1.2.3 HEAD -> main, tag: v1.2.3\n',
	);
	// Otherwise "git push --follow-tags" would leave it out.
	expect(run('git', 'cat-file', '-t', 'v1.2.3').stdout).toBe('tag\n');

	const notes = (tag: string) => run(process.execPath, 'release/notes.mts', tag);
	const guide = `${repositoryOf(manifest)}/blob/v1.2.3/docs/n8n.md`;
	expect(notes('v1.2.3')).toMatchObject({ status: 0, stdout: `- [First](${guide}).\n` });
	expect(notes('v1.2.4')).toMatchObject({ status: 1, stdout: '' });
});

it('is refused when there is nothing new, or the tag exists', () => {
	expect(release('1.2.3').stderr.trim().split('\n')).toEqual([
		'The tag v1.2.3 exists.',
		'CHANGELOG.md has no unreleased changes above the released ones.',
	]);
});
