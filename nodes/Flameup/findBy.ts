import type { INodeProperties } from 'n8n-workflow';
import type { PersonKey } from '../../src/flameup/client';
import { Failure } from './failure';
import { type Read, requiredText } from './parameters';
import type { Run } from './run';

/** A parameter for the user ID of a person. */
export const USER_ID_PARAMETER = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. user_123',
	description: 'The ID of the person, as you sent it to Flameup',
} as const;

/** The parameters that say which person is meant. */
export const findParameters = (show: Record<string, string[]>): INodeProperties[] => [
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
		description: 'How to find the person; the value must match exactly',
		displayOptions: { show },
	},
	{ ...USER_ID_PARAMETER, displayOptions: { show: { ...show, findBy: ['userId'] } } },
	{
		displayName: 'Email',
		name: 'email',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'name@email.com',
		description: 'The email address of the person, as Flameup has it',
		displayOptions: { show: { ...show, findBy: ['email'] } },
	},
];

/** Whom the parameters mean. */
export function personToFind({ parameters }: Run): { key: PersonKey; read: Read<string> } {
	const key = parameters.constant('findBy', 'Find By') === 'email' ? 'email' : 'userId';
	return { key, read: requiredText(parameters, key, key === 'email' ? 'Email' : 'User ID') };
}

/** Nobody has this user ID or email address. */
export const notFound = (by: PersonKey, value: string): Failure =>
	new Failure({ code: 'not_found', by }, by === 'userId' ? { userId: value } : {});
