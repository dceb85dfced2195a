import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { Failure } from './failure';
import { getPersonFields } from './personFields';
import * as campaign from './resources/campaign';
import * as device from './resources/device';
import * as event from './resources/event';
import * as message from './resources/message';
import * as person from './resources/person';
import { carryOut, createRun, type Done, type Operation, type Run } from './run';
import { searchPeople } from './searchPeople';

/** In the order of the form, with what most people need first. */
const RESOURCES = [person, event, message, campaign, device];

const OPERATIONS: Readonly<Record<string, Readonly<Record<string, { execute: Operation }>>>> =
	Object.fromEntries(RESOURCES.map(({ operations, resource }) => [resource.value, operations]));

/** The node Flameup. */
export class Flameup implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Flameup',
		name: 'flameup',
		icon: { light: 'file:flameup.svg', dark: 'file:flameup.dark.svg' },
		group: ['output'],
		version: [1],
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Create and update people and track events in Flameup',
		defaults: { name: 'Flameup' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'flameupApi', required: true }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: RESOURCES.map(({ resource }) => resource),
				default: 'person',
				description: 'What the operation is about',
			},
			...RESOURCES.flatMap(({ properties }) => properties),
		],
	};

	methods = { listSearch: { searchPeople }, resourceMapping: { getPersonFields } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const run = createRun(this);
		if (run.items.length === 0) return [[]];
		const resource = String(run.parameters.raw('resource') ?? 'person');
		const operation = String(run.parameters.raw('operation') ?? defaultOperation(resource));
		const { execute } = OPERATIONS[resource]?.[operation] ?? UNKNOWN;
		return [await carryOut(execute, run)];
	}
}

const UNKNOWN = {
	async execute({ results }: Run): Promise<Done> {
		const title = 'This version of the node does not have this operation';
		const hint = 'Choose another operation, or update the node.';
		results.failRest(new Failure({ code: 'configuration', title, hint }, { endsRun: true }));
		return { progress: 'Nothing was sent.' };
	},
};

/** The operation of a new node; n8n does not store it. */
const defaultOperation = (resource: string): string | undefined => {
	const choice = RESOURCES.find((one) => one.resource.value === resource)?.properties[0];
	return choice?.default as string | undefined;
};
