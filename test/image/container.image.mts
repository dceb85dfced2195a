import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest, root } from '../../release/manifest.mts';
import { type StartOptions, start } from '../airbyte/connector.mts';
import { ids, people } from '../airbyte/input.mts';
import { createTls, startProxy, startSecure } from '../airbyte/secure.mts';
import { createWorld, KEY, type WorldOptions } from '../airbyte/world.mts';
import { SECRET } from './environment.mts';
import { BASE, DOCKER, docker, IMAGE } from './image.mts';

const manifest = readManifest();
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const [image] = JSON.parse(docker(['image', 'inspect', IMAGE]));

/** Runs a script in a container instead of the destination. */
const sh = (script: string) => docker(['run', '--rm', '--entrypoint', 'sh', IMAGE, '-c', script]);

/** A simulator, and a container that reaches it and sees the files of the destination in /files. */
async function createContainer(options: WorldOptions = {}) {
	const world = await createWorld(options);
	chmodSync(world.folder, 0o755);
	const run = (flags: readonly string[], args: readonly string[], given: StartOptions = {}) => {
		const mount = ['--volume', `${world.folder}:/files`];
		const config = ['--config', '/files/config.json'];
		const command = ['run', '--rm', '--interactive', ...mount, ...flags, IMAGE, ...args, ...config];
		return start(command, { ...given, program: DOCKER });
	};
	return {
		...world,
		run: (command: string) => run([], [command]).end(),
		write: (input: string, flags: readonly string[] = [], given?: StartOptions) =>
			run(flags, ['write', '--catalog', '/files/catalog.json'], given).end(input),
	};
}

describe('the image', () => {
	it('says what it is', () => {
		expect(image.Config.Labels).toMatchObject({
			'io.airbyte.name': manifest.config.image,
			'io.airbyte.version': manifest.version,
			'org.opencontainers.image.version': manifest.version,
			'org.opencontainers.image.description': manifest.description,
			'org.opencontainers.image.documentation': manifest.config.documentation,
			'org.opencontainers.image.licenses': 'MIT',
			'org.opencontainers.image.source': 'https://github.com/flameup/connectors',
			'org.opencontainers.image.vendor': manifest.author.name,
		});
		expect(image.Config.User).toBe('1000:1000');
		expect(image.Config.Entrypoint).toEqual(['/airbyte/destination-flameup']);
		expect(image.Config.Env).toContain('AIRBYTE_ENTRYPOINT=/airbyte/destination-flameup');
	});

	it('adds two files to its base, which are those that were built', () => {
		const added = docker(['image', 'diff', IMAGE, BASE]).trim().split('\n').sort();
		expect(added.filter((line) => line.includes('/airbyte'))).toEqual([
			'A /airbyte',
			'A /airbyte/destination-flameup',
			'A /airbyte/destination-flameup.mjs',
		]);
		expect(added.filter((line) => !line.includes('/airbyte'))).toEqual([]);
		for (const file of ['destination-flameup', 'destination-flameup.mjs']) {
			expect(sh(`cat /airbyte/${file}`)).toBe(read(`build/${file}`));
		}
	});

	it('has no secret of the folder that it was built in', () => {
		expect(JSON.stringify(image)).not.toContain(SECRET);
		const found = sh(`grep -rlsF ${SECRET} / --exclude-dir=proc --exclude-dir=sys || true`);
		expect(found).toBe('');
		expect(image.Config.Env.map((one: string) => one.split('=')[0]).sort()).toEqual([
			'AIRBYTE_ENTRYPOINT',
			'NODE_ENV',
			'PATH',
		]);
	});
});

describe('a container', () => {
	it('runs as user 1000, who can write nowhere', () => {
		const places = '/airbyte/new /airbyte/destination-flameup.mjs /home/node/new /new';
		const script = `id -u; id -g; for f in ${places}; do (echo > $f) 2>/dev/null && echo "$f is writable"; done; true`;
		expect(sh(script).trim().split('\n')).toEqual(['1000', '1000']);
	});

	it.each([
		[128, 64],
		[256, 128],
		[400, 200],
		[1024, 512],
	])('with %i MB of memory has a heap of %i MB', (memory, heap) => {
		const ask = "console.error(process.getBuiltinModule('v8').getHeapStatistics().heap_size_limit)";
		const preload = `NODE_OPTIONS=--import=data:text/javascript,${ask}`;
		const script = '"$AIRBYTE_ENTRYPOINT" spec 2>&1 >/dev/null';
		const limit = docker(
			['run', '--rm', '--env', preload, '--entrypoint', 'sh', IMAGE, '-c', script],
			memory,
		);
		// With a young generation of three times 3 MB.
		expect(Number(limit) / 2 ** 20 - heap).toBeLessThan(16);
		expect(Number(limit) / 2 ** 20).toBeGreaterThanOrEqual(heap);
	});
});

describe('in a container', () => {
	it('spec prints the checked-in file', () => {
		const { spec } = JSON.parse(docker(['run', '--rm', IMAGE, 'spec']));
		expect(spec).toEqual(JSON.parse(read('connectors/airbyte/spec.json')));
	});

	it('check succeeds, and fails with a wrong key', async () => {
		const status = async (settings = {}) => {
			const { run } = await createContainer({ settings });
			const { code, output } = await run('check');
			return [code, JSON.parse(output).connectionStatus.status];
		};
		expect(await status()).toEqual([0, 'SUCCEEDED']);
		expect(await status({ api_key: `${KEY}x` })).toEqual([0, 'FAILED']);
	});

	it('discover prints what can be written', async () => {
		const { run } = await createContainer();
		const { code, received } = await run('discover');
		expect([code, received.map(({ message }) => message.type)]).toEqual([
			0,
			['DESTINATION_CATALOG'],
		]);
	});

	it('a sync of 100,000 people needs less than 128 MB', async () => {
		const pace = { requests_per_minute: 100_000 };
		const { held, write } = await createContainer({ settings: { pace } });
		const run = await write(people(1, 100_000), [], { env: { MEMORY_MB: '128' } });
		expect([run.code, run.errors, held().length]).toEqual([0, [], 100_000]);
	});

	it('a proxy and the certificates of NODE_EXTRA_CA_CERTS are used', async () => {
		const tls = createTls();
		const [{ held, secureUrl }, proxy] = await Promise.all([startSecure(tls), startProxy()]);
		const { write } = await createContainer({ settings: { api_url: secureUrl } });
		const flags = [
			...['--volume', `${path.dirname(tls.certificate)}:/tls`],
			...['--env', 'NODE_EXTRA_CA_CERTS=/tls/certificate.pem', '--env', `HTTPS_PROXY=${proxy.url}`],
		];
		chmodSync(path.dirname(tls.certificate), 0o755);
		const run = await write(people(1, 250), flags);
		expect([run.code, run.errors, held()]).toEqual([0, [], ids(250)]);
		expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${new URL(secureUrl).host}`]));
	});
});
