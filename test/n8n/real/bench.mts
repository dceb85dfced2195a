/**
 * How fast the node is in a real n8n, next to what users would build without it: `npm run bench:n8n --
 * [--rows 10000] [--mapped 25000] [--rounds 3]`. Flameup's answers list all people with their attributes.
 */
import { parseArgs } from 'node:util';
import { median, table, whole } from '../../../bench/table.mts';
import { credentialFor, startFlameup } from './flameup.mts';
import { startHost } from './host.mts';
import { measureLoop } from './loopBlocks.mts';
import { peakMemory } from './n8n.mts';
import { temporaryFolder } from './processes.mts';
import { openRest } from './rest.mts';
import { chain, code, credentialType, flameup, type Part, people, trigger } from './workflows.mts';

const { values } = parseArgs({
	options: {
		rows: { type: 'string', default: '10000' },
		mapped: { type: 'string', default: '25000' },
		rounds: { type: 'string', default: '3' },
	},
});
const rows = Number(values.rows);
const mapped = Number(values.mapped);

const folder = temporaryFolder();
const loop = measureLoop(folder);
const host = await startHost(folder, loop);
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

/** What a CRM has of a person besides the four fields of every row. */
const crm = `, last_name: 'Example ' + i, phone: '+39 06 ' + (1000000 + i), timezone: 'Europe/Rome',
	company: 'Company ' + (i % 100), city: 'Rome', country: 'IT', score: i / 7, orders: i % 50,
	revenue: i * 1.37, newsletter: i % 3 === 0, signed_up_at: new Date(1.7e12 + i * 1e6).toISOString(),
	last_order_at: new Date(1.75e12 + i * 1e5).toISOString(), tags: ['a', 'b'], note: 'Möchte angerufen werden'`;

/** JavaScript that puts a hundred people into each request. */
const batches = `const people = $input.all().map(({ json: { userId, email, ...traits } }) => ({ userId, email, traits }));
const bodies = [];
for (let i = 0; i < people.length; i += 100) {
	bodies.push({ json: { body: JSON.stringify({ people: people.slice(i, i + 100) }) } });
}
return bodies;`;
const one = '={{ JSON.stringify({ userId: $json.userId, email: $json.email, traits: $json }) }}';
const prepared = [code(batches, 'Prepare'), request(`${peopleUrl}/batch`, '={{ $json.body }}')];
const quick = { options: { requestsPerMinute: 100_000 } };

const string = (name: string, value: string) => ({ id: name, name, value, type: 'string' });
const fields = ['userId', 'email', 'first_name', 'plan'];
const drag = (name: string) => `={{ $json.${name} }}`;
const dragged = {
	person: {
		mappingMode: 'defineBelow',
		value: Object.fromEntries(fields.slice(0, 3).map((name) => [name, drag(name)])),
		matchingColumns: [],
		schema: [],
	},
	traits: { assignments: [string('plan', drag('plan'))] },
	...quick,
};
const editFields: Part = {
	name: 'Edit Fields',
	type: 'n8n-nodes-base.set',
	typeVersion: 3.4,
	parameters: {
		assignments: { assignments: fields.map((name) => string(name, drag(name))) },
		options: {},
	},
};

interface Way {
	/** The nodes after the one that makes the rows; they are measured. */
	parts: Part[];
	/** One request for each row is slow, so only a few rows are sent. */
	count?: number;
}

/** The ways to send people, the first one ours. */
const sections: { title: string; count: number; source: string; ways: Record<string, Way> }[] = [
	{
		title: `${whole(rows)} people as a CRM has them, mapped automatically`,
		count: rows,
		source: crm,
		ways: {
			'Flameup, people': { parts: [flameup(quick)] },
			'Flameup, summary': { parts: [flameup({ output: 'summary', ...quick })] },
			'HTTP Request, 100 a request': { parts: prepared },
			'HTTP Request, one a request': { parts: [request(peopleUrl, one)], count: rows / 20 },
		},
	},
	{
		title: `${whole(mapped)} people, ${fields.length} fields mapped by dragging`,
		count: mapped,
		source: '',
		ways: {
			'Flameup, people': { parts: [flameup(dragged)] },
			'Flameup, summary': { parts: [flameup({ output: 'summary', ...dragged })] },
			'Edit Fields and HTTP Request, 100 a request': { parts: [editFields, ...prepared] },
		},
	},
];

/** What was measured of one way, in each round. */
class Figures {
	readonly run: number[] = [];
	readonly nodes: number[] = [];
	readonly blocked: number[] = [];
}

async function measure(name: string, { parts, count = 0 }: Way, source: string, into: Figures) {
	simulator.flameup.reset();
	const workflow = chain(name, trigger, code(people(count, 'user', source)), ...parts);
	const run = await rest.run(workflow, credential);
	if (run.status !== 'success') throw new Error(`${name}: ${run.status} ${run.error?.message}`);
	if (simulator.flameup.people().size !== count) throw new Error(`${name}: people are missing`);
	const measured = parts.map((part) => run.run(part.name));
	into.run.push(run.ms);
	into.nodes.push(measured.reduce((sum, { ms }) => sum + ms, 0));
	into.blocked.push(Math.max(...measured.map(loop.longest)));
}

for (const { count, source, title, ways } of sections) {
	const figures = new Map(Object.keys(ways).map((name) => [name, new Figures()]));
	for (let round = 0; round <= Number(values.rounds); round++) {
		for (const [name, way] of Object.entries(ways)) {
			// the first round warms up
			const into = round === 0 ? new Figures() : (figures.get(name) ?? new Figures());
			await measure(name, { count, ...way }, source, into);
		}
	}
	const [ours = new Figures()] = figures.values();
	const lines = [...figures].map(([name, { blocked, nodes, run }]) => {
		const factor = count / (ways[name]?.count ?? count);
		const ratio = (theirs: number[], of: number[]) =>
			((median(theirs) * factor) / median(of)).toFixed(2);
		return [
			name,
			...[whole(median(run) * factor), whole(median(nodes) * factor)],
			...[ratio(run, ours.run), ratio(nodes, ours.nodes), whole(Math.max(...blocked))],
		];
	});
	const head = [title, 'run, ms', 'nodes, ms', 'run / ours', 'nodes / ours', 'longest block, ms'];
	console.log(`${table([head, ...lines])}\n`);
}
console.log(`One a request was run with ${whole(rows / 20)} people.`);
console.log(`n8n took ${peakMemory(host.pid)} MB at most.`);
await host.stop();
await simulator.close();
process.exit();
