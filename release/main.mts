import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CHANGELOG, readChangelog, released, sections } from './changelog.mts';
import { copiesOf, updateCopies } from './copies.mts';
import { type Manifest, readManifest, repositoryOf, root } from './manifest.mts';
import { git, obstacles } from './obstacles.mts';

const USAGE = `Usage: npm run release -- [VERSION] [--dry-run]

Sets the version (by default the one in package.json) in every file that has it, dates the
changelog, commits, and tags the commit. Pushing the tag publishes both connectors.
`;

const npm = (...args: string[]): string =>
	execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** What npm would publish, once built: the package, the number of its files, and their size. */
function packed({ name }: Manifest, version: string): string {
	npm('run', '--silent', 'build');
	const [listed] = JSON.parse(npm('pack', '--dry-run', '--json', '--ignore-scripts')) as [
		{ entryCount: number; unpackedSize: number },
	];
	const { entryCount, unpackedSize } = listed;
	return `${name}-${version}.tgz: ${entryCount} files, ${Math.round(unpackedSize / 1024)} KB`;
}

function plan(manifest: Manifest, version: string): string {
	const files = [
		'package.json',
		'package-lock.json',
		...copiesOf(manifest).map(({ file }) => file),
	];
	const [newest] = sections(readChangelog());
	return `Release of ${version}, from ${git('rev-parse', '--short', 'HEAD')}

1. Version and date are written to: ${[...files, 'CHANGELOG.md'].join(', ')}
2. git commit -m "chore: release ${version}" && git tag --annotate v${version}
3. After "git push --follow-tags", .github/workflows/release.yml in ${repositoryOf(manifest)}
   - runs all checks
   - publishes to npm, with provenance: ${packed(manifest, version)}
   - pushes the image for amd64 and arm64, with SBOM, provenance and signature: ${manifest.config.image}:${version}
   - creates the release v${version} on GitHub, with destination-flameup-${version}.tgz and these notes:

${newest?.text ?? ''}
`;
}

function carryOut(version: string): void {
	npm('version', version, '--no-git-tag-version', '--allow-same-version');
	updateCopies(readManifest());
	const today = new Date().toISOString().slice(0, 10);
	writeFileSync(CHANGELOG, released(readChangelog(), version, today));
	git('commit', '--all', '--message', `chore: release ${version}`);
	git('tag', '--annotate', `v${version}`, '--message', `Release ${version}`);
	console.log(`Tagged v${version}. To publish it: git push --follow-tags origin main`);
}

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const manifest = readManifest();
const [version = manifest.version] = positionals;
const found = obstacles(manifest, version);
if (values.help) {
	console.log(USAGE);
} else if (values['dry-run']) {
	console.log(plan(manifest, version));
	console.log(found.length === 0 ? 'Nothing stands in the way.' : 'What stands in the way:');
	for (const one of found) console.log(`- ${one}`);
} else if (found.length > 0) {
	console.error(found.join('\n'));
	process.exitCode = 1;
} else {
	carryOut(version);
}
