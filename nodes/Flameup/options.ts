import type { INodeProperties } from 'n8n-workflow';
import { MAX_BATCH_SIZE } from '../../src/settings/settings';
import { FIELDS, OPTIONS, type OptionPath } from './connection';
import { inN8nWords } from './wording';

/** A setting of the core as an option of the node; its texts and its default are those of the core. */
function coreOption(path: OptionPath): INodeProperties {
	const field = FIELDS.get(path);
	if (field === undefined) throw new RangeError(path);
	const texts = {
		displayName: field.title,
		name: OPTIONS[path],
		description: inN8nStyle(field.description),
		noDataExpression: true,
	};
	if (field.choices !== undefined) {
		const options = field.choices.map((value) => ({ name: titleCase(value), value }));
		return { ...texts, type: 'options', options, default: String(field.default) };
	}
	return {
		...texts,
		type: 'number',
		default: Number(field.default),
		typeOptions: { minValue: field.type === 'integer' ? 1 : 0 },
	};
}

/** "You set how many … fails." becomes "How many … fails": n8n's form has no "you", and no lone full stop. */
function inN8nStyle(description: string): string {
	const text = inN8nWords(description)
		.replace(/^You (?:set|choose) /, '')
		.replace(/\brecord\b/g, 'row');
	const whole = text.charAt(0).toUpperCase() + text.slice(1);
	return whole.includes('. ') ? whole : whole.replace(/\.$/, '');
}

const titleCase = (value: string): string =>
	value
		.split('_')
		.map((word) => (word === 'without' ? word : word.charAt(0).toUpperCase() + word.slice(1)))
		.join(' ');

/** How fast and how patiently requests go out; every operation has these. */
export const PACE_OPTIONS: readonly INodeProperties[] = [
	coreOption('pace.give_up_after_minutes'),
	coreOption('pace.requests_per_minute'),
	coreOption('pace.timeout_seconds'),
];

const AUTOMATIC = { show: { '/person.mappingMode': ['autoMapInputData'] } };

/** How people are made from rows. */
export const PERSON_OPTIONS: readonly INodeProperties[] = [
	...PACE_OPTIONS,
	coreOption('mapping.empty_values'),
	coreOption('rejected_records.invalid_email'),
	{
		displayName: 'Custom Traits (JSON)',
		name: 'traitsJson',
		type: 'json',
		default: '{}',
		description:
			'More custom traits as an object, for names and nested values that are not known beforehand',
	},
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		default: false,
		noDataExpression: true,
		description: 'Whether to check every row and show what would be sent, without sending anyone',
	},
	{
		displayName: 'Email Field',
		name: 'emailField',
		type: 'string',
		requiresDataPath: 'single',
		default: '',
		placeholder: 'e.g. work_email',
		description:
			'The input field that holds the email address. When it is empty, a field called email, email_address or mail is used.',
		displayOptions: AUTOMATIC,
	},
	{
		displayName: 'Fields to Ignore',
		name: 'fieldsToIgnore',
		type: 'string',
		requiresDataPath: 'multiple',
		default: '',
		placeholder: 'e.g. password_hash, notes',
		description: 'Input fields that are never sent, separated by commas',
		displayOptions: AUTOMATIC,
	},
	{
		displayName: 'User ID Field',
		name: 'userIdField',
		type: 'string',
		requiresDataPath: 'single',
		default: '',
		placeholder: 'e.g. customer_id',
		description:
			'The input field that holds the user ID. When it is empty, the field user_id, external_id or ID is used.',
		displayOptions: AUTOMATIC,
	},
];

/** How people are put together in requests. */
export const BATCH_OPTIONS: readonly INodeProperties[] = [
	{
		...coreOption('batches.people_per_request'),
		typeOptions: { minValue: 1, maxValue: MAX_BATCH_SIZE },
	},
	{
		displayName: 'Repeated User IDs',
		name: 'repeatedIds',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Merge',
				value: 'merge',
				description: 'Rows of one person that come close together are laid over each other',
			},
			{
				name: 'Send Each',
				value: 'separate',
				description: 'Every row is sent, in the order of the input; takes more requests',
			},
		],
		default: 'merge',
		description: 'What becomes of several rows of the same person. Later values win either way.',
	},
];

/** The parameter Options, in the order of the alphabet, for some operations. */
export const optionsParameter = (
	show: { resource: string[]; operation: string[] },
	...options: readonly INodeProperties[]
): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: options.toSorted((a, b) => (a.displayName < b.displayName ? -1 : 1)),
	displayOptions: { show },
});
