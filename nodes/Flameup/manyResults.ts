import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Json } from '../../src/flameup/json';
import { type ReadPage, readPages } from '../../src/flameup/paging';
import type { RowWork } from './eachRow';
import { invalidParameter, refusal } from './failure';
import type { Parameters, Read } from './parameters';
import type { Run } from './run';

/** The parameters that say how many results there are at most. */
export const limitParameters = (show: Record<string, string[]>): INodeProperties[] => [
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
];

/** The parameter Filters. */
export const filtersParameter = (
	show: Record<string, string[]>,
	...options: INodeProperties[]
): INodeProperties => ({
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options,
	displayOptions: { show },
});

/** How the rows of such an operation are spoken of. */
export const ANSWERED = {
	done: 'answered',
	again: 'Running the workflow again is safe.',
	onlyReads: true,
};

/** A list in Flameup. */
interface List<Filter> {
	/** What is listed, such as People. */
	readonly name: string;
	readonly readFilter: Read<Filter>;
	readPage(filter: Filter, limit: number, offset: number): ReturnType<ReadPage>;
	/** What comes out for one of them. */
	show(item: Json): IDataObject;
}

/** Reads a list; rows that ask for the same are answered once, with the first of them. */
export function readMany<Filter>(run: Run, list: List<Filter>): RowWork {
	const readLimit = limitReader(run.parameters);
	const asked = new Set<string>();
	let isUnsure = false;
	return {
		async act(row) {
			const limit = readLimit(row);
			const filter = list.readFilter(row);
			const key = JSON.stringify([String(limit), filter]);
			if (asked.has(key)) return [];
			asked.add(key);
			const found = await readPages((size, offset) => list.readPage(filter, size, offset), limit);
			if ('refused' in found) throw refusal(found.complaint, 'request');
			isUnsure ||= found.isUnsure;
			return Array.from(found.items, list.show);
		},
		hint: () =>
			isUnsure
				? `${list.name} were added, changed or deleted while they were read, so a few may be missing or out of date. Run the workflow again to be sure.`
				: undefined,
	};
}

/** How many results a row asks for. */
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
