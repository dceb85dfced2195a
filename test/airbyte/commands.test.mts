import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXECUTABLE, PATH, start } from './connector.mts';
import { ids, people } from './input.mts';
import { createFolder, createWorld, KEY } from './world.mts';

const types = ({ received }: { received: readonly { message: { type: string } }[] }) =>
	received.map(({ message }) => message.type);

describe.concurrent('commands', () => {
	it('spec prints the checked-in file, and needs nothing', async () => {
		const run = await start(['spec'], { cwd: '/' }).end();
		expect([run.code, types(run), run.stderr]).toEqual([0, ['SPEC'], '']);
		const golden = readFileSync(
			new URL('../../connectors/airbyte/spec.json', import.meta.url),
			'utf8',
		);
		expect(JSON.parse(run.output).spec).toEqual(JSON.parse(golden));
	});

	it('discover prints what can be written, and sends no request', async () => {
		const { config, flameup } = await createWorld();
		const run = await start(['discover', '--config', config]).end();
		expect([run.code, types(run), run.stderr]).toEqual([0, ['DESTINATION_CATALOG'], '']);
		expect(flameup.stats().requests).toBe(0);
	});

	it.each([
		['no command', [], 'The command is missing. See destination-flameup --help.'],
		['another command', ['read'], 'There is no command read. See destination-flameup --help.'],
		[
			'no configuration',
			['discover'],
			'The option --config is missing. Set it to the path of a JSON file.',
		],
		['a configuration without a path', ['discover', '--config'], 'The option --config is missing.'],
		[
			'a configuration that is not there',
			['discover', '--config', '/nowhere.json'],
			'The file /nowhere.json of --config does not exist.',
		],
		[
			'a folder as configuration',
			['write', '--config', '/'],
			'The file / of --config is a folder.',
		],
	])('%s is a config_error', async (_name, args, message) => {
		const run = await start(args).end();
		expect([run.code, types(run)]).toEqual([1, ['TRACE']]);
		expect(run.errors[0]).toMatchObject({ failure_type: 'config_error' });
		expect(run.errors[0]?.message).toContain(message);
	});

	it('--help prints readable text', () => {
		const { status, stdout } = spawnSync(EXECUTABLE, ['--help'], {
			encoding: 'utf8',
			env: { PATH },
		});
		expect([status, stdout.split('\n')[0]]).toEqual([0, 'Usage: destination-flameup <command>']);
	});
});

