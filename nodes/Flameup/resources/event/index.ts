import type { INodeProperties } from 'n8n-workflow';
import * as track from './track';

/** The operations on events. */
export const operations = { track };

/** The parameters of the operations on events. */
export const properties: readonly INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Track',
				value: 'track',
				description: 'Record in Flameup what a person did; each row is sent once',
				action: 'Track event',
			},
		],
		default: 'track',
		description: 'What to do with the event',
		displayOptions: { show: { resource: ['event'] } },
	},
	...track.properties,
];
