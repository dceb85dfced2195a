import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { Json } from '../../src/flameup/json';
import { type ReadPage, readPages } from '../../src/flameup/paging';
import type { RowWork } from './eachRow';
import { invalidParameter, refusal } from './failure';
import { isEmpty, type Parameters, type Read } from './parameters';
import type { Run } from './run';

const LIMIT = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
} as const satisfies INodeProperties;

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
	{ ...LIMIT, displayOptions: { show: { ...show, returnAll: [false] } } },
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

/** Reads a list; rows that ask for the same share one answer. */
export function readMany<Filter>(run: Run, list: List<Filter>): RowWork {
	const readLimit = limitReader(run.parameters);
	const answers = new Map<string, ReturnType<typeof readPages>>();
	let isUnsure = false;
	return {
		async act(row) {
			const limit = readLimit(row);
			const filter = list.readFilter(row);
			const key = JSON.stringify([String(limit), filter]);
			const earlier = answers.get(key);
			const answer =
				earlier ?? readPages((size, offset) => list.readPage(filter, size, offset), limit);
			answers.set(key, answer);
			const found = await answer;
			if ('refused' in found) throw refusal(found.complaint, 'request');
			isUnsure ||= found.isUnsure;
			const items = found.items.map(list.show);
			// Items of different rows must not share what a later node may change.
			return earlier === undefined ? items : structuredClone(items);
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
	const isLimited = parameters.raw('limit') !== undefined;
	return (row) => {
		const returnsAll = readAll(row);
		if (returnsAll === true) return Number.POSITIVE_INFINITY;
		if (returnsAll !== false && parameters.raw('returnAll') !== undefined) {
			throw invalidParameter('"Return All" is neither true nor false', 'Correct its expression.');
		}
		const limit = isLimited ? readLimit(row) : LIMIT.default;
		const number = typeof limit === 'string' && limit.trim() !== '' ? Number(limit) : limit;
		if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 1) return number;
		throw invalidParameter(
			'"Limit" is not a whole number above 0',
			'Enter a whole number, or turn on "Return All".',
		);
	};
}

/** One filter: its name in the node, and how its value is read from a path. */
interface Filter {
	readonly name: string;
	readonly label: string;
	reader(path: string, label: string): Read<string | undefined>;
}

/** The values of the filters that were added, by Flameup's names. Throws a Failure for one without a value. */
export function filterReader<Name extends string>(
	parameters: Parameters,
	filters: Readonly<Record<Name, Filter>>,
): Read<{ [One in Name]?: string }> {
	const added = Object.entries<Filter>(filters)
		.map(([key, { label, name, reader }]) => ({ key, label, path: `filters.${name}`, reader }))
		.filter(({ path }) => parameters.raw(path) !== undefined)
		.map(({ key, label, path, reader }) => {
			const read = reader(path, label);
			const readGiven = parameters.each(path, label);
			return (row: number) => {
				if (!isEmpty(readGiven(row))) return [key, read(row)];
				throw invalidParameter(`The filter "${label}" is empty`, 'Remove it, or give it a value.');
			};
		});
	return (row) => Object.fromEntries(added.map((read) => read(row))) as { [One in Name]?: string };
}