describe.concurrent('it can be started', () => {
	it('from anywhere, with read-only files of any name', async () => {
		const { catalog, config, folder, held } = await createWorld();
		const [a, b] = [join(folder, 'config 1.txt'), join(folder, 'catalog.txt')];
		copyFileSync(config, a);
		copyFileSync(catalog, b);
		chmodSync(a, 0o444);
		chmodSync(b, 0o444);
		const args = ['write', '--config=config 1.txt', '--catalog=catalog.txt'];
		const run = await start(args, { cwd: folder }).end(people(1, 3));
		expect([run.code, held()]).toEqual([0, ids(3)]);
	});

	it('through a symbolic link', async () => {
		const { folder } = await createWorld();
		const program = join(folder, 'linked');
		symlinkSync(EXECUTABLE, program);
		const run = await start(['spec'], { program, cwd: folder }).end();
		expect([run.code, run.stderr]).toEqual([0, '']);
	});

	it('as Airbyte does it: by sh -c with FIFOs in another folder', async () => {
		const { catalog, config, folder, held } = await createWorld();
		const script = [
			'cd "$0" && mkfifo in out err || exit 9',
			`(eval "$AIRBYTE_ENTRYPOINT write --config ${config} --catalog ${catalog}" <in >out 2>err; echo $? >code) &`,
			'cat err >&2 & cat out & cat >in; wait; exit "$(cat code)"',
		].join('\n');
		const run = await start(['-c', script, folder], {
			program: '/bin/sh',
			env: { AIRBYTE_ENTRYPOINT: EXECUTABLE },
		}).end(people(1, 230, 100));
		expect([run.code, run.stderr, run.states.length, held().length]).toEqual([0, '', 2, 230]);
	});

	/** Runs `spec` with a Node that reports another version. */
	const startAs = (version: string) => {
		const preload = join(createFolder(), 'version.cjs');
		writeFileSync(
			preload,
			`Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
		);
		return start(['spec'], { env: { NODE_OPTIONS: `--require ${preload}` } }).end();
	};

	it.each(['18.20.8', '20.19.0', '22.9.0', '22.20.1', '23.11.1', '24.4.1'])(
		'by another Node, but not by %s, which lacks the proxy settings',
		async (version) => {
			const run = await startAs(version);
			expect([run.code, types(run)]).toEqual([1, ['TRACE']]);
			expect(run.errors[0]).toMatchObject({
				failure_type: 'config_error',
				message: `Node 22.21 or a later 22, or 24.5 or later, is required; this is ${version}.`,
			});
		},
	);

	it.each(['22.21.0', '24.5.0', '24.21.0', '25.0.0', '26.1.0'])('by Node %s', async (version) => {
		const run = await startAs(version);
		expect([run.code, types(run)]).toEqual([0, ['SPEC']]);
	});

	it('without the project around it', async () => {
		const folder = createFolder();
		mkdirSync(join(folder, 'bin'));
		for (const name of ['', '.mjs'])
			copyFileSync(EXECUTABLE + name, join(folder, 'bin', `flameup${name}`));
		const program = join(folder, 'bin', 'destination-flameup');
		copyFileSync(join(folder, 'bin', 'flameup'), program);
		copyFileSync(join(folder, 'bin', 'flameup.mjs'), `${program}.mjs`);
		const run = await start(['spec'], { program, cwd: '/' }).end();
		expect([run.code, run.stderr]).toEqual([0, '']);
	});
});

describe.concurrent('check', () => {
	const cases: [string, Parameters<typeof createWorld>[0], 'SUCCEEDED' | 'FAILED', string][] = [
		[
			'says that it is a test key',
			{},
			'SUCCEEDED',
			'Flameup accepts the API key and knows the workspace. It is a test key: people will not show up in live data.',
		],
		[
			'says that it is a live key',
			{
				simulator: { keys: [{ key: 'ws_live_1.abc', permissions: ['*'] }] },
				settings: { api_key: 'ws_live_1.abc' },
			},
			'SUCCEEDED',
			'Flameup accepts the API key and knows the workspace. It is a live key: people will show up in live data.',
		],
		[
			'needs no workspace',
			{ settings: { workspace_id: '' } },
			'SUCCEEDED',
			'Flameup accepts the API key',
		],
		[
			'accepts a key that may only write',
			{ simulator: { keys: [{ key: KEY, permissions: ['people:write'] }] } },
			'SUCCEEDED',
			'Flameup knows the API key, but the key may not read people (people:read), so nothing else could be tested. The key works if it may write people (people:write).',
		],
		[
			'wrong key',
			{ settings: { api_key: 'ws_test_wrong.abc' } },
			'FAILED',
			'Flameup does not accept the API key. Flameup answered 401. Enter a valid key in api_key.',
		],
		[
			'wrong workspace',
			{ settings: { workspace_id: 'ws_other' } },
			'FAILED',
			'Flameup does not know this workspace or address. Flameup answered 404. Correct workspace_id or api_url.',
		],
		[
			'no allowance left',
			{ simulator: { faults: { 1: '429' } } },
			'FAILED',
			'The API key had no allowance left. Flameup answered 429. Run the test again later, or use an API key that nothing else uses.',
		],
		[
			'trouble at Flameup',
			{ simulator: { faults: { 1: '500' } } },
			'FAILED',
			'Flameup was unavailable. Flameup answered 500. Run the test again later.',
		],
		[
			'an answer that is a web page',
			{ simulator: { faults: { 1: 'html-200' } } },
			'FAILED',
			'The address in api_url answers, but not as Flameup does. It may be wrong, or Flameup shows a maintenance page there. Check api_url.',
		],
		[
			'a connection that breaks',
			{ simulator: { faults: { 1: 'reset-before' } } },
			'FAILED',
			'Flameup could not be reached. The connection was closed before an answer came (ECONNRESET). Check api_url and the network, and run the test again later.',
		],
		[
			'an answer cut off',
			{ simulator: { faults: { 1: 'cut' } } },
			'FAILED',
			'Flameup could not be reached. The connection was closed before an answer came (ECONNRESET). Check api_url and the network, and run the test again later.',
		],
		[
			'no answer',
			{ simulator: { faults: { 1: 'stall' } }, settings: { pace: { timeout_seconds: 1 } } },
			'FAILED',
			'Flameup could not be reached. The request timed out (TIMEOUT). Check api_url and the network, and run the test again later.',
		],
	];
	it.each(cases)('%s', async (_name, options, status, message) => {
		const world = await createWorld(options);
		const run = await world.check();
		expect([run.code, run.signal, run.stderr, types(run)]).toEqual([
			0,
			null,
			'',
			['CONNECTION_STATUS'],
		]);
		const said = JSON.parse(run.output).connectionStatus;
		expect(said.status).toBe(status);
		expect(said.message).toContain(message);
		const { byEndpoint, peopleCreated, requests } = world.flameup.stats();
		expect([requests, peopleCreated, byEndpoint['POST people/batch']]).toEqual([1, 0, undefined]);
	});

	it.each([
		[
			'nothing listening',
			'http://127.0.0.1:1',
			'Flameup could not be reached. Nothing is listening at the address (ECONNREFUSED).',
		],
		[
			'no such host',
			'https://flameup.invalid',
			'Flameup could not be reached. The host name could not be ',
		],
		[
			'plain http',
			'http://flameup.invalid',
			'api_url must start with https://, unless unencrypted http is allowed.',
		],
		[
			'no address',
			'https://[flameup',
			'api_url must be an http or https address without a login (user@), a query (?) and a fragment (#).',
		],
	])('%s', async (_name, api_url, message) => {
		const run = await (await createWorld({ settings: { api_url } })).check();
		expect([run.code, types(run)]).toEqual([0, ['CONNECTION_STATUS']]);
		expect(JSON.parse(run.output).connectionStatus).toMatchObject({
			status: 'FAILED',
			message: expect.stringContaining(message),
		});
	});

	it('answers within 15 s whatever happens', async () => {
		const world = await createWorld({ simulator: { faults: { 1: 'stall' } } });
		const run = await world.check();
		expect(run.code).toBe(0);
		expect(run.afterMs).toBeGreaterThan(6_000);
		expect(run.afterMs).toBeLessThan(15_000);
	});

	it.each([
		[
			'a configuration that is not JSON',
			'{"api_key":',
			'The configuration file is not valid JSON.',
		],
		['a wrong setting', '{"api_key":"k","pace":{"x":1}}', 'pace.x is not a setting.'],
		[
			'a lone surrogate in the key',
			'{"api_key":"\\ud800"}',
			'api_key must be one line of ASCII characters without spaces.',
		],
	])('%s gives a connection status too', async (_name, text, message) => {
		const config = join(createFolder(), 'config.json');
		writeFileSync(config, text);
		const run = await start(['check', '--config', config]).end();
		expect([run.code, types(run)]).toEqual([0, ['CONNECTION_STATUS']]);
		expect(run.output).toContain(message);
	});

	it('reveals nothing about a person in the answer', async () => {
		const world = await createWorld({ settings: { workspace_id: '' } });
		await world.write(
			'{"type":"RECORD","record":{"stream":"people","data":{"id":"zora-7","name":"Zora"}}}',
		);
		const run = await world.check();
		expect(run.output).toContain('SUCCEEDED');
		expect(run.output).not.toMatch(/zora/i);
	});

	it('ends at once on SIGTERM', async () => {
		const world = await createWorld({ simulator: { faults: { 1: 'stall' } } });
		const connector = start(['check', '--config', world.config]);
		while (world.flameup.stats().requests === 0) await new Promise((done) => setTimeout(done, 10));
		const run = await connector.kill('SIGTERM');
		expect([run.code, run.signal, run.output]).toEqual([null, 'SIGTERM', '']);
	});
});
