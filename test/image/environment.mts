import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../release/manifest.mts';
import { install } from '../pyairbyte/environment.mts';

/** Text of files that must not get into the image. */
export const SECRET = 'ws_live_planted.0123456789abcdef0123456789abcdef';

const PLANTED = [
	'.env',
	'.npmrc',
	'config.json',
	'build/config.json',
	'build/printed/messages.jsonl',
	'connectors/airbyte/config.json',
];

/** Installs a builder and Airbyte's tests, and builds the image in a checkout that is full of secrets. */
export function setup() {
	execFileSync(path.join(root, 'test/image/install.sh'), { stdio: 'inherit' });
	install('airbyte');
	const folder = mkdtempSync(path.join(tmpdir(), 'flameup-image-'));
	try {
		for (const part of [
			'package.json',
			'.dockerignore',
			'release',
			'connectors',
			'build/destination-flameup',
			'build/destination-flameup.mjs',
		]) {
			cpSync(path.join(root, part), path.join(folder, part), { recursive: true });
		}
		for (const file of PLANTED) {
			cpSync('/dev/null', path.join(folder, file));
			writeFileSync(path.join(folder, file), SECRET);
		}
		execFileSync(process.execPath, [path.join(folder, 'release/image.mts')], {
			env: {
				...process.env,
				IMAGE_BUILDER: `${root}/test/image/buildah bud --quiet --isolation chroot --network host --pull-never`,
			},
			stdio: ['ignore', 'ignore', 'inherit'],
		});
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
