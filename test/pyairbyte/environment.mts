import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** The top of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');
/** The destination as shipped. */
export const destination = path.join(root, 'build/destination-flameup');
/** The output of the destination's own tests. */
export const printedInTests = path.join(root, 'build/printed');

const environments = path.join(root, '.pyairbyte');
/** The Python with PyAirbyte installed. */
export const python = path.join(environments, 'airbyte/bin/python');
/** Airbyte's own source of fake users. */
export const sourceFaker = path.join(environments, 'source/bin/source-faker');
/** Airbyte's own source of files. */
export const sourceFile = path.join(environments, 'file/bin/source-file');
/** The Python of that source, with packages to write such files. */
export const filePython = path.join(environments, 'file/bin/python');

/**
 * Installs PyAirbyte and the sources, unless these versions are installed, and runs the tests of the
 * destination if their output is not stored yet.
 */
export function setup() {
	for (const what of ['airbyte', 'source', 'file']) install(what);
	if (existsSync(printedInTests)) return;
	mkdirSync(printedInTests, { recursive: true });
	const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
	execFileSync(process.execPath, [vitest, 'run', 'test/airbyte'], { cwd: root, stdio: 'ignore' });
}

/** Installs PyAirbyte (`airbyte`) or a source, unless that version is installed. */
export function install(what: string): void {
	execFileSync('sh', [path.join(import.meta.dirname, 'install.sh'), what], { stdio: 'inherit' });
}

/**
 * The environment of Python programs: they write only to the folder, and their network
 * requests go to the proxy.
 */
export function environment(folder: string, proxy: string): NodeJS.ProcessEnv {
	for (const name of ['home', 'tmp', 'logs']) mkdirSync(path.join(folder, name));
	const bin = [path.dirname(python), path.dirname(process.execPath), process.env.PATH];
	return {
		AIRBYTE_LOGGING_ROOT: path.join(folder, 'logs'),
		AIRBYTE_OFFLINE_MODE: '1',
		HOME: path.join(folder, 'home'),
		http_proxy: proxy,
		https_proxy: proxy,
		HTTP_PROXY: proxy,
		HTTPS_PROXY: proxy,
		no_proxy: '127.0.0.1',
		NO_PROXY: '127.0.0.1',
		PATH: bin.join(path.delimiter),
		PYTHONDONTWRITEBYTECODE: '1',
		PYTHONWARNINGS: 'ignore',
		TMPDIR: path.join(folder, 'tmp'),
		TZ: 'UTC',
	};
}
