import { execFileSync, type StdioOptions } from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';

const FAROS = join(import.meta.dirname, 'faros');
/** Where the CDK and the other programs are installed; ignored by git. */
const INSTALLED = resolve(import.meta.dirname, '../../.faros');
const OTHERS = resolve(import.meta.dirname, '../../.peers');
/** Debian's packages of syslog-ng, without those that every system has. */
const SYSLOG_NG = [
	'syslog-ng-core',
	'syslog-ng-mod-http',
	'libivykis0',
	'libnet1',
	'libwrap0',
	'libpcre3',
];

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
	execFileSync('npm', ['ci', ...flags], { cwd: INSTALLED, stdio: STDIO });
	copyFileSync(wanted, done);
}

/** Builds Benthos with the Go module proxy, which takes six minutes; undefined if that fails. */
export function buildBenthos(): string | undefined {
	const program = join(OTHERS, 'benthos');
	const cwd = join(import.meta.dirname, 'benthos');
	return install('Benthos', program, () => {
		execFileSync('go', ['build', '-ldflags=-s -w', '-o', program, '.'], { cwd, stdio: STDIO });
	});
}

/** Unpacks syslog-ng from Debian's packages, without installing them; undefined if that fails. */
export function unpackSyslogNg(): string | undefined {
	const root = join(OTHERS, 'syslog-ng');
	const program = join(root, 'usr/sbin/syslog-ng');
	return install('syslog-ng', program, () => {
		mkdirSync(join(root, 'run'), { recursive: true });
		execFileSync('apt-get', ['download', ...SYSLOG_NG], { cwd: root, stdio: STDIO });
		for (const name of readdirSync(root).filter((file) => file.endsWith('.deb'))) {
			execFileSync('dpkg', ['-x', name, '.'], { cwd: root, stdio: STDIO });
		}
	});
}

const STDIO = ['ignore', 2, 2] as const satisfies StdioOptions;

/** The program, which is installed first unless it is there; a peer that cannot be installed is left out. */
function install(name: string, program: string, build: () => void): string | undefined {
	if (existsSync(program)) return program;
	console.error(`Installing ${name} into .peers …`);
	try {
		mkdirSync(OTHERS, { recursive: true });
		build();
		return program;
	} catch (error) {
		console.error(`${name} is left out: ${error instanceof Error ? error.message : error}`);
		return undefined;
	}
}
