import type { KnownColumns } from './knownColumns';
import type { Listing, Place } from './listings';
import { USER_ID_NAMES } from './roles';

/** Where the user ID comes from: the first path with a value, or all paths joined. */
export interface UserIdSource {
	readonly paths: readonly (readonly string[])[];
	readonly joined: boolean;
	readonly from: 'setting' | 'primary key' | 'name' | 'nowhere';
}

/** What the user ID's source is derived from. */
interface Clues {
	readonly listings: readonly Listing[];
	readonly primaryKey: readonly (readonly string[])[];
	readonly known: KnownColumns;
	isExcluded(column: string): boolean;
	/** The result of the previous search. */
	readonly before: UserIdSource;
}

/**
 * Finds the user ID: the columns in the setting, else the primary key, else a column with a usual name.
 * Excluded columns are never used.
 */
export function findUserId({
	before,
	isExcluded,
	known,
	listings,
	primaryKey,
}: Clues): UserIdSource {
	const named = listings.filter(({ setting }) => setting === 'user_id_columns');
	if (named.length > 0) {
		const paths = named
			.flatMap(({ listed, places }) => (places.length > 0 ? places : [asPlace(listed)]))
			.filter(({ column }) => !isExcluded(column))
			.map(({ column, rest }) => [column, ...rest]);
		return { paths, joined: false, from: 'setting' };
	}
	const key = primaryKey.map(([head = '', ...rest]) => [known.find(head)[0] ?? head, ...rest]);
	if (key.length > 0 && !key.some(([head = '']) => isExcluded(head))) {
		return { paths: key, joined: key.length > 1, from: 'primary key' };
	}
	// The column must not change during a run, or records of one person would get another user ID.
	if (before.from === 'name') return before;
	for (const name of USER_ID_NAMES) {
		const usable = known.similar(name).filter((column) => !isExcluded(column));
		const column = usable.includes(name) ? name : usable[0];
		if (column !== undefined) return { paths: [[column]], joined: false, from: 'name' };
	}
	return { paths: [], joined: false, from: 'nowhere' };
}

function asPlace(listed: string): Place {
	const [column = listed, ...rest] = listed.split('.');
	return { column, rest };
}
