import type { INodeProperties } from 'n8n-workflow';
import type { PersonKey } from '../../src/flameup/api';
import { Failure } from './failure';
import type { Read } from './parameters';
import type { Run } from './run';
import { requiredText } from './values';

/** The parameters that say which person is meant. */
export const findParameters = (operation: string): INodeProperties[] => {
	const show = { resource: ['person'], operation: [operation] };
	return [
		{
			displayName: 'Find By',
			name: 'findBy',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Email', value: 'email' },
				{ name: 'User ID', value: 'userId' },
			],
			default: 'userId',
			description: 'What the person is found by; either must match exactly',
			displayOptions: { show },
		},
		{
			displayName: 'User ID',
			name: 'userId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. user_123',
			description: 'The ID that you gave the person when you sent them to Flameup',
			displayOptions: { show: { ...show, findBy: ['userId'] } },
		},
		{
			displayName: 'Email',
			name: 'email',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'name@email.com',
			description: 'The email address of the person',
			displayOptions: { show: { ...show, findBy: ['email'] } },
		},
	];
};

/** Whom the parameters mean. */
export function personSought({ parameters }: Run): { key: PersonKey; read: Read<string> } {
	const key = parameters.constant('findBy', 'Find By') === 'email' ? 'email' : 'userId';
	return { key, read: requiredText(parameters, key, key === 'email' ? 'Email' : 'User ID') };
}

/** Nobody has this user ID or email address. */
export const notFound = (key: PersonKey): Failure =>
	new Failure({
		code: 'not_found',
		title: `Flameup has no person with this ${key === 'email' ? 'email address' : 'user ID'}`,
		hint: 'Check the value; it must match exactly.',
	});
