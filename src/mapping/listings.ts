import { looseName } from '../settings/names';
import type { Mapping } from '../settings/settings';
import type { KnownColumns } from './knownColumns';

/** A setting that names columns. */
export type ColumnSetting =
	| 'user_id_columns'
	| 'email_column'
	| 'only_columns'
	| 'exclude_columns'
	| 'rename';

/** A column, or a path inside it (`rest`). */
export interface Place {
	readonly column: string;
	readonly rest: readonly string[];
}

/** One name in a setting: a column, or a path such as address.city. */
export interface Listing {
	readonly setting: ColumnSetting;
	readonly listed: string;
	/** The new name, for a renamed column. */
	readonly trait?: string;
	/** Whether a record had a value there; kept up only for paths. */
	wasSeen: boolean;
}

/** All names in the mapping settings. */
export function listingsOf(mapping: Mapping): Listing[] {
	const listing = (setting: ColumnSetting, listed: string, trait?: string): Listing => ({
		setting,
		listed,
		...(trait !== undefined && { trait }),
		wasSeen: false,
	});
	return [
		...mapping.user_id_columns.map((name) => listing('user_id_columns', name)),
		...(mapping.email_column === '' ? [] : [listing('email_column', mapping.email_column)]),
		...mapping.only_columns.map((name) => listing('only_columns', name)),
		...mapping.exclude_columns.map((name) => listing('exclude_columns', name)),
		...mapping.rename.map(({ column, trait }) => listing('rename', column, trait)),
	];
}

/**
 * The places that a listing names: a name with dots is a column, or else a path inside one. The exact name
 * wins, but an exclusion applies to every similar name; only two declared columns are told apart.
 */
export function placesOf(
	{ listed, setting }: Listing,
	known: KnownColumns,
	declared: KnownColumns,
): Place[] {
	const keys = listed.split('.');
	const all = keys
		.map((_, i) => keys.length - i)
		.map((length) => {
			const name = keys.slice(0, length).join('.');
			const columns =
				setting === 'exclude_columns' ? toLeaveOut(name, known, declared) : known.find(name);
			return columns.map((column) => ({ column, rest: keys.slice(length) }));
		});
	return setting === 'exclude_columns'
		? all.flat()
		: (all.find((places) => places.length > 0) ?? []);
}

const toLeaveOut = (name: string, known: KnownColumns, declared: KnownColumns): string[] =>
	known
		.similar(name)
		.filter((column) => column === name || !declared.has(name) || !declared.has(column));

/** The key of an object that a step of a path names: exactly, or else loosely. */
export function findKey(object: object, key: string): string | undefined {
	if (Object.hasOwn(object, key)) return key;
	const loose = looseName(key);
	return Object.keys(object).find((other) => looseName(other) === loose);
}
