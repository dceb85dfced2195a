import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startSimulator } from '../../simulator/server.mts';
import { read } from '../docs/pages.mts';
import { environment, python, root } from './environment.mts';
import { startProxy } from './network.mts';

/** The port in examples/data/config.json, which the program on the page reads. */
const PORT = 8080;

it('runs the program on the page for Airbyte', async ({ onTestFinished }) => {
	const programs = [...read('docs/airbyte.md').matchAll(/```python\n([\s\S]*?)```/g)];
	expect(programs).toHaveLength(1);
	const [[, program = ''] = []] = programs;
	const folder = mkdtempSync(path.join(tmpdir(), 'flameup-page-'));
	const proxy = await startProxy();
	const simulator = await startSimulator({ port: PORT });
	onTestFinished(async () => {
		proxy.close();
		await simulator.close();
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	});

	const options = { cwd: root, env: environment(folder, proxy.url) };
	await promisify(execFile)(python, ['-c', program], options);
	expect(simulator.flameup.stats().requests).toBe(1);
	expect(simulator.flameup.people().size).toBe(0);
});
