import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { refusal } from '../../failure';
import { notFound, personLocator, personToFind } from '../../findBy';
import { optionName, optionsParameter, PACE_OPTIONS } from '../../options';
import { choice, optionalText, present, requiredText } from '../../parameters';
import type { Run } from '../../run';

const show = { resource: ['device'], operation: ['register'] };

/** What else Flameup keeps of a device. */
const ABOUT = [
	{
		title: 'App Version',
		name: 'app_version',
		example: '3.2.0',
		description: 'Version of your app',
	},
	{
		title: 'Device Model',
		name: 'device_model',
		example: 'iPhone 17',
		description: 'Model of the device',
	},
	{
		title: 'Device Name',
		name: 'device_name',
		example: 'Phone of Ann',
		description: 'Name of the device',
	},
	{
		title: 'OS Version',
		name: 'os_version',
		example: '26.1',
		description: 'Version of the operating system',
	},
] as const;

const PLATFORM: INodeProperties = {
	displayName: 'Platform',
	name: 'platform',
	type: 'options',
	options: [
		{ name: 'Android', value: 'android' },
		{ name: 'iOS', value: 'ios' },
	],
	default: 'android',
	description: 'The operating system of the device',
	displayOptions: { show },
};

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	personLocator(show),
	{
		displayName: 'Token',
		name: 'token',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		required: true,
		description: 'The token that the operating system gave the app for push notifications',
		displayOptions: { show },
	},
	PLATFORM,
	optionsParameter(
		show,
		...PACE_OPTIONS,
		...ABOUT.map(({ description, example, name, title }) => ({
			displayName: title,
			name: optionName(name),
			type: 'string' as const,
			default: '',
			placeholder: `e.g. ${example}`,
			description,
		})),
	),
];

/** Registers one device for each row; never twice, because Flameup does not say what becomes of the first. */
export const execute = rowByRow(prepare, {
	done: 'registered',
	again:
		'Running the workflow again would register them a second time, so run only the rows that are left.',
	repeats: true,
});

async function prepare(run: Run): Promise<RowWork> {
	const { parameters } = run;
	const { client, settings } = await connect(run);
	const { key, read, shownAs } = personToFind(run, settings);
	const readToken = requiredText(parameters, 'token', 'Token');
	const readPlatform = choice(parameters, 'platform', PLATFORM);
	const readAbout = Object.fromEntries(
		ABOUT.map(({ name, title }) => [
			name,
			optionalText(parameters, `options.${optionName(name)}`, title),
		]),
	);
	return {
		async act(row) {
			const value = read(row);
			const registered = await client.registerDevice(key, value, {
				token: readToken(row),
				platform: readPlatform(row),
				...present(readAbout, row),
			});
			if (registered.refused) throw refusal(registered.complaint, 'device');
			if (registered.answer === undefined) throw notFound(key);
			return [{ [shownAs]: value, ...(registered.answer as IDataObject) }];
		},
	};
}
