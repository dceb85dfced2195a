/**
 * Five clients of one key, in real time: `npm run test:sharing`. Four destinations and one client that
 * sends like the n8n node know nothing of each other; takes some four minutes, nearly all of it waiting.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultKey } from '../../../simulator/keys.mts';
import { startSimulator } from '../../../simulator/server.mts';
import { catalogOf } from '../../airbyte/catalog.mts';
import { people } from '../../airbyte/input.mts';
import { endAll, start } from '../../airbyte/process.mts';
import { bundled } from '../../bundled.mts';
import { startChecks } from '../../n8n/real/checks.mts';

const LIMIT = 120;
const DESTINATIONS = 4;
const PEOPLE_EACH = 10_800;

/** The least share of the allowance used in windows that are over, and the most answers of 429. */
const LEAST_USED = 0.97;
const MOST_TOO_MANY = 0.01;

const folder = mkdtempSync(join(tmpdir(), 'flameup-sharing-'));
process.on('exit', () => {
	endAll();
	rmSync(folder, { recursive: true, force: true });
});
const catalog = join(folder, 'catalog.json');
writeFileSync(catalog, JSON.stringify(catalogOf([{ name: 'people' }])));
process.on('SIGINT', () => process.exit(130));
const taken = new Map<number, number>();
const simulator = await startSimulator({
	limit: LIMIT,
	latencyMs: [20, 150],
	log({ status }) {
		const window = simulator.flameup.stats().windows;
		if (status === '200') taken.set(window, (taken.get(window) ?? 0) + 1);
	},
});
const checks = startChecks();
await checks.group('Four destinations and a node on one key', async () => {
	const began = Date.now();
	const destinations = await Promise.all(
		Array.from({ length: DESTINATIONS }, (_, i) => begin(i + 1)),
	);
	const endings = await Promise.all([...destinations.map((end) => end()), node()]);
	checks.same('all finish, and have sent all of their people', endings, [
		...Array.from({ length: DESTINATIONS }, () => ({ exitCode: 0, states: PEOPLE_EACH / 10 })),
		{ upserted: PEOPLE_EACH },
	]);
	const { requests, tooManyRequests } = simulator.flameup.stats();
	const everybody = (DESTINATIONS + 1) * PEOPLE_EACH;
	checks.same('nobody is lost', simulator.flameup.people().size, everybody);
	const over = [...taken.values()].slice(0, -1);
	const used = over.reduce((sum, count) => sum + count, 0) / (over.length * LIMIT);
	const windows = `${[...taken.values()].join(', ')} requests in the windows`;
	const aim = `at least ${LEAST_USED * 100} % of the allowance is used until the last window`;
	checks.check(
		aim,
		over.length > 0 && used >= LEAST_USED,
		`${(used * 100).toFixed(1)} %: ${windows}`,
	);
	checks.check(
		`less than ${MOST_TOO_MANY * 100} % of the requests are answered with 429`,
		tooManyRequests < requests * MOST_TOO_MANY,
		`${tooManyRequests} of ${requests}, after ${((Date.now() - began) / 1000).toFixed(0)} s`,
	);
});
checks.done();
await simulator.close();

/**
 * Starts the built connector, and waits until its first batch is through: one that starts only after the
 * others have used up a window has to meet a 429. The function then sends the rest of its own people, and
 * tells how it ended and how many states came back.
 */
async function begin(number: number) {
	const config = join(folder, `config-${number}.json`);
	const settings = { api_key: defaultKey, workspace_id: 'ws_simulator', api_url: simulator.url };
	writeFileSync(config, JSON.stringify(settings));
	const own = (from: number, to: number) =>
		people(from, to).replaceAll('"id":"p', `"id":"d${number}-p`);
	const connector = start(['write', '--config', config, '--catalog', catalog]);
	await connector.write(own(1, 100));
	await connector.acknowledged(10);
	return async () => {
		const { code, states } = await connector.end(own(101, PEOPLE_EACH));
		return { exitCode: code, states: states.length };
	};
}

/** Sends its own people as the node does. */
async function node() {
	const url = await bundled(join(import.meta.dirname, 'client.mts'));
	const { sendLikeNode }: typeof import('./client.mts') = await import(url);
	const own = Array.from({ length: PEOPLE_EACH }, (_, i) => ({ userId: `n-${i}` }));
	return { upserted: await sendLikeNode(simulator.url, own) };
}
