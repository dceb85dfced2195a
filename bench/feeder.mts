import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { owned } from './children.mts';
import { onOwnCore } from './cores.mts';
import { type Shape, steps } from './records.mts';
import { ENVIRONMENT } from './run.mts';

/** When a slow source emits each record; the first is number 1. */
export type Schedule = { records: number; dueMs: (record: number) => number };

/** A command still running this long after its input ends is killed and counts as failed. */
const PATIENCE_MS = 300_000;

/** Feeds a command at the rate of a slow source; returns the seconds until each STATE came back. */
export async function feed(command: string[], shape: Shape, { dueMs }: Schedule) {
	const [program = '', ...args] = onOwnCore(command);
	const child = owned(spawn(program, args, { env: ENVIRONMENT }));
	child.stdin.on('error', () => undefined);
	let errors = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		errors += text;
	});
	const writtenAt: number[] = [];
	const lags: number[] = [];
	const lines: string[] = [];
	createInterface({ input: child.stdout }).on('line', (line) => {
		lines.push(line);
		if (!line.includes('"STATE"')) return;
		lags.push((performance.now() - (writtenAt[lags.length] ?? Number.NaN)) / 1000);
	});
	const ended = once(child, 'close');
	const startedAt = performance.now();
	let record = 0;
	for (const step of steps(shape)) {
		const waitMs = startedAt + dueMs(++record) - performance.now();
		if (waitMs > 0) await sleep(waitMs);
		child.stdin.write(step.record);
		if (step.state === undefined) continue;
		writtenAt.push(performance.now());
		child.stdin.write(step.state);
	}
	child.stdin.end();
	const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
	const [exitCode, signal] = await ended;
	clearTimeout(late);
	return { exitCode: exitCode ?? signal, output: lines.join('\n'), errors, lags };
}
