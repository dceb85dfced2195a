import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { idOf } from '../../src/flameup/answers';
import { isObject, type Json } from '../../src/flameup/json';
import type { Person } from '../../src/mapping/person';
import { invalidParameter } from './failure';
import type { Run } from './run';

/** What a write did to a person, as far as it is known. */
export type WriteResult = 'created' | 'updated' | 'saved' | 'merged' | 'unchanged' | 'checked';

/** Which fields of a person come out: some of them, or everything as Flameup has it. */
export type Output = readonly string[] | 'raw';

/** The fields that can be selected; the user ID always comes out. */
const FIELDS: readonly INodePropertyOptions[] = [
	{ name: 'Avatar URL', value: 'avatar_url' },
	{ name: 'Created At', value: 'created_at' },
	{ name: 'Email', value: 'email' },
	{ name: 'First Name', value: 'first_name' },
	{ name: 'First Seen At', value: 'first_seen_at' },
	{ name: 'ID', value: 'id' },
	{ name: 'Last Name', value: 'last_name' },
	{ name: 'Last Seen At', value: 'last_seen_at' },
	{ name: 'Locale', value: 'locale' },
	{ name: 'Phone', value: 'phone' },
	{ name: 'Status', value: 'status' },
	{ name: 'Timezone', value: 'timezone' },
	{ name: 'Traits', value: 'traits' },
	{ name: 'Updated At', value: 'updated_at' },
];

/** With the user ID, ten fields at most, as n8n's guidelines ask. */
const READ = [
	...['email', 'first_name', 'last_name', 'phone', 'status', 'traits'],
	...['created_at', 'updated_at', 'id'],
];

/** With the user ID, the result and the fingerprint, ten fields at most. */
const WRITTEN = READ.filter((name) => name !== 'phone' && name !== 'traits');

/** With the traits that were changed. */
const CHANGED = [...WRITTEN, 'traits'];

/** The parameters that say which fields come out; an operation can have further choices. */
export const outputParameters = (
	show: Record<string, string[]>,
	...further: INodePropertyOptions[]
): INodeProperties[] => [
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Simplified',
				value: 'simple',
				description: 'The most useful fields, ten at most',
			},
			{
				name: 'Raw',
				value: 'raw',
				description: 'Everything, as Flameup has it',
			},
			{
				name: 'Selected Fields',
				value: 'fields',
				description: 'The user ID and the fields that you choose',
			},
			...further,
		],
		default: 'simple',
		description: 'What the node outputs of each person',
		displayOptions: { show },
	},
	{
		displayName: 'Fields',
		name: 'fields',
		type: 'multiOptions',
		options: [...FIELDS],
		default: [],
		description: 'The fields to output besides the user ID',
		displayOptions: { show: { ...show, output: ['fields'] } },
	},
];

/** Which fields of people who were read come out. */
export const readOutput = (run: Run): Output => chosenOutput(run, READ);

/** Which fields of people who were written come out. */
export const writtenOutput = (run: Run): Output => chosenOutput(run, WRITTEN);

/** Which fields of people whose traits were changed come out. */
export const changedOutput = (run: Run): Output => chosenOutput(run, CHANGED);

function chosenOutput({ parameters }: Run, simple: readonly string[]): Output {
	const output = parameters.raw('output');
	if (output === 'raw') return output;
	if (output !== 'fields') return simple;
	const fields = parameters.constant('fields', 'Fields');
	if (fields === undefined) return [];
	if (Array.isArray(fields)) return fields.map(String);
	const hint = 'Choose fields, or give a list of names.';
	throw invalidParameter('"Fields" is not a list', hint, undefined, { endsRun: true });
}

/** The value of a field, wherever the reference or the guide of Flameup has it. */
export function field(person: Json, name: string): unknown {
	if (name === 'traits') return person.attributes ?? person.traits;
	if (name in person) return person[name];
	return isObject(person.traits) ? person.traits[name] : undefined;
}

function chosen(person: Json, names: readonly string[]): IDataObject {
	const entries = names.map((name) => [name, field(person, name)] as const);
	return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as IDataObject;
}

/** A person who was read. */
export const readPerson = (person: Json, output: Output): IDataObject =>
	output === 'raw' ? (person as IDataObject) : { user_id: idOf(person), ...chosen(person, output) };

/** A person who was written, as Flameup's answer shows them, or only their ID when it does not. */
export function writtenPerson(
	user_id: string,
	result: WriteResult,
	shown: Json | undefined,
	output: Output,
	fingerprint?: string | null,
): IDataObject {
	const own = { user_id, result, ...(fingerprint !== undefined && { fingerprint }) };
	if (shown === undefined) return own;
	const person = output === 'raw' ? (shown as IDataObject) : chosen(shown, output);
	return { ...own, ...person };
}

/** What would have been sent of a person. */
export const checkedPerson = ({ userId, ...others }: Person): IDataObject =>
	({ user_id: userId, result: 'checked' satisfies WriteResult, ...others }) as IDataObject;
