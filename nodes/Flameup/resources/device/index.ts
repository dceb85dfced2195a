import type { INodeProperties } from 'n8n-workflow';
import { operationParameter } from '../../operationParameter';
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
	operationParameter('device', 'register', [
		{
			name: 'Register',
			value: 'register',
			description: 'Add a device to a person, so that push notifications reach it',
			action: 'Register device',
		},
	]),
	...register.properties,
];
