import type { INodeProperties } from 'n8n-workflow';
import * as send from './send';

/** The choice of this resource. */
export const resource = {
	name: 'Message',
	value: 'message',
	description: 'A transactional message to one person',
};

/** The operations on messages. */
export const operations = { send };

/** The parameters of the operations on messages. */
export const properties: readonly INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Send',
				value: 'send',
				description: 'Send a transactional message to a person; each row is sent once',
				action: 'Send message',
			},
		],
		default: 'send',
		description: 'What to do with the message',
		displayOptions: { show: { resource: ['message'] } },
	},
	...send.properties,
];
