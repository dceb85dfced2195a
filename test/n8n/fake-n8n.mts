import type {
	IDataObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INode,
	INodeExecutionData,
} from 'n8n-workflow';
import { Flameup as FlameupNode } from '../../nodes/Flameup/Flameup.node.ts';
import { createFlameup, type Flameup, type FlameupOptions } from '../../simulator/flameup.mts';
import { defaultKey } from '../../simulator/keys.mts';

/** An answer in place of Flameup's own. */
export interface Scripted {
	status?: number;
	body: string | object;
}

/** Flameup, but some requests get another answer; those are not carried out. `number` counts all requests from 0. */
export function answering(
	script: (
		request: { method: string; path: string; body: string },
		number: number,
	) => Scripted | undefined,
	flameup: Flameup = createFlameup({ now: Date.now }),
): Flameup {
	let number = 0;
	return {
		...flameup,
		handle(request) {
			const answer = script(request, number++);
			if (answer === undefined) return flameup.handle(request);
			const { body, status = 200 } = answer;
			return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) };
		},
	};
}

/** The user's settings in n8n. */
export interface Setting {
	items?: IDataObject[];
	parameters?: Record<string, unknown>;
	onError?: 'stop' | 'continue';
	apiKey?: string;
	workspaceId?: string;
	baseUrl?: string;
	flameup?: Partial<FlameupOptions>;
	cancel?: AbortSignal;
	credential?: Error;
	timezone?: string;
	/** Run by an AI agent, known from the context or from the node type of tools. */
	tool?: 'by agent' | 'by type';
	/** A Flameup shared with another execution. */
	shared?: Flameup;
	/** Functions that the context lacks. */
	lacks?: readonly string[];
}

/** The result of an execution. */
export interface Executed {
	items: INodeExecutionData[];
	/** Hints; those that are no information begin with their type. */
	hints: string[];
	evaluated: string[];
}

const ports = new WeakMap<Flameup, number>();
let lastPort = 0;

/** Each Flameup has its own address, because executions share a rate limit per address and key. */
function baseUrlOf(flameup: Flameup): string {
	const port = ports.get(flameup) ?? ++lastPort;
	ports.set(flameup, port);
	return `http://127.0.0.1:${port}/api/v1`;
}

/** Where an answer redirects to; axios follows it with the key, unless it is told not to. */
function redirection(
	{ headers, status }: { status: number; headers: Readonly<Record<string, string>> },
	from: string,
): string | undefined {
	const isRedirection = status >= 300 && status < 400 && headers.location !== undefined;
	return isRedirection ? new URL(headers.location ?? '', from).href : undefined;
}

