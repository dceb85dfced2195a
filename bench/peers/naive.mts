/**
 * A script as a user might write it: readline, `JSON.parse`, and `fetch` for every 100 people, one after
 * the other. STATEs wait until the people before them are sent. It detects the rate limit only by
 * 429s, validates no people, and stops at the first error.
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
