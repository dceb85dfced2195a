import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';

const FAROS = join(import.meta.dirname, 'faros');
/** Where the CDK is installed; ignored by git. */
const INSTALLED = resolve(import.meta.dirname, '../../.faros');

/** Bundles the script into plain JavaScript, because stripping types takes time. */
export const buildNaive = (folder: string) =>
	bundle(join(import.meta.dirname, 'naive.mts'), join(folder, 'naive.mjs'));

/** Bundles the CDK-based destination into plain JavaScript, next to the CDK. */
export async function buildFaros(folder: string) {
	installCdk();
	symlinkSync(join(INSTALLED, 'node_modules'), join(folder, 'node_modules'));
	return bundle(join(FAROS, 'destination.mts'), join(folder, 'faros.mjs'));
}

async function bundle(input: string, file: string) {
	const external = 'faros-airbyte-cdk';
	await build({ input, external, platform: 'node', output: { file, format: 'esm' } });
	return file;
}

/** Installs the versions of the lock file, unless they are installed already. */
function installCdk() {
	const lock = 'package-lock.json';
	const wanted = join(FAROS, lock);
	const done = join(INSTALLED, 'installed');
	if (existsSync(done) && readFileSync(done).equals(readFileSync(wanted))) return;
	console.error('Installing faros-airbyte-cdk into .faros …');
	mkdirSync(INSTALLED, { recursive: true });
	for (const name of ['package.json', lock]) {
		copyFileSync(join(FAROS, name), join(INSTALLED, name));
	}
	const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
	execFileSync('npm', ['ci', ...flags], { cwd: INSTALLED, stdio: ['ignore', 2, 2] });
	copyFileSync(wanted, done);
}
