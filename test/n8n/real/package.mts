import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { find, root } from './install.mts';

/** A packed npm package. */
export interface Tarball {
	file: string;
	name: string;
	version: string;
	/** What is in it, without the leading `package/`. */
	files: string[];
}

/** Packs this repository's package, which must be built, into the folder. */
export function packFlameup(folder: string): Tarball {
	const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
	const name = execFileSync('npm', args, { cwd: root, encoding: 'utf8' }).trim();
	return readTarball(path.join(folder, name.split('\n').at(-1) ?? ''));
}

/** Looks into a tarball. */
export function readTarball(file: string): Tarball {
	const list = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
	const files = list.map((name) => name.replace('package/', ''));
	const { name, version } = JSON.parse(readFrom(file, 'package.json'));
	return { file: path.resolve(file), name, version, files };
}

/** The text of a file in the tarball. */
export const readFrom = (file: string, name: string) =>
	execFileSync('tar', ['-xzOf', file, `package/${name}`], { encoding: 'utf8' });

/**
 * Makes a folder with an `npm` that knows our package from its tarball, and hands everything else
 * to the real npm: n8n's own installer asks `npm view` and `npm pack` for a published package.
 */
export function npmStandIn({ file, name, version }: Tarball, folder: string): string {
	const real = find('npm');
	mkdirSync(folder, { recursive: true });
	const script = `#!/bin/sh
case "$1 $2" in
	'pack ${name}@'*) exec '${real}' pack '${file}' --quiet ;;
	'view ${name}@'*) echo '"${version}"' ;;
	*) exec '${real}' "$@" ;;
esac
`;
	writeFileSync(path.join(folder, 'npm'), script, { mode: 0o755 });
	return folder;
}