/** The node in a fake n8n with only the documented functions, and a simulated Flameup. */
export function createN8n(setting: Setting = {}) {
	const { apiKey = defaultKey, cancel, items = [{}] } = setting;
	const flameup = setting.shared ?? createFlameup({ now: Date.now, ...setting.flameup });
	const { baseUrl = baseUrlOf(flameup) } = setting;
	const input = items.map((json): INodeExecutionData => ({ json }));
	const hints: string[] = [];
	const evaluated: string[] = [];
	const requests: { method: string; url: string; body?: string }[] = [];
	const node: INode = {
		id: '1',
		name: 'Flameup',
		type: `n8n-nodes-flameup.flameup${setting.tool === 'by type' ? 'Tool' : ''}`,
		typeVersion: 1,
		position: [0, 0],
		parameters: (setting.parameters ?? {}) as INode['parameters'],
	};

	function getNodeParameter(path: string, row: number, fallback?: unknown): unknown {
		const value = at(node.parameters, path) ?? fallback;
		if (value === undefined) throw new Error('Could not get parameter');
		return evaluate(value, path, row);
	}

	function evaluate(value: unknown, path: string, row: number): unknown {
		if (typeof value !== 'string' || !value.startsWith('=')) return value;
		evaluated.push(path);
		const script = value.slice(1).replace(/^\{\{|\}\}$/g, '');
		return new Function('$json', '$itemIndex', `return (${script});`)(items[row], row);
	}

	async function request(_type: string, options: Record<string, unknown>): Promise<unknown> {
		const { abortSignal, body, headers, method, timeout, url } = options as {
			abortSignal?: AbortSignal;
			body?: string;
			headers: Record<string, string>;
			method: string;
			timeout: number;
			url: string;
		};
		requests.push({ method, url, ...(body !== undefined && { body }) });
		await pause(1, abortSignal);
		const { pathname, search } = new URL(url);
		const answer = flameup.handle({
			method,
			path: pathname + search,
			headers: { ...headers, authorization: `Bearer ${apiKey}` },
			body: body ?? '',
		});
		if ('fault' in answer) {
			if (answer.fault === 'stall') await pause(timeout, abortSignal);
			throw withCause(answer.fault === 'stall' ? 'ECONNABORTED' : 'ECONNRESET');
		}
		if (answer.delayMs !== undefined) await pause(answer.delayMs, abortSignal);
		const target = redirection(answer, url);
		if (target !== undefined && options.disableFollowRedirect !== true) {
			return request(_type, { ...options, url: target });
		}
		return { statusCode: answer.status, headers: answer.headers, body: answer.body };
	}

	const context = {
		getNode: () => structuredClone(node),
		getInputData: () => input,
		getNodeParameter,
		getWorkflowDataProxy: (row: number) => ({ $json: input[row]?.json }),
		continueOnFail: () => setting.onError === 'continue',
		getExecutionCancelSignal: () => cancel,
		isToolExecution: () => setting.tool === 'by agent',
		getTimezone: () => setting.timezone ?? 'Etc/UTC',
		addExecutionHints: (...added: { message: string; type: string }[]) =>
			hints.push(
				...added.map(({ message, type }) => (type === 'info' ? message : `${type}: ${message}`)),
			),
		async getCredentials() {
			if (setting.credential) throw setting.credential;
			return { apiKey, workspaceId: setting.workspaceId ?? 'ws_simulator', baseUrl };
		},
		helpers: { httpRequestWithAuthentication: request },
	};
	for (const name of setting.lacks ?? []) delete (context as Record<string, unknown>)[name];

	return {
		flameup,
		requests,
		/** Asks for people to choose from, as the editor does. */
		searchPeople: (filter?: string, page?: string) =>
			new FlameupNode().methods.listSearch.searchPeople.call(
				context as unknown as ILoadOptionsFunctions,
				filter,
				page,
			),
		/** Runs the node once. */
		async execute(): Promise<Executed> {
			const [output = []] = await new FlameupNode().execute.call(
				context as unknown as IExecuteFunctions,
			);
			return { items: output, hints, evaluated };
		},
	};
}

/** An axios error wrapped in n8n's; must never be passed on as is. */
const withCause = (code: string) =>
	Object.assign(new Error('wrapped'), { cause: Object.assign(new Error(code), { code }) });

const pause = (ms: number, signal?: AbortSignal) =>
	new Promise<void>((resolve, reject) => {
		const timer = setTimeout(resolve, ms);
		const abort = () => {
			clearTimeout(timer);
			reject(withCause('ERR_CANCELED'));
		};
		if (signal?.aborted) abort();
		signal?.addEventListener('abort', abort, { once: true });
	});

const at = (value: unknown, path: string): unknown =>
	path
		.split(/[.[\]]+/)
		.filter((key) => key !== '')
		.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

/** The parameters of Create or Update with every field read from the row. */
export const mapped = (
	more: Record<string, unknown> = {},
	value: Record<string, unknown> = {},
): Record<string, unknown> => ({
	resource: 'person',
	operation: 'upsert',
	person: {
		mappingMode: 'defineBelow',
		value: { userId: '={{ $json.userId }}', email: '={{ $json.email }}', ...value },
	},
	...more,
});

/** The parameters of Create or Update with automatic mapping. */
export const automatic = (
	options: Record<string, unknown> = {},
	more: Record<string, unknown> = {},
): Record<string, unknown> => ({
	resource: 'person',
	operation: 'upsert',
	person: { mappingMode: 'autoMapInputData', value: null },
	options,
	...more,
});

/** Rows of `count` different people. */
export const people = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, i) => ({
		userId: `user_${i}`,
		email: `user_${i}@example.com`,
		plan: i % 2 === 0 ? 'pro' : 'free',
	}));

/** The row that each item is paired with. */
export const pairs = (items: readonly INodeExecutionData[]): unknown[] =>
	items.map(({ pairedItem }) => (pairedItem as { item?: number } | undefined)?.item);

/** Whether n8n treats it as failed: only these keys. */
export const isFailed = ({ json }: INodeExecutionData): boolean =>
	json.error !== undefined &&
	Object.keys(json).every((key) => ['error', 'message', 'details'].includes(key));

/** Every operation of the node. */
export const OPERATIONS = [
	['person', 'upsert'],
	['person', 'create'],
	['person', 'get'],
	['person', 'getAll'],
	['person', 'updateTraits'],
	['event', 'track'],
	['event', 'getAll'],
	['message', 'send'],
	['campaign', 'trigger'],
	['device', 'register'],
] as const;
