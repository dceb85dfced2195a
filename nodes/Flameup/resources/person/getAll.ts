import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { type Api, createApi, type PeopleFilter } from '../../../../src/flameup/api';
import { readEverybody } from '../../../../src/flameup/paging';
import { connect } from '../../connection';
import { Failure } from '../../failure';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import { readPerson, SIMPLIFY, simplifies } from '../../people';
import { fromRefusal } from '../../refusal';
import { eachRow } from '../../rows';
import type { Done, Run } from '../../run';
import { rows } from '../../summary';

const show = { resource: ['person'], operation: ['getAll'] };

export const properties: readonly INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { ...show, returnAll: [false] } },
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [
			{
				displayName: 'Status',
				name: 'status',
				type: 'options',
				options: [
					{ name: 'Active', value: 'active' },
					{ name: 'Bounced', value: 'bounced' },
					{ name: 'Unsubscribed', value: 'unsubscribed' },
				],
				default: 'active',
				description: 'Only people with this status',
			},
		],
		displayOptions: { show },
	},
	{ ...SIMPLIFY, displayOptions: { show } },
	optionsParameter(show, ...PACE_OPTIONS),
];

/** Reads many people; rows that ask for the same are answered once, with the first of them. */
export async function execute(run: Run): Promise<Done> {
	const { parameters, results } = run;
	const connection = await connect(run);
	if (connection instanceof Failure) {
		results.failRest(connection);
		return { progress: 'Nothing was read.' };
	}
	const api = createApi(connection.client);
	const readAll = parameters.each('returnAll', 'Return All');
	const readLimit = parameters.each('limit', 'Limit');
	const readStatus = parameters.each('filters.status', 'Status');
	const simplify = simplifies(run);
	const asked = new Set<string>();
	const unsure = new Set<number>();
	await eachRow(run, async (row) => {
		const values = [readAll(row), readLimit(row), readStatus(row)];
		for (const value of values) if (value instanceof Failure) return value;
		const [all, given, status] = values;
		const limit = all === true ? Number.POSITIVE_INFINITY : Number(given ?? 50);
		if (Number.isNaN(limit) || limit < 1) return BAD_LIMIT;
		const key = JSON.stringify([String(limit), status]);
		if (asked.has(key)) return [];
		asked.add(key);
		const filter = typeof status === 'string' && status !== '' ? { status } : {};
		const read = await everybody(api, filter, Math.floor(limit), simplify);
		if (read instanceof Failure) return read;
		if (read.isUnsure) unsure.add(row);
		return read.people;
	});
	return {
		progress: `${rows(results.succeeded)} had been answered before this. Running the workflow again is safe.`,
		...(unsure.size > 0 && { hint: UNSURE }),
	};
}

async function everybody(api: Api, filter: PeopleFilter, limit: number, simplify: boolean) {
	const read = await readEverybody(api, filter, limit);
	if ('refused' in read) return fromRefusal(read, 'the request', '');
	const people: IDataObject[] = [];
	for (const person of read.people) people.push(readPerson(person, simplify));
	return { people, isUnsure: read.isUnsure };
}

const BAD_LIMIT = new Failure({
	code: 'invalid_parameter',
	title: 'Limit: The value is not a number above 0',
	hint: 'Enter a whole number, or turn on Return All.',
});

const UNSURE =
	'People were added, changed or deleted while they were read, so a few may be missing or out of date. Run the workflow again to be sure.';
