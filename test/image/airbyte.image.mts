import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../../release/manifest.mts';
import { defaultKey } from '../../simulator/keys.mts';
import { startSimulator } from '../../simulator/server.mts';
import { environment, python } from '../pyairbyte/environment.mts';
import { startProxy } from '../pyairbyte/network.mts';
import { DOCKER, IMAGE } from './image.mts';

const folder = mkdtempSync(path.join(tmpdir(), 'flameup-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The configurations of the tests, and how `check` ends with them. */
const SCENARIOS = [
	{ name: 'valid', status: 'succeed', settings: {} },
	{ name: 'wrong-key', status: 'failed', settings: { api_key: 'ws_wrong.0123456789abcdef' } },
	{ name: 'no-address', status: 'failed', settings: { api_url: 'http://127.0.0.1:1' } },
];

/** The folder of a connector, in the form that Airbyte's tests expect. */
function createConnector(url: string): string {
	const connector = path.join(folder, 'destination-flameup');
	mkdirSync(path.join(connector, 'secrets'), { recursive: true });
	// They know connectors in Python and Java only; for an image, it makes no difference.
	const metadata = readFileSync(path.join(root, 'connectors/airbyte/metadata.yaml'), 'utf8');
	writeFileSync(
		path.join(connector, 'metadata.yaml'),
		metadata.replace('language:typescript', 'language:java'),
	);
	const tests = SCENARIOS.map(({ name, settings, status }) => {
		const config = { api_key: defaultKey, workspace_id: 'ws_simulator', api_url: url, ...settings };
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

it("passes Airbyte's own tests of images", async ({ annotate }) => {
	const [simulator, proxy] = [await startSimulator({ limit: 0 }), await startProxy()];
	const env = environment(folder, proxy.url);
	const command = 'from airbyte_cdk.cli.airbyte_cdk import cli; cli()';
	const child = spawn(
		python,
		['-c', command, 'image', 'test', createConnector(simulator.url), '--image', IMAGE],
		{ env: { ...env, PATH: `${path.dirname(DOCKER)}:${env.PATH}` }, stdio: 'pipe' },
	);
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	}
	const [code] = await once(child, 'close');
	await simulator.close();
	proxy.close();
	const [summary = '', passed] = /=+ (?:\d+ failed, )?(\d+) passed.*=+/.exec(output) ?? [];
	await annotate(summary);
	expect(code, output.slice(-5_000)).toBe(0);
	// `spec`, and for each scenario its configuration and `check`; the others are for sources.
	expect(Number(passed)).toBe(1 + 2 * SCENARIOS.length);
});
