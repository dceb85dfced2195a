import type { INodeProperties } from 'n8n-workflow';
import { createApi } from '../../../../src/flameup/api';
import { connect } from '../../connection';
import { Failure } from '../../failure';
import { findParameters, notFound, personSought } from '../../find';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { readPerson, SIMPLIFY, simplifies } from '../../people';
import { fromRefusal } from '../../refusal';
import { eachRow } from '../../rows';
import type { Done, Run } from '../../run';
import { rows } from '../../summary';

const show = { resource: ['person'], operation: ['get'] };

export const properties: readonly INodeProperties[] = [
	...findParameters('get'),
	{ ...SIMPLIFY, displayOptions: { show } },
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Reads one person for each row. */
export async function execute(run: Run): Promise<Done> {
	const { results } = run;
	const connection = await connect(run);
	if (connection instanceof Failure) {
		results.failRest(connection);
		return { progress: 'Nothing was read.' };
	}
	const api = createApi(connection.client);
	const { key, read } = personSought(run);
	const simplify = simplifies(run);
	await eachRow(run, async (row) => {
		const value = read(row);
		if (value instanceof Failure) return value;
		const found = await api.findPerson(key, value);
		if (found.refused) return fromRefusal(found, 'the request', value);
		return found.person === undefined ? notFound(key) : [readPerson(found.person, simplify)];
	});
	return { progress: `${rows(results.succeeded)} had been read before this.` };
}
