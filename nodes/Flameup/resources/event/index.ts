import type { INodeProperties } from 'n8n-workflow';
import { operationParameter } from '../../operationParameter';
import * as getAll from './getAll';
import * as track from './track';

/** The choice of this resource. */
export const resource = {
	name: 'Event',
	value: 'event',
	description: 'Something that a person did',
};

/** The operations on events. */
export const operations = { getAll, track };

/** The parameters of the operations on events. */
export const properties: readonly INodeProperties[] = [
	operationParameter('event', 'track', [
		{
			name: 'Get Many',
			value: 'getAll',
			description: 'Retrieve a list of events',
			action: 'Get many events',
		},
		{
			name: 'Track',
			value: 'track',
			description: 'Send an event to Flameup, such as an order; each row is sent once',
			action: 'Track event',
		},
	]),
	...Object.values(operations).flatMap((operation) => operation.properties),
];
