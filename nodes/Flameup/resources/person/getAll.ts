import type { INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import {
	ANSWERED,
	filterReader,
	filtersParameter,
	limitParameters,
	readMany,
} from '../../manyResults';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { choice, requiredText } from '../../parameters';
import { outputParameters, readOutput, readPerson } from '../../personOutput';
import type { Run } from '../../run';

const show = { resource: ['person'], operation: ['getAll'] };

const STATUS: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'options',
	options: [
		{ name: 'Active', value: 'active' },
		{ name: 'Bounced', value: 'bounced' },
		{ name: 'Unsubscribed', value: 'unsubscribed' },
	],
	default: 'active',
	description: 'Only people with this status',
};

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	...limitParameters(show),
	filtersParameter(
		show,
		{
			displayName: 'Search',
			name: 'search',
			type: 'string',
			default: '',
			placeholder: 'e.g. example.com',
			description:
				'Only people whom Flameup finds with this text. Flameup does not document which fields it searches.',
		},
		STATUS,
	),
	...outputParameters(show),
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Reads many people. */
export const execute = rowByRow(prepare, ANSWERED);

async function prepare(run: Run): Promise<RowWork> {
	const { client } = await connect(run);
	const { parameters } = run;
	const readFilter = filterReader(parameters, {
		search: {
			name: 'search',
			label: 'Search',
			reader: (path, label) => requiredText(parameters, path, label),
		},
		status: {
			name: 'status',
			label: 'Status',
			reader: (path) => choice(parameters, path, STATUS),
		},
	});
	const output = readOutput(run);
	return readMany(run, {
		name: 'People',
		readFilter,
		readPage: (filter, limit, offset) => client.listPeople(filter, limit, offset),
		show: (person) => readPerson(person, output),
	});
}
