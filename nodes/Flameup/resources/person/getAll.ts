import type { INodeProperties } from 'n8n-workflow';
import { readEverybody } from '../../../../src/flameup/paging';
import { connect } from '../../connection';
import { type RowWork, rowByRow } from '../../eachRow';
import { invalidParameter, refusal } from '../../failure';
import { optionsParameter, PACE_OPTIONS } from '../../options';
import type { Parameters, Read } from '../../parameters';
import { readPerson, SIMPLIFY, simplifies } from '../../personOutput';
import type { Run } from '../../run';

const show = { resource: ['person'], operation: ['getAll'] };

/** The parameters of this operation alone. */
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
export const execute = rowByRow(prepare, {
	done: 'answered',
	again: 'Running the workflow again is safe.',
	onlyReads: true,
});

async function prepare(run: Run): Promise<RowWork> {
	const { client } = await connect(run);
	const readLimit = limitReader(run.parameters);
	const readStatus = run.parameters.each('filters.status', 'Status');
	const simplify = simplifies(run);
	const asked = new Set<string>();
	let isUnsure = false;
	return {
		async act(row) {
			const limit = readLimit(row);
			const status = readStatus(row);
			const key = JSON.stringify([String(limit), status]);
			if (asked.has(key)) return [];
			asked.add(key);
			const filter = typeof status === 'string' && status !== '' ? { status } : {};
			const read = await readEverybody(client, filter, limit);
			if ('refused' in read) throw refusal(read.complaint, 'request');
			isUnsure ||= read.isUnsure;
			return Array.from(read.people, (person) => readPerson(person, simplify));
		},
		hint: () => (isUnsure ? UNSURE : undefined),
	};
}

/** How many people a row asks for. */
function limitReader(parameters: Parameters): Read<number> {
	const readAll = parameters.each('returnAll', 'Return All');
	const readLimit = parameters.each('limit', 'Limit');
	return (row) => {
		if (readAll(row) === true) return Number.POSITIVE_INFINITY;
		const limit = Math.floor(Number(readLimit(row) ?? 50));
		if (limit >= 1) return limit;
		throw invalidParameter(
			'"Limit" is not a number above 0',
			'Enter a whole number, or turn on "Return All".',
		);
	};
}

const UNSURE =
	'People were added, changed or deleted while they were read, so a few may be missing or out of date. Run the workflow again to be sure.';
