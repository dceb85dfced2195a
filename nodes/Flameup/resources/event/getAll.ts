import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { ANSWERED, filtersParameter, limitParameters, readMany } from '../../manyResults';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { optionalText, present } from '../../parameters';
import type { Run } from '../../run';
import { timestampReader } from '../../timestamp';

const show = { resource: ['event'], operation: ['getAll'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	...limitParameters(show),
	filtersParameter(
		show,
		{
			displayName: 'Event',
			name: 'event',
			type: 'string',
			default: '',
			placeholder: 'e.g. order_placed',
			description: 'Only events with this name',
		},
		{
			displayName: 'Since',
			name: 'since',
			type: 'dateTime',
			default: '',
			description:
				'Only events from this time on. Without a time zone, it is in the time zone of the workflow.',
		},
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description:
				'Only events up to this time. Without a time zone, it is in the time zone of the workflow.',
		},
		{
			displayName: 'User ID',
			name: 'userId',
			type: 'string',
			default: '',
			placeholder: 'e.g. user_123',
			description: 'Only events of the person with this user ID',
		},
	),
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Reads many events. */
export const execute = rowByRow(prepare, ANSWERED);

async function prepare(run: Run): Promise<RowWork> {
	const { parameters } = run;
	const { client } = await connect(run);
	const readers = {
		user_id: optionalText(parameters, 'filters.userId', 'User ID'),
		event: optionalText(parameters, 'filters.event', 'Event'),
		since: timestampReader(run, 'filters.since', 'Since'),
		until: timestampReader(run, 'filters.until', 'Until'),
	};
	return readMany(run, {
		name: 'Events',
		readFilter: (row) => present(readers, row),
		readPage: (filter, limit, offset) => client.listEvents(filter, limit, offset),
		show: (event) => event as IDataObject,
	});
}
