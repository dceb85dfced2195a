import { execFileSync } from 'node:child_process';
import { readChangelog, released } from './changelog.mts';
import { type Manifest, root } from './manifest.mts';

/** Runs git at the top of the repository. */
export const git = (...args: string[]): string =>
	execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

const SEMANTIC = /^\d+\.\d+\.\d+$/;

/** A domain that nobody can own (RFC 2606), and so the mark of an address that has not been set. */
const NOT_SET = /\.(?:invalid|example)$/;

/** What the release of this version has to wait for, as sentences; an empty list if nothing does. */
export function obstacles(manifest: Manifest, version: string): readonly string[] {
	const found: string[] = [];
	if (!SEMANTIC.test(version)) found.push(`"${version}" is not a version such as 1.2.3.`);
	if (NOT_SET.test(manifest.author.email)) {
		found.push("Set author.email in package.json to the publisher's address.");
	}
	if (git('status', '--porcelain') !== '') found.push('Commit or discard your changes first.');
	if (git('branch', '--show-current') !== 'main') found.push('Switch to the branch main.');
	if (git('tag', '--list', `v${version}`) !== '') found.push(`The tag v${version} exists.`);
	try {
		released(readChangelog(), version, '2000-01-01');
	} catch (error) {
		found.push((error as Error).message);
	}
	return found;
}
