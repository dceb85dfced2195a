import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { configText } from './config.mts';
import { defaultKey } from './keys.mts';
import { helpText, readArguments } from './options.mts';
import { startSimulator } from './server.mts';

const main = fileURLToPath(new URL('./main.mts', import.meta.url));

function run(...args: string[]) {
	const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	const said = { out: '', err: '' };
	child.stdout.setEncoding('utf8').on('data', (text) => {
		said.out += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text) => {
		said.err += text;
	});
	const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
		child.on('close', (code) => resolve({ code, ...said }));
	});
	const lines = async (count: number) => {
		while (said.out.split('\n').length <= count) {
			if (child.exitCode !== null) throw new Error(`It ended: ${said.err}`);
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
		return said.out.split('\n');
	};
	return { child, ended, lines };
}

it('logs each request without the key and ends with a summary', async () => {
	const key = 'ws_test_mine.0123';
	const { child, ended, lines } = run(
		'--port',
		'0',
		'--key',
		key,
		'--workspace',
		'ws_1',
		'--verbose',
	);
	const greeting = (await lines(8)).join('\n');
	const url = /http:\/\/127\.0\.0\.1:\d+\/api\/v1/.exec(greeting)?.[0] ?? '';
	const config = JSON.stringify(
		{ api_key: key, workspace_id: 'ws_1', api_url: url },
		undefined,
		'\t',
	);
	expect(greeting).toBe(
		[
			`Simulated Flameup at ${url}; Ctrl+C ends it.`,
			`The people it holds: ${url.replace('api/v1', 'simulator/people')}`,
			'A configuration for the destination (--write-config FILE writes it):',
			config,
			'',
		].join('\n'),
	);
	const answer = await fetch(`${url}/workspaces/ws_1/people/batch?x=1`, {
		method: 'POST',
		headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
		body: JSON.stringify({ people: [{ userId: 'a' }, { userId: 'b' }] }),
	});
	expect(answer.status).toBe(200);
	expect((await lines(9))[8]).toBe('POST /api/v1/workspaces/ws_1/people/batch 200 2 people');
	child.kill('SIGINT');
	child.kill('SIGINT');
	const { code, out, err } = await ended;
	expect([code, err]).toEqual([0, '']);
	expect(out.split('\n').slice(9)).toEqual([
		'1 requests, at most 1 in 60 s; 0 times 429, 0 times 5xx; 2 people held.',
		'',
	]);
});

it('writes a configuration, again for the same key, but not over another one', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'flameup-simulator-'));
	const file = join(folder, 'config.json');
	for (const more of [[], ['--path-style', 'key']]) {
		const { child, ended, lines } = run('--port', '0', '--write-config', file, ...more);
		const [first = '', , third] = await lines(3);
		expect(third).toBe(`A configuration for the destination is in ${file}.`);
		const url = /http:\S+v1/.exec(first)?.[0];
		const workspace = more.length > 0 ? {} : { workspace_id: 'ws_simulator' };
		const config = { api_key: defaultKey, ...workspace, api_url: url };
		expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(config);
		child.kill('SIGTERM');
		expect((await ended).code).toBe(0);
	}

	const mine = '{"api_key":"ws_live_mine.0123"}';
	writeFileSync(file, mine);
	const refused = await run('--port', '0', '--write-config', file).ended;
	const sentence = `${file} exists and is not a configuration for this simulator. Name another file with --write-config.\n`;
	expect([refused.code, refused.out, refused.err]).toEqual([1, '', sentence]);
	expect(readFileSync(file, 'utf8')).toBe(mine);

	const nowhere = join(folder, 'no', 'config.json');
	const { code, err } = await run('--port', '0', '--write-config', nowhere).ended;
	expect([code, err]).toEqual([1, `--write-config: ${nowhere} could not be written (ENOENT).\n`]);
	rmSync(folder, { recursive: true });
});

it('by default accepts examples/data/config.json as it is', async () => {
	const simulator = await startSimulator();
	const { port } = readArguments([]);
	const example = readFileSync(new URL('../examples/data/config.json', import.meta.url), 'utf8');
	const config = configText(simulator).replace(`:${simulator.port}/`, `:${port}/`);
	await simulator.close();
	expect(example).toBe(`${config}\n`);
});

it('prints its help', async () => {
	expect(await run('--help').ended).toEqual({ code: 0, out: helpText(), err: '' });
});

it('refuses a bad option with one sentence', async () => {
	const sentence = '--error-shape must be D, A, B or C, not "E".\n';
	expect(await run('--error-shape', 'E').ended).toEqual({ code: 1, out: '', err: sentence });
});

async function takePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	return { server, port: String((server.address() as AddressInfo).port) };
}

it('reports a port that is taken', async () => {
	const { server, port } = await takePort();
	const { code, err } = await run('--port', port).ended;
	server.close();
	expect([code, err]).toEqual([1, `Port ${port} is taken; choose another with --port.\n`]);
});

it('prints nothing with --quiet and ends on SIGTERM', async () => {
	const { server, port } = await takePort();
	await new Promise((resolve) => server.close(resolve));
	const { child, ended } = run('--port', port, '--quiet', '--verbose', '--no-rate-headers');
	const switches = await eventually(`http://127.0.0.1:${port}/simulator/switches`);
	expect(switches).toMatchObject({ rateHeaders: false });
	child.kill('SIGTERM');
	expect(await ended).toEqual({ code: 0, out: '', err: '' });
});

async function eventually(url: string): Promise<unknown> {
	for (;;) {
		const answer = await fetch(url).catch(() => undefined);
		if (answer) return answer.json();
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
