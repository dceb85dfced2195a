import type { INodeProperties } from 'n8n-workflow';
import { idOf } from '../../../../src/flameup/answers';
import { TraitUpdates } from '../../../../src/flameup/traitUpdates';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { invalidParameter, refusal } from '../../failure';
import { notFound, personLocator, personToFind } from '../../findBy';
import { assignedValues, jsonValues, withoutEmail } from '../../namedValues';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { changedOutput, outputParameters, writtenPerson } from '../../personOutput';
import type { Run } from '../../run';

const show = { resource: ['person'], operation: ['updateTraits'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	personLocator(show),
	{
		displayName: 'Traits',
		name: 'traits',
		type: 'assignmentCollection',
		default: {},
		description:
			'The traits that get a new value; all others stay as they are. Drag fields from the input here, or add them by name.',
		displayOptions: { show },
	},
	...outputParameters(show),
	optionsParameter(show, ...PACE_OPTIONS, {
		displayName: 'Traits (JSON)',
		name: 'traitsJson',
		type: 'json',
		default: '{}',
		description:
			'More traits as an object, for names and nested values that are not known beforehand',
	}),
];

const NO_EMAIL =
	'Traits cannot change the email address. Use "Create or Update", with the field "Email".';

/** Changes some traits of one person for each row. */
export const execute = rowByRow(prepare, {
	done: 'updated',
	again: 'Running the workflow again is safe.',
});

async function prepare(run: Run): Promise<RowWork> {
	const { parameters } = run;
	const { client, settings } = await connect(run);
	const { key, read } = personToFind(run, settings);
	const traits = assignedValues(parameters, 'traits', 'Traits');
	const json = jsonValues(parameters, 'options.traitsJson', 'Traits (JSON)');
	const readTraits = withoutEmail(traits, 'Traits', NO_EMAIL);
	const readJson = withoutEmail(json, 'Traits (JSON)', NO_EMAIL);
	const output = changedOutput(run);
	const updates = new TraitUpdates(client, key, run.items.length);
	return {
		async act(row) {
			const value = read(row);
			const traits = { ...readJson(row), ...readTraits(row) };
			if (Object.keys(traits).length === 0) {
				throw invalidParameter('"Traits" has no traits', 'Add at least one trait.');
			}
			const updated = await updates.update(value, JSON.stringify(traits));
			if (updated.refused) throw refusal(updated.complaint, 'traits');
			if (!updated.exists) throw notFound(key);
			const userId = String((updated.person && idOf(updated.person)) ?? value);
			return [writtenPerson(userId, 'updated', updated.person, output)];
		},
	};
}
