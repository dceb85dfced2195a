import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** The choice between the operations of a resource, with that of a new node. */
export const operationParameter = (
	resource: string,
	initial: string,
	options: readonly INodePropertyOptions[],
): INodeProperties => ({
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [...options],
	default: initial,
	description: `What to do with the ${resource}`,
	displayOptions: { show: { resource: [resource] } },
});
