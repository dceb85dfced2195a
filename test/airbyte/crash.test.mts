import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXECUTABLE, until } from './connector.mts';
import { people, record } from './input.mts';
import { createWorld, KEY } from './world.mts';

/** Starts `write` from a shell that allows core dumps, in a folder of its own, and sends it some people. */
async function startDumping(env: Readonly<Record<string, string>> = {}) {
	const world = await createWorld();
	const cwd = join(world.folder, 'cwd');
	mkdirSync(cwd);
	const connector = world.startBy('sh', ['-c', 'ulimit -c unlimited; exec "$0" "$@"', EXECUTABLE], {
		cwd,
		env,
	});
	await connector.write(people(1, 100, 100));
	await connector.acknowledged(1);
	const about = (file: string) => readFileSync(`/proc/${connector.child.pid}/${file}`, 'utf8');
	return { about, connector, cwd };
}

const TOO_LARGE = record({ id: 'large', text: 'x'.repeat(20_000_000) });
const SMALL_HEAP = '--max-old-space-size=24';

describe.concurrent('the key is not in', () => {
	it('the arguments or the environment of the process', async () => {
		const { about, connector } = await startDumping();
		expect(about('cmdline')).toContain('destination-flameup.mjs\0write\0--config\0');
		expect(about('environ')).toContain('PATH=');
		expect(about('cmdline') + about('environ')).not.toContain(KEY);
		expect((await connector.end()).code).toBe(0);
	});

	it('a core dump, because there is none', async () => {
		const { about, connector, cwd } = await startDumping({ NODE_OPTIONS: SMALL_HEAP });
		expect(about('limits')).toMatch(/^Max core file size +0 +0 /m);
		const run = await connector.end(TOO_LARGE);
		expect([run.signal, readdirSync(cwd)]).toEqual(['SIGABRT', []]);
	});

	it('a diagnostic report of a crash', async () => {
		const { connector, cwd } = await startDumping({
			NODE_OPTIONS: `${SMALL_HEAP} --report-on-fatalerror`,
		});
		const run = await connector.end(TOO_LARGE);
		expect(run.signal).toBe('SIGABRT');
		const [report = ''] = readdirSync(cwd);
		const text = readFileSync(join(cwd, report), 'utf8');
		expect(JSON.parse(text).header.trigger).toBe('OOMError');
		expect(text).not.toContain(KEY);
	});

	it('a diagnostic report that is asked for during a sync', async () => {
		const { connector, cwd } = await startDumping({ NODE_OPTIONS: '--report-on-signal' });
		connector.child.kill('SIGUSR2');
		await until(() => readdirSync(cwd).length > 0);
		expect((await connector.end()).code).toBe(0);
		const [report = ''] = readdirSync(cwd);
		expect(readFileSync(join(cwd, report), 'utf8')).not.toContain(KEY);
	});
});
