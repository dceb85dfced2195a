import type { INodeProperties } from 'n8n-workflow';
import { operationParameter } from '../../operationParameter';
import * as trigger from './trigger';

/** The choice of this resource. */
export const resource = {
	name: 'Campaign',
	value: 'campaign',
	description: 'Messages to many people, as set up in Flameup',
};

/** The operations on campaigns. */
export const operations = { trigger };

/** The parameters of the operations on campaigns. */
export const properties: readonly INodeProperties[] = [
	operationParameter('campaign', 'trigger', [
		{
			name: 'Trigger',
			value: 'trigger',
			description: 'Start a campaign that exists in Flameup; once, even if several rows name it',
			action: 'Trigger campaign',
		},
	]),
	...trigger.properties,
];
