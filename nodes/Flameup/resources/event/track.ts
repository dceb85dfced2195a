import type { INodeProperties } from 'n8n-workflow';
import { createApi } from '../../../../src/flameup/api';
import { connect } from '../../connection';
import { Failure } from '../../failure';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import type { Parameters, Read } from '../../parameters';
import { fromRefusal } from '../../refusal';
import { eachRow } from '../../rows';
import type { Done, Run } from '../../run';
import { rows } from '../../summary';
import { asJson, assignedValues, jsonValues, requiredText } from '../../values';

const show = { resource: ['event'], operation: ['track'] };

export const properties: readonly INodeProperties[] = [
	{
		displayName: 'User ID',
		name: 'userId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. user_123',
		description: 'The ID of the person who did it, as you sent it to Flameup',
		displayOptions: { show },
	},
	{
		displayName: 'Event',
		name: 'event',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. order_placed',
		description: 'The name of what happened',
		displayOptions: { show },
	},
	{
		displayName: 'Properties',
		name: 'properties',
		type: 'assignmentCollection',
		default: {},
		description: 'What else is known of it. Drag fields from the input here, or add them by name.',
		displayOptions: { show },
	},
	{
		displayName: 'Timestamp',
		name: 'timestamp',
		type: 'dateTime',
		default: '',
		description: 'When it happened. When it is empty, Flameup takes the time at which it arrives.',
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
export async function execute(run: Run): Promise<Done> {
	const { parameters, results } = run;
	const connection = await connect(run);
	if (connection instanceof Failure) {
		results.failRest(connection);
		return { progress: 'No event was tracked.' };
	}
	const api = createApi(connection.client);
	const readUserId = requiredText(parameters, 'userId', 'User ID');
	const readEvent = requiredText(parameters, 'event', 'Event');
	const readTime = timestamp(parameters);
	const readProperties = assignedValues(parameters, 'properties', 'Properties');
	const readJson = jsonValues(parameters, 'options.propertiesJson', 'Properties (JSON)');
	await eachRow(run, async (row) => {
		const userId = readUserId(row);
		if (userId instanceof Failure) return userId;
		const event = readEvent(row);
		if (event instanceof Failure) return event;
		const time = readTime(row);
		if (time instanceof Failure) return time;
		const json = readJson(row);
		if (json instanceof Failure) return json;
		const own = readProperties(row);
		if (own instanceof Failure) return own;
		const tracked = await api.track({
			userId,
			event,
			properties: { ...json, ...own },
			...(time !== '' && { timestamp: time }),
		});
		if (tracked.refused) return fromRefusal(tracked, 'the event', userId);
		return [{ userId, event, ...asJson(tracked.answer) }];
	});
	return {
		progress: `${rows(results.succeeded)} had been tracked before this. Running the workflow again would track them a second time, so run only the rows that are left.`,
	};
}

/** A time as ISO 8601 text, or an empty text for the present. */
function timestamp(parameters: Parameters): Read<string> {
	const read = parameters.each('timestamp', 'Timestamp');
	return (row) => {
		const value = read(row);
		if (value instanceof Failure) return value;
		if (value === undefined || value === null || value === '') return '';
		const time = new Date(value as string | number);
		return Number.isNaN(time.getTime()) ? BAD_TIME : time.toISOString();
	};
}

const BAD_TIME = new Failure({
	code: 'invalid_parameter',
	title: 'Timestamp: The value is not a date and time',
	hint: 'Give it as ISO 8601 text, such as 2026-11-21T09:30:00Z.',
});
