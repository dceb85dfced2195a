import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { plain } from './plain.mts';
import { PATH, until } from './process.mts';
import { createFolder } from './world.mts';

const inProject = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The blocks of commands in a section of the page for Airbyte. */
function commandsIn(heading: string): string[] {
	const page = readFileSync(inProject('docs/airbyte.md'), 'utf8');
	const [, section = ''] = page.split(`### ${heading}\n`);
	const [text = ''] = section.split('\n#');
	return [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
}

/** A folder with nothing but what these commands need of a clone that has been built. */
function createClone(): string {
	const folder = createFolder();
	for (const name of ['build', 'examples', 'node_modules', 'package.json', 'simulator'])
		symlinkSync(inProject(name), join(folder, name));
	return folder;
}

/** Starts a command that goes on; `end` ends it with everything that it has started. */
function startForGood(command: string, cwd: string) {
	const child = spawn('/bin/sh', ['-c', command], {
		cwd,
		detached: true,
		env: { PATH, HOME: cwd },
		stdio: 'ignore',
	});
	const closed = once(child, 'close');
	return async () => {
		if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
		await closed;
	};
}

it('the commands of the page turn a file into people', async () => {
	const [server = '', block = '', ...others] = commandsIn('With your own file');
	const [build, commands = ''] = block.split(/(?<=build:airbyte\n)/);
	expect([build, others]).toEqual(['npm run build:airbyte\n', []]);
	expect(server).toMatch(/^npm run simulator -- --write-config config.json\n$/);
	const cwd = createClone();
	// The port is the only difference, because another test may use the usual one.
	const end = startForGood(server.replace('\n', ' --port 0'), cwd);
	try {
		await until(() => existsSync(join(cwd, 'config.json')));
		const run = await plain(['-e', '-c', commands], { cwd, program: '/bin/sh' });
		expect([run.code, run.stderr]).toEqual([
			0,
			'examples/data/people.csv: 10 rows with 9 columns, separated by commas, in UTF-8.\n',
		]);
		expect(run.stdout).toContain('upserted          8  as 7 people');
		const { api_url } = JSON.parse(readFileSync(join(cwd, 'config.json'), 'utf8'));
		const held = await (await fetch(new URL('/simulator/people', api_url))).json();
		expect(JSON.stringify(held)).toContain('anna.nowak@example.com');
		expect((held as { people: unknown[] }).people ?? held).toHaveLength(7);
	} finally {
		await end();
	}
});
