import type { INodeProperties } from 'n8n-workflow';
import { idOf } from '../../../../src/flameup/answers';
import { createApi } from '../../../../src/flameup/api';
import { connect } from '../../connection';
import { Failure } from '../../failure';
import { findParameters, notFound, personSought } from '../../find';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { SIMPLIFY, simplifies, writtenPerson } from '../../people';
import { fromRefusal } from '../../refusal';
import { eachRow } from '../../rows';
import type { Done, Run } from '../../run';
import { rows } from '../../summary';
import { assignedValues, jsonValues } from '../../values';

const show = { resource: ['person'], operation: ['updateTraits'] };

export const properties: readonly INodeProperties[] = [
	...findParameters('updateTraits'),
	{
		displayName: 'Traits',
		name: 'traits',
		type: 'assignmentCollection',
		default: {},
		description:
			'The traits that get a new value; all others stay as they are. Drag fields from the input here, or add them by name.',
		displayOptions: { show },
	},
	{ ...SIMPLIFY, displayOptions: { show } },
	optionsParameter(show, ...PACE_OPTIONS, {
		displayName: 'Traits (JSON)',
		name: 'traitsJson',
		type: 'json',
		default: '{}',
		description:
			'More traits as an object, for names and nested values that are not known beforehand',
	}),
];

/** Changes some traits of one person for each row. */
export async function execute(run: Run): Promise<Done> {
	const { parameters, results } = run;
	const connection = await connect(run);
	if (connection instanceof Failure) {
		results.failRest(connection);
		return { progress: 'Nobody was updated.' };
	}
	const api = createApi(connection.client);
	const { key, read } = personSought(run);
	const readTraits = assignedValues(parameters, 'traits', 'Traits');
	const readJson = jsonValues(parameters, 'options.traitsJson', 'Traits (JSON)');
	const simplify = simplifies(run);
	await eachRow(run, async (row) => {
		const value = read(row);
		if (value instanceof Failure) return value;
		const json = readJson(row);
		if (json instanceof Failure) return json;
		const traits = readTraits(row);
		if (traits instanceof Failure) return traits;
		const all = { ...json, ...traits };
		if (Object.keys(all).length === 0) return NO_TRAITS;
		const updated = await api.updateTraits(key, value, JSON.stringify(all));
		if (updated.refused) return fromRefusal(updated, 'the traits', value);
		if (updated.person === undefined) return notFound(key);
		const userId = String(idOf(updated.person) ?? value);
		return [writtenPerson(userId, 'updated', updated.person, simplify)];
	});
	return {
		progress: `${rows(results.succeeded)} had been updated before this. Running the workflow again is safe.`,
	};
}

const NO_TRAITS = new Failure({
	code: 'invalid_parameter',
	title: 'Traits: There are none',
	hint: 'Add at least one trait that is to change.',
});
