import type {
	ILoadOptionsFunctions,
	INodeProperties,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import type { Parameters } from './parameters';

const field = (
	id: string,
	displayName: string,
	more: Partial<ResourceMapperField> = {},
): ResourceMapperField => ({
	id,
	displayName,
	type: 'string',
	required: false,
	defaultMatch: false,
	canBeUsedToMatch: false,
	display: true,
	...more,
});

/** What Flameup knows of every person; all else are custom traits. */
export const PERSON_FIELDS: readonly ResourceMapperField[] = [
	field('userId', 'User ID', { required: true }),
	field('email', 'Email'),
	field('first_name', 'First Name'),
	field('last_name', 'Last Name'),
	field('phone', 'Phone', { removed: true }),
	field('avatar_url', 'Avatar URL', { removed: true }),
	field('timezone', 'Timezone', { removed: true }),
	field('locale', 'Locale', { removed: true }),
];

/** The fields of the parameter Person. */
export async function getPersonFields(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return { fields: PERSON_FIELDS.map((one) => ({ ...one })) };
}

const AUTOMATIC_MODE = 'autoMapInputData';

/** Shows a parameter only when fields are mapped automatically. */
export const AUTOMATIC = { show: { '/person.mappingMode': [AUTOMATIC_MODE] } };

/** Whether fields are mapped automatically, rather than one by one. */
export const mapsAutomatically = (parameters: Parameters): boolean =>
	parameters.raw('person.mappingMode') === AUTOMATIC_MODE;

/** The parameters from which a person is made. */
export const PERSON_PARAMETERS: readonly INodeProperties[] = [
	{
		displayName: 'Person',
		name: 'person',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		required: true,
		description:
			'Which fields of the input become which fields of the person. In automatic mapping, fields are recognized by their names, and every other field becomes a custom trait.',
		typeOptions: {
			resourceMapper: {
				resourceMapperMethod: 'getPersonFields',
				mode: 'add',
				valuesLabel: 'Person',
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: true,
				supportAutoMap: true,
				multiKeyMatch: false,
			},
		},
	},
	{
		displayName:
			'Every other field of the input is sent as a custom trait. Name those that must not be sent in the option "Fields to Leave Out".',
		name: 'automaticNotice',
		type: 'notice',
		default: '',
		displayOptions: AUTOMATIC,
	},
	{
		displayName: 'Custom Traits',
		name: 'traits',
		type: 'assignmentCollection',
		default: {},
		description:
			'Anything else that you know about the person, such as a plan or a city. Drag fields from the input here, or add them by name.',
		displayOptions: { show: { '/person.mappingMode': ['defineBelow'] } },
	},
];
