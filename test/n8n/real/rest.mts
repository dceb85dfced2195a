import { setTimeout as sleep } from 'node:timers/promises';
import { unflat } from './unflat.mts';
import { credentialType, type Workflow, withCredential } from './workflows.mts';

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
	error?: unknown;
}

/** A finished execution. */
export interface Execution {
	id: string;
	status: string;
	/** From its start to its end, as n8n has it. */
	ms: number;
	/** What stopped it. */
	error: { message: string; description?: string; context?: Record<string, unknown> } | undefined;
	/** The items that a node put out; empty when it did not run. */
	items(node: string, output?: number): Item[];
	/** What a node tells its user, how long it took and how often it ran. */
	run(node: string): { hints: string[]; ms: number; tries: number };
}

/** A credential as n8n lists it. */
export interface Credential {
	id: string;
	name: string;
}

/** What the credential holds. */
export interface CredentialData {
	apiKey: string;
	workspaceId: string;
	baseUrl: string;
}

interface NodeRun {
	executionTime: number;
	data?: { main?: (Item[] | null)[] };
	hints?: { message: string }[];
}

interface RunData {
	resultData: { runData: Record<string, NodeRun[]>; error?: Execution['error'] };
}

/** n8n's own REST interface, as the editor uses it. */
export type Rest = Awaited<ReturnType<typeof signIn>>;

/** Makes the owner if there is none yet, and signs in. */
export async function signIn(base: string) {
	let cookie = '';

	const call: Call = async (method, path, body, tries = 1) => {
		const answer = await fetch(`${base}/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json', cookie },
			...(body && { body: JSON.stringify(body) }),
		}).catch((error) => {
			// a connection that n8n has closed meanwhile; only what changes nothing is asked again
			if (method !== 'GET' || tries > 3) throw new Error(`${method} ${path}: ${error.cause}`);
		});
		if (!answer) return call(method, path, body, tries + 1);
		const set = answer.headers.getSetCookie().find((one) => one.startsWith('n8n-auth='));
		if (set) cookie = set.split(';')[0] ?? '';
		const text = await answer.text();
		// on a busy machine n8n takes its database for lost now and then, and does nothing until it is back
		if (answer.status === 503 && tries < 60) {
			await sleep(1000);
			return call(method, path, body, tries + 1);
		}
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 400)}`);
		const json = JSON.parse(text || '{}');
		return json.data ?? json;
	};

	await makeOwner(call);
	await call('POST', '/login', { emailOrLdapLoginId: owner.email, password: owner.password });

	const save = (workflow: Workflow, credential?: Credential) =>
		call('POST', '/workflows', credential ? withCredential(workflow, credential) : workflow);

	return {
		call,
		save,
		/** What the editor knows of every node. */
		nodeTypes: () => call('GET', '/../types/nodes.json'),
		/** Installs as Settings → Community nodes does. */
		installPackage: (name: string, version: string) =>
			call('POST', '/community-packages', { name, version }),
		credential: (name: string, data: object, type = credentialType): Promise<Credential> =>
			call('POST', '/credentials', { name, type, data }),
		/** What the Test button says. */
		testCredential: (
			{ id, name }: Credential,
			data: CredentialData,
		): Promise<{ status: string; message: string }> =>
			call('POST', '/credentials/test', { credentials: { id, name, type: credentialType, data } }),
		/** Starts a manual run and gives back its id. */
		async begin(workflow: Workflow, credential?: Credential, from = 'Start'): Promise<string> {
			const { id } = await save(workflow, credential);
			const body = { triggerToStartFrom: { name: from } };
			return (await call('POST', `/workflows/${id}/run`, body)).executionId;
		},
		finished: (id: string, withinMs?: number) => finished(call, id, withinMs),
		/** Runs it by hand to its end. */
		async run(workflow: Workflow, credential?: Credential, from?: string): Promise<Execution> {
			return finished(call, await this.begin(workflow, credential, from));
		},
		/** Runs an imported workflow, once the credential is chosen in it. */
		async runSaved(name: string, credential: Credential, from: string): Promise<Execution> {
			const { id } = await choose(call, name, credential);
			const body = { triggerToStartFrom: { name: from } };
			return finished(call, (await call('POST', `/workflows/${id}/run`, body)).executionId);
		},
		/** Makes an imported workflow live, once the credential is chosen in it. */
		async publishSaved(name: string, credential: Credential) {
			const { id, versionId } = await choose(call, name, credential);
			await call('POST', `/workflows/${id}/activate`, { versionId });
		},
		/** Presses Stop. */
		cancel: (id: string) => call('POST', `/executions/${id}/stop`),
	};
}

// biome-ignore lint/suspicious/noExplicitAny: each answer is read once, right where it is asked for
type Call = (method: string, path: string, body?: object, tries?: number) => Promise<any>;

/** Chooses the credential in the nodes of an imported workflow, as its user does. */
async function choose(call: Call, name: string, credential: Credential) {
	const list: { id: string; name: string }[] = await call('GET', '/workflows');
	const { id } = list.find((one) => one.name === name) ?? {};
	if (!id) throw new Error(`there is no workflow "${name}"`);
	const { nodes, versionId } = await call('GET', `/workflows/${id}`);
	const chosen = withCredential({ name, nodes, connections: {} }, credential);
	return call('PATCH', `/workflows/${id}`, { nodes: chosen.nodes, versionId });
}

async function makeOwner(call: Call) {
	for (let tries = 1; ; tries++) {
		try {
			await call('POST', '/owner/setup', owner);
			return;
		} catch (error) {
			if (/already/i.test(String(error))) return;
			// a fresh database is ready a moment before it can have an owner
			if (tries === 20) throw error;
			await sleep(250);
		}
	}
}

async function finished(call: Call, id: string, withinMs = 180_000): Promise<Execution> {
	for (const end = Date.now() + withinMs; Date.now() < end; await sleep(100)) {
		const execution = (await call('GET', `/executions/${id}`)) as Record<string, unknown>;
		const status = String(execution.status);
		if (!execution.stoppedAt || ['new', 'running', 'waiting'].includes(status)) continue;
		const ms = Date.parse(`${execution.stoppedAt}`) - Date.parse(`${execution.startedAt}`);
		return executionOf({ id, status, ms }, unflat(String(execution.data)) as RunData);
	}
	throw new Error(`execution ${id} did not end`);
}

function executionOf(
	known: Pick<Execution, 'id' | 'status' | 'ms'>,
	data: RunData | undefined,
): Execution {
	const { runData = {}, error } = data?.resultData ?? {};
	return {
		...known,
		error,
		items: (node, output = 0) => runData[node]?.at(-1)?.data?.main?.[output] ?? [],
		run(node) {
			const last = runData[node]?.at(-1);
			const hints = (last?.hints ?? []).map((hint) => hint.message);
			return { hints, ms: last?.executionTime ?? 0, tries: runData[node]?.length ?? 0 };
		},
	};
}
