import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialData } from './flameup.mts';
import { hostFolder } from './install.mts';
import type { Tarball } from './package.mts';
import {
	type Credentials,
	credentialType,
	nodeType,
	type Workflow,
	withCredentials,
} from './workflows.mts';

/** The owner of every n8n here. */
export const owner = {
	email: 'owner@example.com',
	firstName: 'Olive',
	lastName: 'Owner',
	password: 'Only-for-checks-1',
};

/** One item between two nodes. */
export interface Item {
	json: Record<string, unknown>;
	pairedItem?: unknown;
}

/** A finished execution. */
export interface Execution {
	status: string;
	/** The duration that n8n recorded. */
	ms: number;
	/** Its error. */
	error: { message: string; description?: string; context?: Record<string, unknown> } | undefined;
	/** The output items of a node; empty when it did not run. */
	items(node: string, output?: number): Item[];
	/** The hints of a node, when it started, and how long it took. */
	run(node: string): { hints: string[]; startedAt: number; ms: number };
}

/** A credential as n8n lists it. */
export interface Credential {
	id: string;
	name: string;
}

interface NodeRun {
	startTime: number;
	executionTime: number;
	data?: { main?: (Item[] | null)[] };
	hints?: { message: string }[];
}

interface RunData {
	resultData: { runData: Record<string, NodeRun[]>; error?: Execution['error'] };
}

// biome-ignore lint/suspicious/noExplicitAny: each response is read once, at the call
type Call = (method: string, path: string, body?: object) => Promise<any>;

/** Creates the owner, signs in and returns the cookie. */
export async function signIn(base: string): Promise<string> {
	await post(`${base}/rest/owner/setup`, owner);
	const { email: emailOrLdapLoginId, password } = owner;
	const answer = await post(`${base}/rest/login`, { emailOrLdapLoginId, password });
	const set = answer.headers.getSetCookie().find((one) => one.startsWith('n8n-auth='));
	return set?.split(';')[0] ?? '';
}

/** A new database accepts an owner only a moment after it is ready. */
async function post(url: string, body: object, tries = 1): Promise<Response> {
	const headers = { 'content-type': 'application/json' };
	const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
	if (answer.ok) return answer;
	if (tries === 20) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
	await sleep(250);
	return post(url, body, tries + 1);
}

