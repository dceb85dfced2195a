import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { idOf } from '../../src/flameup/answers';
import { isObject, type Json } from '../../src/flameup/json';
import type { Person } from '../../src/mapping/person';
import type { Run } from './run';

/** What a write did to a person, as far as it is known. */
export type WriteResult = 'created' | 'updated' | 'saved' | 'merged' | 'checked';

/** The choice between ten fields and everything. */
export const SIMPLIFY: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** Whether the user wants ten fields at most. */
export const simplifies = ({ parameters }: Run): boolean =>
	parameters.constant('simplify', 'Simplify') !== false;

/** The value of a field, wherever the reference or the guide of Flameup has it. */
function field(person: Json, name: string): unknown {
	if (name in person) return person[name];
	return isObject(person.traits) ? person.traits[name] : undefined;
}

function chosen(person: Json, names: readonly string[]): Record<string, unknown> {
	const entries = names.map((name) => [name, field(person, name)] as const);
	return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** A person who was read. */
export function readPerson(person: Json, simplify: boolean): IDataObject {
	if (!simplify) return person as IDataObject;
	const traits = person.attributes ?? person.traits;
	return {
		user_id: idOf(person),
		...chosen(person, ['email', 'first_name', 'last_name', 'phone', 'status']),
		...(traits !== undefined && { traits }),
		...chosen(person, ['created_at', 'updated_at', 'id']),
	} as IDataObject;
}

/** A person who was written, as Flameup's answer shows them, or only their ID when it does not. */
export function writtenPerson(
	user_id: string,
	result: WriteResult,
	shown: Json | undefined,
	simplify: boolean,
): IDataObject {
	if (shown === undefined) return { user_id, result };
	if (!simplify) return { user_id, result, ...(shown as IDataObject) };
	const names = ['email', 'first_name', 'last_name', 'status', 'created_at', 'updated_at', 'id'];
	return { user_id, result, ...(chosen(shown, names) as IDataObject) };
}

/** What would have been sent of a person. */
export const checkedPerson = ({ userId, ...others }: Person): IDataObject =>
	({ user_id: userId, result: 'checked' satisfies WriteResult, ...others }) as IDataObject;
