import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { find, root } from './install.mts';

/** A packed npm package. */
export interface Tarball {
	file: string;
	name: string;
	version: string;
}

/** Packs this repository's package, which must be built, into the folder. */
export function packFlameup(folder: string): Tarball {
	const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
	const told = execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
	const [{ filename, name, version }] = JSON.parse(String(told));
	return { file: path.join(folder, filename), name, version };
}

/**
 * Makes a folder with an `npm` that serves our package from its tarball, and passes everything else
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
