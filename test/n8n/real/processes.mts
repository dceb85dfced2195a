import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that these tests start and stop. */
export interface Running {
	pid: number;
	/** Its output file. */
	log: string;
	/** The exit code or signal, once it has ended. */
	ended: Promise<string>;
	/** Asks it to stop and waits until it has. */
	stop(): Promise<void>;
}

/** Where and as whom a program runs. */
interface Surroundings {
	env: NodeJS.ProcessEnv;
	folder: string;
	name: string;
	/** If it is not to run as the user of the tests. */
	user?: { uid: number; gid: number } | undefined;
}

const groups = new Set<number>();
const folders = new Set<string>();

process.on('exit', () => {
	for (const pid of groups) kill(pid);
	for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

/** A folder that is deleted when this process ends. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'flameup-n8n-'));
	folders.add(folder);
	return folder;
}

/** Starts a program in a process group of its own; its output goes to a file in the folder. */
export function start(
	[program = '', ...args]: string[],
	{ env, folder, name, user }: Surroundings,
): Running {
	const log = path.join(folder, `${name}.log`);
	const output = openSync(log, 'a');
	const stdio: ['ignore', number, number] = ['ignore', output, output];
	const child = spawn(program, args, { cwd: folder, env, stdio, detached: true, ...user });
	const { pid = 0 } = child;
	groups.add(pid);
	const ended = new Promise<string>((resolve) => {
		child.once('error', ({ message }) => resolve(message));
		child.once('exit', (code, signal) => resolve(String(signal ?? code)));
	});
	ended.then(() => kill(pid));
	const stop = async () => {
		child.kill('SIGTERM');
		const timer = setTimeout(kill, 15_000, pid);
		await ended;
		clearTimeout(timer);
	};
	return { pid, log, ended, stop };
}

/** Kills what remains of a program. */
function kill(pid: number) {
	groups.delete(pid);
	try {
		if (pid) process.kill(-pid, 'SIGKILL');
	} catch {
		// nothing is left
	}
}

/** Waits until the address responds with 2xx. */
export async function ready(url: string, { ended, log }: Running, withinMs = 300_000) {
	let end = '';
	ended.then((how) => {
		end = how;
	});
	for (const until = Date.now() + withinMs; !end && Date.now() < until; await sleep(150)) {
		const answer = await fetch(url).catch(() => undefined);
		await answer?.arrayBuffer();
		if (answer?.ok) return;
	}
	throw new Error(
		`${url} was never ready (${end || 'it still runs'}):\n${readFileSync(log, 'utf8').slice(-2000)}`,
	);
}

/** Free ports on loopback. */
export async function freePorts(count: number): Promise<number[]> {
	const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
	await Promise.all(servers.map((server) => once(server, 'listening')));
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(servers.map((server) => once(server.close(), 'close')));
	return ports;
}
