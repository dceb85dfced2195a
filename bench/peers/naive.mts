/**
 * The script that a user would write: readline, `JSON.parse`, `fetch` for each hundred, one after
 * the other. It holds STATEs until the people before them are sent, and knows of the rate limit what
 * a 429 tells. It checks no person, and ends at the first error.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { BATCH_SIZE, send, toPerson } from './people.mts';

const config = JSON.parse(readFileSync(process.argv[2] ?? 'config.json', 'utf8'));
let people: object[] = [];
let states: string[] = [];

async function flush() {
	if (people.length > 0) await send(people, config);
	for (const state of states) console.log(state);
	people = [];
	states = [];
}

for await (const line of createInterface({ input: process.stdin })) {
	const { type, record } = JSON.parse(line);
	if (type === 'RECORD') people.push(toPerson(record.data));
	if (type === 'STATE') states.push(line);
	if (people.length === BATCH_SIZE || people.length === 0) await flush();
}
await flush();
