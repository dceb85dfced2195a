import type { INodeProperties } from 'n8n-workflow';
import { DryRunClient } from '../../../../src/flameup/dryRun';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { refusal } from '../../failure';
import { optionsParameter, PERSON_OPTIONS } from '../../options';
import { checkedPerson, outputParameters, writtenOutput, writtenPerson } from '../../personOutput';
import { createPersonReader } from '../../personReader';
import type { Run } from '../../run';

const show = { resource: ['person'], operation: ['create'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	...outputParameters(show),
	optionsParameter(show, ...PERSON_OPTIONS),
];

/** Creates people one by one; people who already exist are not changed. */
export const execute = rowByRow(prepare, {
	done: 'created',
	again: 'Run only the rows that are left, because Flameup may refuse people who already exist.',
});

async function prepare(run: Run): Promise<RowWork> {
	const { client, settings } = await connect(run);
	const reader = createPersonReader(run, settings);
	const creator = settings.dry_run ? new DryRunClient() : client;
	const output = writtenOutput(run);
	return {
		async act(row) {
			const { json, person } = reader.read(row);
			const written = await creator.createPerson(person.userId, json);
			if (written.refused) throw refusal(written.complaint, 'person');
			if (settings.dry_run) return [checkedPerson(person)];
			return [writtenPerson(person.userId, 'created', written.person, output)];
		},
		hint: reader.hint,
		warning: reader.warning,
		...(settings.dry_run && { done: 'checked, and not sent' }),
	};
}
