import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Message } from '../../../../src/flameup/oneTime';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { refusal } from '../../failure';
import { USER_ID_PARAMETER, userIdReader } from '../../findBy';
import { assignedValues, jsonValues } from '../../namedValues';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { choice, type Parameters, type Read, requiredText } from '../../parameters';
import type { Run } from '../../run';

const show = { resource: ['message'], operation: ['send'] };

const PLATFORM: INodeProperties = {
	displayName: 'Platform',
	name: 'platform',
	type: 'options',
	options: [
		{ name: 'All', value: 'all' },
		{ name: 'Android', value: 'android' },
		{ name: 'iOS', value: 'ios' },
	],
	default: 'all',
	description: 'The devices that the message goes to',
};

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	{ ...USER_ID_PARAMETER, displayOptions: { show } },
	{
		displayName: 'Content',
		name: 'content',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Template',
				value: 'template',
				description: 'A template that exists in Flameup',
			},
			{
				name: 'Title and Body',
				value: 'text',
				description: 'Text that you write here',
			},
		],
		default: 'template',
		description: 'What the message consists of',
		displayOptions: { show },
	},
	{
		displayName: 'Template ID',
		name: 'templateId',
		type: 'string',
		default: '',
		required: true,
		description: 'The ID of the template in Flameup',
		displayOptions: { show: { ...show, content: ['template'] } },
	},
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. Your order is on its way',
		description: 'The title of the message',
		displayOptions: { show: { ...show, content: ['text'] } },
	},
	{
		displayName: 'Body',
		name: 'body',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		required: true,
		description: 'The text of the message',
		displayOptions: { show: { ...show, content: ['text'] } },
	},
	{
		displayName: 'Data',
		name: 'data',
		type: 'assignmentCollection',
		default: {},
		description:
			'Values that go with the message, such as the number of an order. Drag fields from the input here, or add them by name.',
		displayOptions: { show },
	},
	optionsParameter(
		show,
		...PACE_OPTIONS,
		{
			displayName: 'Data (JSON)',
			name: 'dataJson',
			type: 'json',
			default: '{}',
			description:
				'More data as an object, for names and nested values that are not known beforehand',
		},
		PLATFORM,
	),
];

/** Sends one message for each row, in order; never twice. */
export const execute = rowByRow(prepare, {
	done: 'sent',
	again:
		'Running the workflow again would message these people a second time, so run only the rows that are left.',
	repeats: true,
});

async function prepare(run: Run): Promise<RowWork> {
	const { parameters } = run;
	const { client } = await connect(run);
	const readUserId = userIdReader(run, 'userId', 'User ID');
	const readContent = contentReader(parameters);
	const readData = assignedValues(parameters, 'data', 'Data');
	const readJson = jsonValues(parameters, 'options.dataJson', 'Data (JSON)');
	const readPlatform = choice(parameters, 'options.platform', PLATFORM);
	return {
		async act(row) {
			const userId = readUserId(row);
			const platform = readPlatform(row);
			const sent = await client.sendMessage({
				userId,
				content: readContent(row),
				data: { ...readJson(row), ...readData(row) },
				...(platform !== 'all' && { platform }),
			});
			if (sent.refused) throw refusal(sent.complaint, 'message');
			return [{ user_id: userId, ...(sent.answer as IDataObject) }];
		},
	};
}

function contentReader(parameters: Parameters): Read<Message['content']> {
	if (parameters.constant('content', 'Content') !== 'text') {
		const readId = requiredText(parameters, 'templateId', 'Template ID');
		return (row) => ({ template_id: readId(row) });
	}
	const readTitle = requiredText(parameters, 'title', 'Title');
	const readBody = requiredText(parameters, 'body', 'Body');
	return (row) => ({ template: { title: readTitle(row), body: readBody(row) } });
}
