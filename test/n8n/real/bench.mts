/**
 * How fast the node is in a real n8n: `npm run bench:n8n -- [--rows 10000] [--rounds 3]`, next to n8n's
 * HTTP Request node with 100 people per request and with one.
 */
import { parseArgs } from 'node:util';
import { median, table, whole } from '../../../bench/table.mts';
import { credentialFor, startFlameup } from './flameup.mts';
import { startHost } from './host.mts';
import { peakMemory } from './n8n.mts';
import { openRest } from './rest.mts';
import { chain, code, credentialType, flameup, type Part, people, trigger } from './workflows.mts';

const { values } = parseArgs({
	options: {
		rows: { type: 'string', default: '10000' },
		rounds: { type: 'string', default: '3' },
	},
});
const rows = Number(values.rows);
/** One request per row is slow, so only a few rows are used. */
const fewRows = rows / 20;

const host = await startHost();
const rest = openRest(host.url, host.cookie);
await rest.installPackage(host.tarball);
const simulator = await startFlameup();
const { baseUrl, workspaceId } = credentialFor(simulator);
const credential = await rest.credential('Flameup', credentialFor(simulator));

const peopleUrl = `${baseUrl}/workspaces/${workspaceId}/people`;
const request = (url: string, body: string): Part => ({
	name: 'Send',
	type: 'n8n-nodes-base.httpRequest',
	typeVersion: 4.2,
	parameters: {
		method: 'POST',
		url,
		authentication: 'predefinedCredentialType',
		nodeCredentialType: credentialType,
		sendBody: true,
		contentType: 'raw',
		rawContentType: 'application/json',
		body,
		options: {},
	},
	credentials: { [credentialType]: credential },
});
const person = (json: string) =>
	`{ userId: ${json}.userId, email: ${json}.email, traits: { first_name: ${json}.first_name, plan: ${json}.plan } }`;
const batches = `const people = $input.all().map(({ json }) => (${person('json')}));
const bodies = [];
for (let i = 0; i < people.length; i += 100) {
	bodies.push({ json: { body: JSON.stringify({ people: people.slice(i, i + 100) }) } });
}
return bodies;`;
const quick = { options: { requestsPerMinute: 100_000 } };

/** The nodes after the one that makes the rows; the last one is measured. */
const ways: Record<string, { parts: Part[]; count?: number }> = {
	'Flameup, people': { parts: [flameup(quick)] },
	'Flameup, summary': { parts: [flameup({ output: 'summary', ...quick })] },
	'HTTP Request, 100 a request': {
		parts: [code(batches, 'Prepare'), request(`${peopleUrl}/batch`, '={{ $json.body }}')],
	},
	'HTTP Request, one a request': {
		parts: [request(peopleUrl, `={{ JSON.stringify(${person('$json')}) }}`)],
		count: fewRows,
	},
};

const walls = new Map<string, number[]>();
const nodes = new Map<string, number[]>();
for (let round = 0; round <= Number(values.rounds); round++) {
	for (const [name, { parts, count = rows }] of Object.entries(ways)) {
		simulator.flameup.reset();
		const workflow = chain(name, trigger, code(people(count)), ...parts);
		const run = await rest.run(workflow, credential);
		if (run.status !== 'success') throw new Error(`${name}: ${run.status} ${run.error?.message}`);
		if (simulator.flameup.people().size !== count) throw new Error(`${name}: people are missing`);
		if (round === 0) continue; // the first round warms up
		const { ms } = run.run(parts.at(-1)?.name ?? '');
		walls.set(name, [...(walls.get(name) ?? []), (run.ms * rows) / count]);
		nodes.set(name, [...(nodes.get(name) ?? []), (ms * rows) / count]);
	}
}
const middle = (all: Map<string, number[]>, name: string) => median(all.get(name) ?? []);
const lines = Object.keys(ways).map((name) => {
	const ratio = (all: Map<string, number[]>) =>
		(middle(all, name) / middle(all, 'Flameup, people')).toFixed(2);
	const [wall, node] = [middle(walls, name), middle(nodes, name)];
	return [name, whole(wall), whole(node), ratio(walls), ratio(nodes)];
});
const head = [`${whole(rows)} people`, 'run, ms', 'node, ms', 'run / ours', 'node / ours'];
console.log(table([head, ...lines]));
console.log(`One a request was run with ${whole(fewRows)} people.`);
console.log(`n8n took ${peakMemory(host.pid)} MB at most.`);
await host.stop();
await simulator.close();
process.exit();
