import type { INodeProperties } from 'n8n-workflow';
import type { PersonKey } from '../../src/flameup/client';
import { LIMITS } from '../../src/limits';
import { EMAIL_PATTERN } from '../../src/mapping/person';
import type { Settings } from '../../src/settings/settings';
import { Failure, invalidParameter } from './failure';
import { type Read, requiredText } from './parameters';
import type { Who } from './results';
import type { Run } from './run';
import { WORDS } from './vocabulary';

/** A parameter for the user ID of a person. */
export const USER_ID_PARAMETER = {
	displayName: 'User ID',
	name: 'userId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. user_123',
	description: 'The ID of the person, as you sent it to Flameup',
} as const;

/** The ways to name a person; n8n stores which one was chosen. */
const MODES: readonly { name: string; key: PersonKey; label: string }[] = [
	{ name: 'list', key: 'userId', label: 'Person' },
	{ name: 'userId', key: 'userId', label: 'User ID' },
	{ name: 'email', key: 'email', label: 'Email' },
	{ name: 'id', key: 'id', label: 'ID' },
];

/** The parameter that says which person is meant. */
export const personLocator = (show: Record<string, string[]>): INodeProperties => ({
	displayName: 'Person',
	name: 'who',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The person, chosen from a list or named by a value that must match exactly',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a person…',
			typeOptions: { searchListMethod: 'searchPeople', searchable: true },
		},
		{
			displayName: 'By User ID',
			name: 'userId',
			type: 'string',
			placeholder: 'e.g. user_123',
			hint: 'As you sent it to Flameup',
		},
		{
			displayName: 'By Email',
			name: 'email',
			type: 'string',
			placeholder: 'e.g. nathan@example.com',
			hint: 'As Flameup has it',
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 5f1a3e00-0000-4000-8000-000000000001',
			hint: "Flameup's own ID of the person",
		},
	],
	displayOptions: { show },
});

/** The names under which an item says whom it is about. */
const SHOWN = { userId: 'user_id', email: 'email', id: 'id' } as const satisfies Record<
	PersonKey,
	keyof Who
>;

/** Whom the parameter means. Throws a Failure if Flameup cannot be asked in this way. */
export function personToFind(
	run: Run,
	{ workspace_id }: Settings,
): { key: PersonKey; shownAs: keyof Who; read: Read<string> } {
	const { parameters } = run;
	const mode = MODES.find(({ name }) => name === parameters.raw('who.mode'));
	const { key, label } = mode ?? { key: 'userId', label: 'Person' };
	if (key === 'id' && workspace_id === '') throw new Failure({ code: 'needs_workspace' });
	// An AI agent can store the value alone.
	const path = typeof parameters.raw('who') === 'string' ? 'who' : 'who.value';
	return { key, shownAs: SHOWN[key], read: identifierReader(run, key, path, label) };
}

/** A parameter with the user ID of a person. */
export const userIdReader = (run: Run, path: string, label: string): Read<string> =>
	identifierReader(run, 'userId', path, label);

/** Reads whom a row means, and notes it. Throws a Failure for what nobody can have. */
function identifierReader(
	{ parameters, results }: Run,
	key: PersonKey,
	path: string,
	label: string,
): Read<string> {
	const read = requiredText(parameters, path, label);
	return (row) => {
		const value = read(row);
		results.concerns(row, { [SHOWN[key]]: value });
		const { length } = value;
		if (key === 'userId' && length > LIMITS.userId) {
			const words = { ...WORDS, setting: () => `"${label}"` };
			throw new Failure({ code: 'user_id_too_long', length }, { words });
		}
		// Any other text could name somebody else.
		if (key !== 'email' || EMAIL_PATTERN.test(value)) return value;
		const hint = 'Correct it, or find the person by another value.';
		throw invalidParameter('"Email" is not an email address', hint);
	};
}

/** Nobody has this user ID, email address or ID. */
export const notFound = (by: PersonKey): Failure => new Failure({ code: 'not_found', by });
