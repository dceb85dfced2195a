import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../../release/manifest.mts';
import { defaultKey } from '../../simulator/keys.mts';
import { startSimulator } from '../../simulator/server.mts';
import { atTheEnd } from '../atTheEnd.mts';
import { environment, python } from '../pyairbyte/environment.mts';
import { startProxy } from '../pyairbyte/network.mts';
import { DOCKER, IMAGE } from './image.mts';

const folder = mkdtempSync(path.join(tmpdir(), 'flameup-image-'));
const [simulator, proxy] = await Promise.all([startSimulator({ limit: 0 }), startProxy()]);
atTheEnd(async () => {
	await simulator.close();
	proxy.close();
	rmSync(folder, { recursive: true, force: true });
});

/** A bucket whose address is not that of a store. In output, Airbyte's tests look only for secrets with a digit. */
const BUCKET = {
	storage_type: 's3',
	s3_bucket_name: 'flameup-sync',
	s3_bucket_region: 'us-east-1',
	s3_endpoint: simulator.url,
	access_key_id: 'access-key-0123456789',
	secret_access_key: 'secret-key-0123456789',
};

/** The configurations of the tests, and how `check` ends with them. */
const SCENARIOS = [
	{ name: 'valid', status: 'succeed', settings: {} },
	{ name: 'wrong-key', status: 'failed', settings: { api_key: 'ws_wrong.0123456789abcdef' } },
	{ name: 'no-address', status: 'failed', settings: { api_url: 'http://127.0.0.1:1' } },
	{ name: 'no-bucket', status: 'failed', settings: { storage: BUCKET } },
];

/** The tests that apply; the others are for sources, and for connectors in Airbyte's registry. */
const APPLICABLE = [
	'test_docker_image_build_and_spec',
	...SCENARIOS.flatMap(({ name }) => [
		`test_docker_image_build_and_config_matches_spec['${name}' Test Scenario]`,
		`test_docker_image_build_and_check['${name}' Test Scenario]`,
	]),
];

/** The folder of a connector, in the form that Airbyte's tests expect. */
function createConnector(): string {
	const connector = path.join(folder, 'destination-flameup');
	mkdirSync(path.join(connector, 'secrets'), { recursive: true });
	// They know connectors in Python and Java only; for an image, it makes no difference.
	const metadata = readFileSync(path.join(root, 'connectors/airbyte/metadata.yaml'), 'utf8');
	writeFileSync(
		path.join(connector, 'metadata.yaml'),
		metadata.replace('language:typescript', 'language:java'),
	);
	const tests = SCENARIOS.map(({ name, settings, status }) => {
		const config = {
			api_key: defaultKey,
			workspace_id: 'ws_simulator',
			api_url: simulator.url,
			...settings,
		};
		writeFileSync(path.join(connector, 'secrets', `${name}.json`), JSON.stringify(config));
		return { config_path: `secrets/${name}.json`, status };
	});
	// JSON is YAML.
	writeFileSync(
		path.join(connector, 'acceptance-test-config.yml'),
		JSON.stringify({
			connector_image: IMAGE,
			acceptance_tests: { spec: { tests }, connection: { tests } },
		}),
	);
	return connector;
}

it("passes Airbyte's acceptance tests", async () => {
	const env = environment(folder, proxy.url);
	const command = 'from airbyte_cdk.cli.airbyte_cdk import cli; cli()';
	const { stdout } = await promisify(execFile)(
		python,
		['-c', command, 'image', 'test', createConnector(), '--image', IMAGE],
		{
			env: {
				...env,
				PATH: `${path.dirname(DOCKER)}:${env.PATH}`,
				PYTEST_ADDOPTS: '-rfp --tb=short',
			},
			timeout: 240_000,
		},
	).catch((error) => {
		throw new Error(`${error.stdout}${error.message}`.slice(-5_000));
	});
	const passed = [...stdout.matchAll(/^PASSED .*::(.*)$/gm)].map(([, name]) => name);
	expect(passed.sort()).toEqual(APPLICABLE.sort());
});
