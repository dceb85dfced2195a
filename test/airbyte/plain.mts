import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { EXECUTABLE, PATH } from './process.mts';

export interface PlainOptions {
	readonly input?: string | Uint8Array;
	readonly cwd?: string;
	/** Another program than the connector itself, such as a shell that starts it. */
	readonly program?: string;
	readonly env?: Readonly<Record<string, string>>;
}

export type Plain = Awaited<ReturnType<typeof plain>>;

/** Runs a command of the connector whose output is text for people rather than messages. */
export async function plain(args: readonly string[], options: PlainOptions = {}) {
	const child = spawn(options.program ?? EXECUTABLE, args, {
		cwd: options.cwd,
		env: { PATH, ...options.env },
		stdio: 'pipe',
		timeout: 60_000,
		killSignal: 'SIGKILL',
	});
	child.stdin.on('error', () => undefined).end(options.input);
	const closed = once(child, 'close');
	const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
	const [code, signal] = await closed;
	return { code: code as number | null, signal: signal as string | null, stdout, stderr };
}

/** Runs a script of the shell, in which `$flameup` is the connector. */
export const shell = (script: string, options: PlainOptions = {}): Promise<Plain> =>
	plain(['-c', script], { ...options, program: '/bin/sh', env: { flameup: EXECUTABLE } });
