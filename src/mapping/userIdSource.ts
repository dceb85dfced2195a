import type { KnownColumns } from './knownColumns';
import type { Listing, Place } from './listings';
import { USER_ID_NAMES } from './roles';

/** Where the user ID is: the first path with a value, or all of them joined. */
export interface UserIdSource {
	readonly paths: readonly (readonly string[])[];
	readonly joined: boolean;
	readonly from: 'setting' | 'primary key' | 'name' | 'nowhere';
}

/** What the search for the user ID goes by. */
interface Clues {
	readonly listings: readonly Listing[];
	readonly primaryKey: readonly (readonly string[])[];
	readonly known: KnownColumns;
	isExcluded(column: string): boolean;
	/** Where it was found before. */
	readonly before: UserIdSource;
}

/** The columns that the user named, else the primary key, else a column with a usual name; never an excluded one. */
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
	// One that was found once stays: records must not change their person because a column turns up.
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
