import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { EXECUTABLE, PATH } from '../../airbyte/process.mts';

/** How the launcher is started, and ended with everything that it started. */
export type Launch = (given: {
	readonly script: string;
	/** Where it runs; inside the folder of files. */
	readonly cwd: string;
	readonly files: string;
	readonly env: Readonly<Record<string, string>>;
}) => { readonly launcher: ChildProcess; kill(by: 'SIGKILL' | 'SIGTERM'): void };

/** What Airbyte's launcher runs in the container: stdin, stdout and stderr are FIFOs, the exit code a file. */
const LAUNCHER = `
if [ -z "$AIRBYTE_ENTRYPOINT" ]; then echo "AIRBYTE_ENTRYPOINT is not set" >&2; exit 127; fi
(eval "$AIRBYTE_ENTRYPOINT write --config $FILES/config.json --catalog $FILES/catalog.json" \\
  < "$FILES/stdin" > "$FILES/stdout" 2> "$FILES/stderr")
echo $? > "$FILES/exitCode"
`;

/** The platform's writer passes on blocks of this size, without flushing in between. */
const BUFFER_BYTES = 8_192;

const UNBLOCK_MS = 50;

/** A destination that runs longer is killed. */
const LONGEST_MS = 300_000;

export interface AttemptOptions {
	/** Holds config.json and catalog.json; the FIFOs are made here. */
	readonly files: string;
	readonly env?: Readonly<Record<string, string>>;
	/** By default, a shell of this machine starts the built destination. */
	readonly launch?: Launch | undefined;
	onLine(line: string): void;
}

const launchHere: Launch = ({ cwd, env, script }) => {
	const launcher = spawn('sh', ['-c', script], {
		cwd,
		env: { PATH, AIRBYTE_ENTRYPOINT: EXECUTABLE, ...env },
		stdio: 'ignore',
		detached: true,
	});
	return { launcher, kill: (by) => signal(launcher, by) };
};

/** Starts `write` the way the platform does. */
export function startAttempt({ env = {}, files, launch = launchHere, onLine }: AttemptOptions) {
	const pipes = ['stdin', 'stdout', 'stderr'].map((name) => join(files, name));
	const cwd = join(files, 'dest');
	mkdirSync(cwd, { recursive: true });
	execFileSync('mkfifo', pipes);
	const [stdin = '', stdout = '', stderr = ''] = pipes;
	const feeder = spawn('sh', ['-c', 'exec cat > "$0"', stdin], {
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	const readers = [stdout, stderr].map((pipe) =>
		spawn('cat', [pipe], { stdio: ['ignore', 'pipe', 'ignore'] }),
	);
	const { kill, launcher } = launch({
		script: LAUNCHER,
		cwd,
		files,
		env: { FILES: files, ...env },
	});
	const output = readers.map((reader, i) => linesOf(reader, i === 0 ? onLine : undefined));
	const writer = createWriter(feeder.stdin);
	const watchdog = setTimeout(() => kill('SIGKILL'), LONGEST_MS);
	const ended = (async () => {
		await once(launcher, 'exit');
		writer.close();
		// Repeated: on a busy machine a reader may not have opened its FIFO yet.
		const unblocking = setInterval(() => pipes.forEach(unblock), UNBLOCK_MS);
		const [, errors = []] = await Promise.all(output);
		clearInterval(unblocking);
		clearTimeout(watchdog);
		feeder.kill('SIGKILL');
		const file = join(files, 'exitCode');
		return {
			/** Undefined if the launcher was killed before it wrote it. */
			exitCode: existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined,
			errors: errors.join('\n'),
		};
	})();
	return {
		write: writer.write,
		/** Closes the input. */
		end: writer.end,
		get isOver() {
			return writer.isClosed;
		},
		/** Sends the signal to every process of the container. */
		kill,
		ended,
	};
}

function signal(shell: ChildProcess, by: NodeJS.Signals): void {
	try {
		if (shell.pid !== undefined) process.kill(-shell.pid, by);
	} catch {
		// It has already ended.
	}
}

async function linesOf(reader: ChildProcess, onLine?: (line: string) => void): Promise<string[]> {
	const lines: string[] = [];
	if (!reader.stdout) return lines;
	let text = '';
	for await (const chunk of reader.stdout.setEncoding('utf8')) {
		const parts = (text + chunk).split('\n');
		text = parts.pop() ?? '';
		for (const line of parts) {
			lines.push(line);
			onLine?.(line);
		}
	}
	return lines;
}

/** Releases a process that is blocked opening a FIFO whose other end will never open. */
function unblock(pipe: string): void {
	closeSync(openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK));
}

/** Writes full blocks only, with backpressure; the rest is written at the end. */
function createWriter(stream: Writable) {
	let left = Buffer.alloc(0);
	let isClosed = false;
	let onClose: () => void = () => undefined;
	const closed = new Promise<void>((resolve) => {
		onClose = resolve;
	});
	const close = () => {
		isClosed = true;
		onClose();
	};
	stream.on('error', close);

	return {
		close,
		get isClosed() {
			return isClosed;
		},
		async write(line: string): Promise<void> {
			left = Buffer.concat([left, Buffer.from(line)]);
			while (left.length >= BUFFER_BYTES && !isClosed) {
				const goesOn = stream.write(left.subarray(0, BUFFER_BYTES));
				left = left.subarray(BUFFER_BYTES);
				if (!goesOn) await Promise.race([once(stream, 'drain').catch(() => undefined), closed]);
			}
		},
		end(): void {
			if (!isClosed) stream.end(left);
		},
	};
}
