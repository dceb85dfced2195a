/**
 * How fast the node is in a real n8n: `node test/n8n/real/bench.mts [--package file.tgz] [--rows 10000]
 * [--rounds 3]`, next to n8n's HTTP Request node with 100 people a request, and with one.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { median, table, whole } from '../../../bench/table.mts';
import { startChecks } from './checks.mts';
import { installHost } from './install.mts';
import { memory } from './n8n.mts';
import { packFlameup, readTarball } from './package.mts';
import { temporaryFolder } from './processes.mts';
import { openStage } from './stage.mts';
import {
	chain,
	code,
	credentialType,
	flameup,
	people,
	trigger,
	type Workflow,
} from './workflows.mts';

const { values } = parseArgs({
	options: {
		package: { type: 'string' },
		rows: { type: 'string', default: '10000' },
		rounds: { type: 'string', default: '3' },
	},
});
const rows = Number(values.rows);
/** One request a row is so slow that a few rows must do. */
const singleRows = rows / 20;

installHost();
const temporary = temporaryFolder();
const tarball = values.package ? readTarball(values.package) : packFlameup(temporary);
const folder = path.join(temporary, 'n8n');
const stage = await openStage({ folder, tarball }, startChecks());
const { rest, n8n, simulator, credentialData } = stage;
await rest.installPackage(tarball.name, tarball.version);
const credential = await rest.credential('Flameup', credentialData);

const batchUrl = `${credentialData.baseUrl}/workspaces/${credentialData.workspaceId}/people`;
const request = (url: string, body: string) => ({
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
const person =
	'{ userId: json.userId, email: json.email, traits: { first_name: json.first_name, plan: json.plan } }';
const prepare = `const people = $input.all().map(({ json }) => (${person}));
const bodies = [];
for (let i = 0; i < people.length; i += 100) {
	bodies.push({ json: { body: JSON.stringify({ people: people.slice(i, i + 100) }) } });
}
return bodies;`;
const one = `={{ JSON.stringify({ userId: $json.userId, email: $json.email, traits: { first_name: $json.first_name, plan: $json.plan } }) }}`;
const quick = { options: { requestsPerMinute: 100_000 } };

const ways: Record<string, { workflow: Workflow; node: string; scale: number }> = {
	'Flameup, people': {
		workflow: chain('people', trigger, code(people(rows)), flameup(quick)),
		node: 'Flameup',
		scale: 1,
	},
	'Flameup, summary': {
		workflow: chain(
			'summary',
			trigger,
			code(people(rows)),
			flameup({ output: 'summary', ...quick }),
		),
		node: 'Flameup',
		scale: 1,
	},
	'HTTP Request, 100 a request': {
		workflow: chain(
			'batches',
			trigger,
			code(people(rows)),
			code(prepare, 'Prepare'),
			request(`${batchUrl}/batch`, '={{ $json.body }}'),
		),
		node: 'Send',
		scale: 1,
	},
	'HTTP Request, one a request': {
		workflow: chain('single', trigger, code(people(singleRows)), request(batchUrl, one)),
		node: 'Send',
		scale: rows / singleRows,
	},
};

const walls = new Map<string, number[]>();
const nodes = new Map<string, number[]>();
for (let round = 0; round <= Number(values.rounds); round++) {
	for (const [name, { workflow, node, scale }] of Object.entries(ways)) {
		simulator.flameup.reset();
		const run = await rest.run(workflow, credential);
		if (run.status !== 'success') throw new Error(`${name}: ${run.status} ${run.error?.message}`);
		if (simulator.flameup.people().size !== rows / scale)
			throw new Error(`${name}: people are missing`);
		if (round === 0) continue; // the first round warms up
		walls.set(name, [...(walls.get(name) ?? []), run.ms * scale]);
		nodes.set(name, [...(nodes.get(name) ?? []), run.run(node).ms * scale]);
	}
}
const reference = 'Flameup, people';
const middle = (all: Map<string, number[]>, name: string) => median(all.get(name) ?? []);
const lines = Object.keys(ways).map((name) => {
	const [wall, node] = [middle(walls, name), middle(nodes, name)];
	const ratio = (wall / middle(walls, reference)).toFixed(2);
	return [name, whole(wall), whole(node), ratio, (node / middle(nodes, reference)).toFixed(2)];
});
const head = [`${whole(rows)} people`, 'run, ms', 'node, ms', 'run / ours', 'node / ours'];
console.log(table([head, ...lines]));
console.log(
	`One a request was run with ${whole(singleRows)} people. n8n at most ${memory(n8n.pid).peak} MB.`,
);
await n8n.stop();
await simulator.close();
process.exit();
