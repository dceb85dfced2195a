import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultKey } from '../../simulator/keys.mts';
import type { Client } from './client.mts';
import { wrongKey } from './connection.mts';
import type { Stage } from './stage.mts';

/** Nothing told a key, and nothing asked for the network. */
export function checkQuiet(
	{ folder, check, same }: Stage,
	clients: readonly Client[],
	asked: readonly string[],
) {
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
		/\.(log|jsonl)$/.test(name),
	);
	const texts = files.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const);
	for (const client of clients) texts.push(['what was printed', client.output()]);
	check('PyAirbyte and the connectors have kept logs', files.length > 2, `${files.length} files`);
	for (const [whose, key] of Object.entries({ right: defaultKey, wrong: wrongKey })) {
		const telling = texts.filter(([, text]) => text.includes(key)).map(([name]) => name);
		same(`none of them tells the ${whose} key`, telling, []);
	}
	same('nothing asked for the network', asked, []);
	return Promise.resolve();
}
