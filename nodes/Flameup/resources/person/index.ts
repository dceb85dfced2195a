import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { operationParameter } from '../../operationParameter';
import { PERSON_PARAMETERS } from '../../personFields';
import * as create from './create';
import * as get from './get';
import * as getAll from './getAll';
import * as updateTraits from './updateTraits';
import * as upsert from './upsert';

const choices: INodePropertyOptions[] = [
	{
		name: 'Create',
		value: 'create',
		description: 'Create new people; people who already exist are not changed',
		action: 'Create person',
	},
	{
		name: 'Create or Update',
		value: 'upsert',
		description: 'Create a new person, or update the current one if it already exists (upsert)',
		action: 'Create or update person',
	},
	{
		name: 'Get',
		value: 'get',
		description: 'Retrieve a person by user ID, email address or ID',
		action: 'Get person',
	},
	{
		name: 'Get Many',
		value: 'getAll',
		description: 'Retrieve a list of people',
		action: 'Get many people',
	},
	{
		name: 'Update Traits',
		value: 'updateTraits',
		description: 'Change some traits of a person who already exists',
		action: 'Update traits of person',
	},
];

/** The choice of this resource. */
export const resource = {
	name: 'Person',
	value: 'person',
	description: 'A person whom you can message',
};

/** The operations on people. */
export const operations = { create, get, getAll, updateTraits, upsert };

/** The parameters of the operations on people. */
export const properties: readonly INodeProperties[] = [
	operationParameter('person', 'upsert', choices),
	...PERSON_PARAMETERS.map((parameter) => ({
		...parameter,
		displayOptions: {
			show: {
				resource: ['person'],
				operation: ['create', 'upsert'],
				...parameter.displayOptions?.show,
			},
		},
	})),
	...Object.values(operations).flatMap((operation) => operation.properties),
];
