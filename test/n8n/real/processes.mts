import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that was started here and is ended here. */
export interface Running {
	pid: number;
	/** Asks it to end and waits until it has. */
	stop(): Promise<void>;
	/** The exit code or signal once it has ended. */
	ended(): string | undefined;
}

const groups = new Set<number>();
const folders = new Set<string>();

process.on('exit', () => {
	for (const pid of groups) kill(pid, 'SIGKILL');
	for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

/** A folder that is gone when this process ends. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'flameup-n8n-'));
	folders.add(folder);
	return folder;
}

/** Starts a program in a process group of its own; its output goes to a file. */
export function start(
	command: string[],
	{ env, folder, log }: { env: NodeJS.ProcessEnv; folder: string; log: string },
): Running {
	const output = openSync(log, 'a');
	const [program = '', ...args] = command;
	const stdio: ['ignore', number, number] = ['ignore', output, output];
	const child = spawn(program, args, { cwd: folder, env, stdio, detached: true });
	const pid = child.pid ?? 0;
	if (pid) groups.add(pid);
	let end: string | undefined;
	child.once('error', (error) => {
		end = error.message;
	});
	child.once('exit', (code, signal) => {
		end = String(signal ?? code);
		kill(pid, 'SIGKILL');
		groups.delete(pid);
	});
	return { pid, ended: () => end, stop: () => stop(child, () => end !== undefined) };
}

async function stop(child: ChildProcess, isOver: () => boolean) {
	child.kill('SIGTERM');
	for (let waited = 0; !isOver() && waited < 150; waited++) await sleep(100);
	if (!isOver()) kill(child.pid ?? 0, 'SIGKILL');
}

function kill(group: number, signal: NodeJS.Signals) {
	if (!group) return;
	try {
		process.kill(-group, signal);
	} catch {
		// it has ended already
	}
}

/** Waits until the address answers 2xx. */
export async function ready(url: string, program: Running, log: string, withinMs = 300_000) {
	for (const end = Date.now() + withinMs; ; await sleep(150)) {
		if (program.ended() !== undefined)
			throw new Error(`ended early (${program.ended()}), see ${log}`);
		if (Date.now() > end) throw new Error(`${url} was not ready in time, see ${log}`);
		const answer = await fetch(url).catch(() => undefined);
		await answer?.arrayBuffer();
		if (answer?.ok) return;
	}
}

/** Ports on loopback that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
	const servers = await Promise.all(
		Array.from({ length: count }, async () => {
			const server = createServer();
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			return server;
		}),
	);
	return Promise.all(
		servers.map(async (server) => {
			const { port } = server.address() as { port: number };
			await new Promise((resolve) => server.close(resolve));
			return port;
		}),
	);
}
