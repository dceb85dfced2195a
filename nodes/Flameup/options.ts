import type { INodeProperties } from 'n8n-workflow';
import type { Field } from '../../src/settings/fields';
import { AUTOMATIC } from './personFields';
import { FIELDS } from './vocabulary';

/** Settings that belong to the credential. */
const CREDENTIAL = ['api_key', 'workspace_id', 'api_url'];

/** Settings that the node shows as options. */
export const OPTION_FIELDS = FIELDS.filter(({ path }) => !CREDENTIAL.includes(path));

/** The name of an option in n8n: pace.timeout_seconds is timeoutSeconds. */
export const optionName = (path: string): string =>
	path
		.slice(path.lastIndexOf('.') + 1)
		.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** n8n ends a description with a full stop only if it has several sentences. */
export const describedInN8n = (description: string): string =>
	description.includes('. ') ? description : description.replace(/\.$/, '');

function toOption(field: Field): INodeProperties {
	const { example, path, title, type } = field;
	const texts = [field.description, ...(type === 'list' ? ['Separate several with commas.'] : [])];
	return {
		displayName: title,
		name: optionName(path),
		description: describedInN8n(texts.join(' ')),
		...(field.paths && { noDataExpression: true }),
		...(example !== undefined && { placeholder: `e.g. ${example}` }),
		...kindOfOption(field),
	};
}

function kindOfOption({
	choices = [],
	default: value,
	maximum,
	minimum,
	paths,
	type,
}: Field): Pick<INodeProperties, 'type' | 'default'> & Partial<INodeProperties> {
	switch (type) {
		case 'choice': {
			const options = choices.map((choice) => ({ name: titleCase(choice), value: choice }));
			return { type: 'options', options, default: String(value) };
		}
		case 'boolean':
			return { type, default: value === true };
		case 'integer':
		case 'number': {
			const typeOptions = {
				...(minimum !== undefined && { minValue: minimum }),
				...(maximum !== undefined && { maxValue: maximum }),
			};
			return { type: 'number', typeOptions, default: Number(value ?? minimum ?? 0) };
		}
		default: {
			const requiresDataPath = type === 'list' ? ('multiple' as const) : ('single' as const);
			const inputField = paths && { requiresDataPath, displayOptions: AUTOMATIC };
			return { type: 'string', default: String(value ?? ''), ...inputField };
		}
	}
}

const titleCase = (value: string): string =>
	value
		.split('_')
		.map((word) => (word === 'without' ? word : word.charAt(0).toUpperCase() + word.slice(1)))
		.join(' ');

const inGroups = (isShown: (group: string) => boolean): readonly INodeProperties[] =>
	OPTION_FIELDS.filter(({ path }) => isShown(path.split('.')[0] ?? '')).map(toOption);

/** How fast and how patiently requests are sent; every operation has these. */
export const PACE_OPTIONS = inGroups((group) => group === 'pace');

/** What becomes of several rows of one person. */
export const REPEATED_IDS: INodeProperties = {
	displayName: 'Repeated User IDs',
	name: 'repeatedIds',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Merge',
			value: 'merge',
			description: 'Rows of one person that come close together are sent as one',
		},
		{
			name: 'Send Each',
			value: 'separate',
			description: 'Every row is sent, in the order of the input; takes more requests',
		},
	],
	default: 'merge',
	description: 'What happens to several rows of the same person. Later values win either way.',
};

/** How people are put together in requests. */
export const BATCH_OPTIONS: readonly INodeProperties[] = [
	...inGroups((group) => group === 'batches'),
	REPEATED_IDS,
];

/** How people are made from rows. */
export const PERSON_OPTIONS: readonly INodeProperties[] = [
	...inGroups((group) => group !== 'batches'),
	{
		displayName: 'Custom Traits (JSON)',
		name: 'traitsJson',
		type: 'json',
		default: '{}',
		description:
			'More custom traits as an object, for names and nested values that are not known beforehand',
	},
];

/** The parameter Options, in alphabetical order, for some operations. */
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
