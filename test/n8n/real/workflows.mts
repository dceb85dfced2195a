import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './install.mts';

/** A node as n8n stores it. */
export interface WorkflowNode {
	id: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
	onError?: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	retryOnFail?: boolean;
	maxTries?: number;
	waitBetweenTries?: number;
}

type Target = { node: string; type: string; index: number };

/** A workflow as n8n exports it. */
export interface Workflow {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, Record<string, Target[][]>>;
	settings?: Record<string, unknown>;
}

/** A node without a position in a workflow. */
export type Part = Omit<WorkflowNode, 'id' | 'position'>;

/** The type of our node. */
export const nodeType = 'n8n-nodes-flameup.flameup';
/** The type of our credential. */
export const credentialType = 'flameupApi';

/** The start node of manual runs. */
export const trigger: Part = {
	name: 'Start',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
};

/** Outputs what the JavaScript returns. */
export const code = (jsCode: string, name = 'Rows'): Part => ({
	name,
	type: 'n8n-nodes-base.code',
	typeVersion: 2,
	parameters: { jsCode },
});

/** Our node, on auto-map unless the parameters say otherwise. */
export const flameup = (
	parameters: Record<string, unknown> = {},
	more: Partial<WorkflowNode> = {},
): Part => ({
	name: 'Flameup',
	type: nodeType,
	typeVersion: 1,
	parameters: { resource: 'person', operation: 'upsert', ...autoMap, ...parameters },
	...more,
});

/** The mapper set to take every field of the input. */
export const autoMap = {
	person: { mappingMode: 'autoMapInputData', value: null, matchingColumns: [], schema: [] },
};

/** A workflow of nodes one after the other. */
export function chain(name: string, ...parts: Part[]): Workflow {
	const nodes = parts.map((part, index) => ({
		...part,
		id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
		position: [220 * index, 0] as [number, number],
	}));
	const links = parts.slice(0, -1).map((part, index) => {
		const next = { node: parts[index + 1]?.name ?? '', type: 'main', index: 0 };
		return [part.name, { main: [[next]] }] as [string, { main: Target[][] }];
	});
	const settings = { executionOrder: 'v1' };
	return { name, nodes, connections: Object.fromEntries(links), settings };
}

/** JavaScript that returns `count` people, numbered from 0. */
export const people = (count: number, prefix = 'user', more = '') =>
	`return Array.from({ length: ${count} }, (_, i) => ({ json: { userId: '${prefix}-' + i, ` +
	`email: '${prefix}' + i + '@example.com', first_name: 'Ann ' + i, plan: i % 2 ? 'pro' : 'free'${more} } }));`;

const examplesFolder = path.join(root, 'examples', 'n8n');

/** The workflows that users can import, by file name. */
export const exampleNames = () =>
	readdirSync(examplesFolder).filter((name) => name.endsWith('.json'));

/** One of them, as stored in the file. */
export const example = (name: string): Workflow =>
	JSON.parse(readFileSync(path.join(examplesFolder, name), 'utf8'));

/** Credentials by their type in n8n. */
export type Credentials = Readonly<Record<string, { id: string; name: string }>>;

/** The type of the credential for each type of node that needs one. */
const CREDENTIAL_TYPES = [
	[nodeType, credentialType],
	['n8n-nodes-base.postgres', 'postgres'],
] as const;

/** The workflow with a credential set in each node that needs one, as a user does after an import. */
export function withCredentials(workflow: Workflow, credentials: Credentials): Workflow {
	const nodes = workflow.nodes.map((node) => {
		const [, type = ''] = CREDENTIAL_TYPES.find(([of]) => node.type.startsWith(of)) ?? [];
		const credential = credentials[type];
		return credential ? { ...node, credentials: { [type]: credential } } : node;
	});
	return { ...workflow, nodes };
}
