import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { refusal } from '../../failure';
import { USER_ID_PARAMETER, userIdReader } from '../../findBy';
import { assignedValues, jsonValues } from '../../namedValues';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { requiredText } from '../../parameters';
import type { Run } from '../../run';
import { timestampReader } from '../../timestamp';

const show = { resource: ['event'], operation: ['track'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	{ ...USER_ID_PARAMETER, displayOptions: { show } },
	{
		displayName: 'Event',
		name: 'event',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. order_placed',
		description: 'Name of the event, such as order_placed',
		displayOptions: { show },
	},
	{
		displayName: 'Properties',
		name: 'properties',
		type: 'assignmentCollection',
		default: {},
		description:
			'Anything else about the event, such as the amount of an order. Drag fields from the input here, or add them by name.',
		displayOptions: { show },
	},
	{
		displayName: 'Timestamp',
		name: 'timestamp',
		type: 'dateTime',
		default: '',
		description:
			'Time of the event, such as 2026-11-21T09:30:00Z. Without a time zone, it is in the time zone of the workflow. If empty, Flameup takes the time at which the event arrives.',
		displayOptions: { show },
	},
	optionsParameter(show, ...PACE_OPTIONS, {
		displayName: 'Properties (JSON)',
		name: 'propertiesJson',
		type: 'json',
		default: '{}',
		description:
			'More properties as an object, for names and nested values that are not known beforehand',
	}),
];

/** Sends one event for each row, in order; never twice, because an event can message somebody. */
export const execute = rowByRow(prepare, {
	done: 'tracked',
	again:
		'Running the workflow again would track them a second time, so run only the rows that are left.',
	repeats: true,
});

async function prepare(run: Run): Promise<RowWork> {
	const { parameters } = run;
	const { client } = await connect(run);
	const readUserId = userIdReader(run, 'userId', 'User ID');
	const readEvent = requiredText(parameters, 'event', 'Event');
	const readTime = timestampReader(run, 'timestamp', 'Timestamp');
	const readProperties = assignedValues(parameters, 'properties', 'Properties');
	const readJson = jsonValues(parameters, 'options.propertiesJson', 'Properties (JSON)');
	return {
		async act(row) {
			const userId = readUserId(row);
			const event = readEvent(row);
			const time = readTime(row);
			const properties = { ...readJson(row), ...readProperties(row) };
			const tracked = await client.track({
				userId,
				event,
				properties,
				...(time !== undefined && { timestamp: time }),
			});
			if (tracked.refused) throw refusal(tracked.complaint, 'event');
			return [{ user_id: userId, event, ...(tracked.answer as IDataObject) }];
		},
	};
}