/** n8n's own REST interface, as the editor uses it. */
export function openRest(base: string, cookie: string) {
	// A kept connection may be closed by n8n at the moment of the next request.
	const headers = { 'content-type': 'application/json', connection: 'close', cookie };
	const ask = async (url: string, request: RequestInit): Promise<Response> => {
		for (let tries = 1; ; tries++) {
			const answer = await fetch(url, request).catch((error) => {
				// n8n closed the connection; only requests that change nothing are retried.
				if (request.method !== 'GET' || tries > 3) throw new Error(`${url}: ${error.cause}`);
			});
			// On a busy machine n8n sometimes loses its database and waits until it is back.
			const isBusy = answer?.status === 503 && tries < 60;
			if (answer && !isBusy) return answer;
			if (isBusy) await sleep(1000);
		}
	};
	const call: Call = async (method, path, body) => {
		const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
		const answer = await ask(`${base}/rest${path}`, request);
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 400)}`);
		const json = JSON.parse(text || '{}');
		return json.data ?? json;
	};
	const save = (workflow: Workflow, credential?: Credential) =>
		call('POST', '/workflows', credential ? withCredentials(workflow, all(credential)) : workflow);
	const start = async (id: string, from = 'Start'): Promise<string> => {
		const body = { triggerToStartFrom: { name: from } };
		return (await call('POST', `/workflows/${id}/run`, body)).executionId;
	};
	const finish = (id: string, withinMs?: number) => finished(call, id, withinMs);

	return {
		save,
		/** The node types as the editor gets them. */
		nodeTypes: () => call('GET', '/../types/nodes.json'),
		/** Installs as Settings → Community nodes does; returns the node types. */
		async installPackage({ name, version }: Tarball): Promise<string[]> {
			const { installedNodes } = await call('POST', '/community-packages', { name, version });
			return installedNodes.map(({ type }: { type: string }) => type);
		},
		/** Saves a credential. */
		credential: (name: string, data: object, type = credentialType): Promise<Credential> =>
			call('POST', '/credentials', { name, type, data }),
		/** The result of the Test button. */
		testCredential: (
			{ id, name }: Credential,
			data: CredentialData,
		): Promise<{ status: string; message: string }> =>
			call('POST', '/credentials/test', { credentials: { id, name, type: credentialType, data } }),
		/** The people to choose from in the form, as the editor gets them. */
		searchPeople: (credential: Credential, filter: string): Promise<{ results: object[] }> =>
			call('POST', '/dynamic-node-parameters/resource-locator-results', {
				path: 'who',
				methodName: 'searchPeople',
				nodeTypeAndVersion: { name: nodeType, version: 1 },
				currentNodeParameters: { resource: 'person', operation: 'get' },
				credentials: { [credentialType]: credential },
				filter,
			}),
		/** Starts a manual run and returns its ID. */
		begin: async (workflow: Workflow, credential: Credential) =>
			start((await save(workflow, credential)).id),
		finished: finish,
		/** Runs it manually until it ends. */
		run: async (workflow: Workflow, credential: Credential) =>
			finish(await start((await save(workflow, credential)).id)),
		/** Runs an imported workflow after its credentials are set. */
		runSaved: async (name: string, credential: Credential, from: string, more?: Credentials) =>
			finish(await start((await choose(call, name, all(credential, more))).id, from)),
		/** Activates an imported workflow after its credential is set. */
		async publishSaved(name: string, credential: Credential) {
			const { id, versionId } = await choose(call, name, all(credential));
			await call('POST', `/workflows/${id}/activate`, { versionId });
		},
		/** Presses Stop. */
		cancel: (id: string) => call('POST', `/executions/${id}/stop`),
	};
}

const all = (credential: Credential, more: Credentials = {}): Credentials => ({
	[credentialType]: credential,
	...more,
});

/** Sets the credentials in the nodes of an imported workflow, as a user does. */
async function choose(call: Call, name: string, credentials: Credentials) {
	const list: { id: string; name: string }[] = await call('GET', '/workflows');
	const { id } = list.find((one) => one.name === name) ?? {};
	if (!id) throw new Error(`there is no workflow "${name}"`);
	const { nodes, versionId } = await call('GET', `/workflows/${id}`);
	const chosen = withCredentials({ name, nodes, connections: {} }, credentials);
	return call('PATCH', `/workflows/${id}`, { nodes: chosen.nodes, versionId });
}

/** n8n stores run data in the format of a library from its own packages. */
const fromHost = createRequire(path.join(hostFolder, 'node_modules/n8n/package.json'));
const readRunData = (text: string): RunData => fromHost('flatted').parse(text);

async function finished(call: Call, id: string, withinMs = 180_000): Promise<Execution> {
	for (const end = Date.now() + withinMs; Date.now() < end; await sleep(100)) {
		const { status, startedAt, stoppedAt, data } = await call('GET', `/executions/${id}`);
		if (!stoppedAt || ['new', 'running', 'waiting'].includes(status)) continue;
		const { runData = {}, error } = readRunData(data).resultData;
		return {
			status,
			ms: Date.parse(stoppedAt) - Date.parse(startedAt),
			error,
			items: (node, output = 0) => runData[node]?.at(-1)?.data?.main?.[output] ?? [],
			run(node) {
				const { hints = [], startTime = 0, executionTime = 0 } = runData[node]?.at(-1) ?? {};
				const messages = hints.map(({ message }) => message);
				return { hints: messages, startedAt: startTime, ms: executionTime };
			},
		};
	}
	throw new Error(`execution ${id} did not end`);
}
