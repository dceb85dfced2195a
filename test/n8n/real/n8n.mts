import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { hostFolder, root } from './install.mts';
import { npmStandIn, type Tarball } from './package.mts';
import { freePorts, type Running, ready, start } from './processes.mts';

/** The options for starting n8n. */
export interface N8nOptions {
	/** n8n keeps its database, its key and its packages here. */
	folder: string;
	/** The package that n8n's installer finds by name. */
	tarball: Tarball;
	/** More variables. */
	env?: Record<string, string>;
	/** Options of Node itself. */
	nodeOptions?: string[];
}

/** A running n8n. */
export interface N8n extends Running {
	url: string;
}

const script = path.join(hostFolder, 'node_modules/n8n/bin/n8n');

/** Starts n8n on loopback and waits until it can be used. */
export const startN8n = (options: N8nOptions): Promise<N8n> =>
	launch(options, ['start'], (port) => ({ N8N_PORT: port }));

/** Starts a queue worker with a concurrency of five. */
export const startWorker = (options: N8nOptions): Promise<N8n> =>
	launch(options, ['worker', '--concurrency=5'], (port) => ({
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: port,
	}));

async function launch(
	{ folder, tarball, env = {}, nodeOptions = [] }: N8nOptions,
	command: string[],
	listening: (port: string) => NodeJS.ProcessEnv,
): Promise<N8n> {
	mkdirSync(folder, { recursive: true });
	const [port, broker] = (await freePorts(2)).map(String) as [string, string];
	const standIn = npmStandIn(tarball, path.join(folder, 'bin'));
	const own = { ...listening(port), N8N_RUNNERS_BROKER_PORT: broker };
	const running = start([process.execPath, ...nodeOptions, script, ...command], {
		env: { ...environment(folder, standIn), ...own, ...env },
		folder,
		name: `${command[0]}-${port}`,
	});
	const url = `http://127.0.0.1:${port}`;
	await ready(`${url}/healthz/readiness`, running);
	return { ...running, url };
}

/** Imports the example workflows with n8n's own command. */
export async function importWorkflows({ folder, tarball }: Pick<N8nOptions, 'folder' | 'tarball'>) {
	const env = environment(folder, npmStandIn(tarball, path.join(folder, 'bin')));
	const args = ['import:workflow', '--separate', `--input=${path.join(root, 'examples/n8n')}`];
	await promisify(execFile)(process.execPath, [script, ...args], { env, cwd: folder });
}

/** Inherits only the variables every program needs, and blocks outgoing connections. */
function environment(folder: string, standIn: string): Record<string, string> {
	const { HOME = folder, LANG = 'C.UTF-8', PATH = '' } = process.env;
	// n8n starts its task runner as plain `node` and its package installer as plain `npm`
	const programs = [standIn, path.dirname(process.execPath), PATH];
	return {
		HOME,
		LANG,
		PATH: programs.join(path.delimiter),
		N8N_USER_FOLDER: folder,
		N8N_ENCRYPTION_KEY: 'only-for-these-checks',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		GENERIC_TIMEZONE: 'UTC',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_PYTHON_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_DISABLED_MODULES: 'mcp-registry',
		// external https is refused at once; the tests use only http on loopback
		HTTPS_PROXY: 'http://127.0.0.1:9',
		NO_PROXY: '127.0.0.1,localhost',
		npm_config_fetch_retries: '0',
		npm_config_update_notifier: 'false',
	};
}

/** The peak resident memory of a process, in MB. */
export function peakMemory(pid: number): number {
	const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return Math.round(Number(kilobytes) / 1024);
}
