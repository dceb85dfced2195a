import type { INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { limitParameters, readMany } from '../../manyResults';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { optionalText } from '../../parameters';
import { readPerson, SIMPLIFY, simplifies } from '../../personOutput';
import type { Run } from '../../run';

const show = { resource: ['person'], operation: ['getAll'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	...limitParameters(show),
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [
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
		],
		displayOptions: { show },
	},
	{ ...SIMPLIFY, displayOptions: { show } },
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Reads many people. */
export const execute = rowByRow(prepare, {
	done: 'answered',
	again: 'Running the workflow again is safe.',
	onlyReads: true,
});

async function prepare(run: Run): Promise<RowWork> {
	const { client } = await connect(run);
	const readStatus = optionalText(run.parameters, 'filters.status', 'Status');
	const simplify = simplifies(run);
	return readMany(run, {
		name: 'People',
		readFilter(row) {
			const status = readStatus(row);
			return { ...(status !== undefined && { status }) };
		},
		readPage: (filter, limit, offset) => client.listPeople(filter, limit, offset),
		show: (person) => readPerson(person, simplify),
	});
}
