import { execFileSync, spawnSync } from 'node:child_process';
import path from 'node:path';

/** The top of the repository. */
export const root = path.resolve(import.meta.dirname, '../../..');
/** The folder of n8n; ignored by git. */
export const hostFolder = path.join(root, '.n8n-host');
/** The folder of n8n's scanner; ignored by git. */
export const scannerFolder = path.join(root, '.n8n-scanner');

/**
 * Installs the pinned n8n (2 to 8 minutes, 3 GB), its scanner or PostgreSQL, unless that version is
 * already installed.
 */
export function install(what: 'host' | 'scanner' | 'postgres') {
	execFileSync('sh', [path.join(import.meta.dirname, 'install.sh'), what], {
		env: { ...systemEnv(), npm_config_update_notifier: 'false' },
		stdio: ['ignore', 'inherit', 'inherit'],
	});
}

/** Makes sure that a Debian program is installed, with apt-get as root if needed. */
export function installProgram(program: string, packages = program) {
	if (find(program)) return;
	const command = `apt-get update && apt-get install -y --no-install-recommends ${packages}`;
	if (process.getuid?.() !== 0 || !find('apt-get')) {
		throw new Error(`These tests need ${program}. On Debian, as root: ${command}`);
	}
	execFileSync('sh', ['-c', `(${command}) >/dev/null`], {
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		stdio: ['ignore', 'inherit', 'inherit'],
	});
}

/** The first of its name on PATH, except this repository's own tools. */
export function find(program: string): string | undefined {
	const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], {
		env: systemEnv(),
		encoding: 'utf8',
	});
	return found.stdout.trim() || undefined;
}

/**
 * The environment as it was before `npm run`: the system's own npm and Node, because native modules
 * are built against the headers that npm's configuration names.
 */
function systemEnv(): NodeJS.ProcessEnv {
	const entries = Object.entries(process.env).filter(
		([name]) => !/^(npm_|NODE|INIT_CWD|VITE)/.test(name),
	);
	const folders = (process.env.PATH ?? '').split(path.delimiter);
	const PATH = folders.filter((folder) => !/node_modules/.test(folder)).join(path.delimiter);
	return { ...Object.fromEntries(entries), PATH };
}
