import type { INodeProperties } from 'n8n-workflow';
import { operationParameter } from '../../operationParameter';
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
	operationParameter('message', 'send', [
		{
			name: 'Send',
			value: 'send',
			description: 'Send a transactional message to a person; each row is sent once',
			action: 'Send message',
		},
	]),
	...send.properties,
];
