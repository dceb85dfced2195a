import type { INodeProperties } from 'n8n-workflow';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { refusal } from '../../failure';
import { notFound, personLocator, personToFind } from '../../findBy';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { outputParameters, readOutput, readPerson } from '../../personOutput';
import type { Run } from '../../run';

const show = { resource: ['person'], operation: ['get'] };

/** The parameters of this operation alone. */
export const properties: readonly INodeProperties[] = [
	personLocator(show),
	...outputParameters(show),
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Reads one person for each row. */
export const execute = rowByRow(prepare, {
	done: 'read',
	again: 'Running the workflow again is safe.',
	onlyReads: true,
});

async function prepare(run: Run): Promise<RowWork> {
	const { client, settings } = await connect(run);
	const { key, read } = personToFind(run, settings);
	const output = readOutput(run);
	return {
		async act(row) {
			const value = read(row);
			const found = await client.findPerson(key, value);
			if (found.refused) throw refusal(found.complaint, 'request');
			if (found.person === undefined) throw notFound(key);
			return [readPerson(found.person, output)];
		},
	};
}
