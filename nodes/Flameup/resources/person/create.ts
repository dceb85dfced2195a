import type { INodeProperties } from 'n8n-workflow';
import { isObject } from '../../../../src/flameup/answers';
import { createClient } from '../../../../src/flameup/client';
import { createDryClient } from '../../../../src/flameup/dryRun';
import { connect } from '../../connection';
import { Failure } from '../../failure';
import { optionsParameter, PERSON_OPTIONS } from '../../options';
import { checkedPerson, SIMPLIFY, simplifies, writtenPerson } from '../../people';
import { personReader, readRecords } from '../../records';
import { fromRefusal } from '../../refusal';
import { eachRow, orFailure } from '../../rows';
import type { Done, Run } from '../../run';
import { rows } from '../../summary';

const show = { resource: ['person'], operation: ['create'] };

export const properties: readonly INodeProperties[] = [
	{ ...SIMPLIFY, displayOptions: { show } },
	optionsParameter(show, ...PERSON_OPTIONS),
];

/** Creates people one by one; who is there already is left alone. */
export async function execute(run: Run): Promise<Done> {
	const { results } = run;
	const prepared = await orFailure(() => prepare(run));
	if (prepared instanceof Failure) results.failRest(prepared);
	else await eachRow(run, prepared);
	return {
		progress: `${rows(results.succeeded)} had been created before this. Running the workflow again is safe: people who are there already are refused, not changed.`,
	};
}

async function prepare(run: Run) {
	const records = readRecords(run);
	if (records instanceof Failure) return new Failure({ ...records.details, endsRun: true });
	const connection = await connect(run, records.mapping);
	if (connection instanceof Failure) return connection;
	const { client: options, settings } = connection;
	const readPerson = personReader(records, settings);
	const client = settings.dry_run ? createDryClient() : createClient(options);
	const simplify = simplifies(run);

	return async (row: number) => {
		const mapped = readPerson(row);
		if (mapped instanceof Failure) return mapped;
		const { userId } = mapped.person;
		const written = await client.createPerson(mapped.json);
		if (written.refused) return fromRefusal(written, 'the person', userId);
		if (settings.dry_run) return [checkedPerson(mapped.person)];
		const shown = isObject(written.person) ? written.person : undefined;
		return [writtenPerson(userId, 'created', shown, simplify)];
	};
}
