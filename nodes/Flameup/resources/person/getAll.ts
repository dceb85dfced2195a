import type { INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { ANSWERED, filtersParameter, limitParameters, readMany } from '../../manyResults';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { optionalText, present } from '../../parameters';
import { outputParameters, readOutput, readPerson } from '../../personOutput';
import type { Run } from '../../run';

const show = { resource: ['person'], operation: ['getAll'] };

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
		{
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
		},
	),
	...outputParameters(show),
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Reads many people. */
export const execute = rowByRow(prepare, ANSWERED);

async function prepare(run: Run): Promise<RowWork> {
	const { client } = await connect(run);
	const readers = {
		search: optionalText(run.parameters, 'filters.search', 'Search'),
		status: optionalText(run.parameters, 'filters.status', 'Status'),
	};
	const output = readOutput(run);
	return readMany(run, {
		name: 'People',
		readFilter: (row) => present(readers, row),
		readPage: (filter, limit, offset) => client.listPeople(filter, limit, offset),
		show: (person) => readPerson(person, output),
	});
}
