import type { INodeProperties } from 'n8n-workflow';
import * as register from './register';

/** The choice of this resource. */
export const resource = {
	name: 'Device',
	value: 'device',
	description: 'A phone or tablet that receives push notifications',
};

/** The operations on devices. */
export const operations = { register };

/** The parameters of the operations on devices. */
export const properties: readonly INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Register',
				value: 'register',
				description: 'Add a device to a person, so that push notifications reach it',
				action: 'Register device',
			},
		],
		default: 'register',
		description: 'What to do with the device',
		displayOptions: { show: { resource: ['device'] } },
	},
	...register.properties,
];
