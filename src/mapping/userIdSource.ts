import type { KnownColumns } from './knownColumns';
import { type Listing, type Place, placesOf } from './listings';
import { USER_ID_NAMES } from './roles';

/** Where the user ID comes from: the first path with a value, or all paths joined. */
export interface UserIdSource {
	readonly paths: readonly (readonly string[])[];
	readonly joined: boolean;
	readonly from: 'setting' | 'primary key' | 'name' | 'nowhere';
	/** The usual name of its column. */
	readonly usualName?: string;
}

/** What the user ID's source is derived from. */
interface Clues {
	readonly listings: readonly Listing[];
	readonly primaryKey: readonly (readonly string[])[];
	readonly known: KnownColumns;
	readonly declared: KnownColumns;
	/** Whether it is declared, or one that records are known to have. */
	isExpected(column: string): boolean;
	isExcluded(column: string): boolean;
	/** The usual name by which an earlier record had its user ID. */
	readonly usualName: string | undefined;
}

/**
 * Finds the user ID: the columns in the setting, else the primary key, else a column with a usual name.
 * Excluded columns are never used.
 */
export function findUserId({
	declared,
	usualName,
	isExcluded,
	isExpected,
	known,
	listings,
	primaryKey,
}: Clues): UserIdSource {
	const named = listings.filter(({ setting }) => setting === 'user_id_columns');
	if (named.length > 0) {
		const paths = named
			.flatMap((listing) => {
				const places = placesOf(listing, known, declared);
				return places.length > 0 ? places : [asPlace(listing.listed)];
			})
			.filter(({ column }) => !isExcluded(column))
			.map(({ column, rest }) => [column, ...rest]);
		return { paths, joined: false, from: 'setting' };
	}
	const key = primaryKey.map(([head = '', ...rest]) => [known.find(head)[0] ?? head, ...rest]);
	if (key.length > 0 && !key.some(([head = '']) => isExcluded(head))) {
		return { paths: key, joined: key.length > 1, from: 'primary key' };
	}
	// The name must not change during a run, or records of one person would get another user ID.
	for (const name of usualName === undefined ? USER_ID_NAMES : [usualName]) {
		const usable = known.similar(name).filter((column) => !isExcluded(column));
		const own = usable.filter(isExpected);
		const [first, ...others] = own.length > 0 ? own : usable;
		const column = others.includes(name) ? name : first;
		if (column !== undefined) return byName(column, name);
	}
	return usualName === undefined
		? { paths: [], joined: false, from: 'nowhere' }
		: byName(usualName, usualName);
}

const byName = (column: string, usualName: string): UserIdSource => ({
	paths: [[column]],
	joined: false,
	from: 'name',
	usualName,
});

function asPlace(listed: string): Place {
	const [column = listed, ...rest] = listed.split('.');
	return { column, rest };
}
