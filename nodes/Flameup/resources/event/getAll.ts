import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { userIdReader } from '../../findBy';
import {
	ANSWERED,
	filterReader,
	filtersParameter,
	limitParameters,
	readMany,
} from '../../manyResults';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { type Read, requiredText } from '../../parameters';
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

type Reader = (path: string, label: string) => Read<string | undefined>;

async function prepare(run: Run): Promise<RowWork> {
	const { parameters } = run;
	const { client } = await connect(run);
	const text: Reader = (path, label) => requiredText(parameters, path, label);
	const userId: Reader = (path, label) => userIdReader(run, path, label);
	const time: Reader = (path, label) => timestampReader(run, path, label);
	const readFilter = filterReader(parameters, {
		user_id: { name: 'userId', label: 'User ID', reader: userId },
		event: { name: 'event', label: 'Event', reader: text },
		since: { name: 'since', label: 'Since', reader: time },
		until: { name: 'until', label: 'Until', reader: time },
	});
	return readMany(run, {
		name: 'Events',
		readFilter,
		readPage: (filter, limit, offset) => client.listEvents(filter, limit, offset),
		show: (event) => event as IDataObject,
	});
}
