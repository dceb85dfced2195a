import { looseName } from '../settings/names';
import type { Mapping } from '../settings/settings';

/** A setting that names columns. */
export type ColumnSetting =
	| 'user_id_columns'
	| 'email_column'
	| 'only_columns'
	| 'exclude_columns'
	| 'rename';

/** A place inside a column: no rest means the column itself. */
export interface Place {
	readonly column: string;
	readonly rest: readonly string[];
}

/** One name that a setting lists: a column, or a path such as address.city. */
export interface Listing {
	readonly setting: ColumnSetting;
	readonly listed: string;
	/** The name that the column is to have in Flameup. */
	readonly trait?: string;
	/** The columns that it means, as far as they are known. */
	places: readonly Place[];
	/** A record had a value there; only followed for paths. */
	wasSeen: boolean;
}

/** All names that the settings list. */
export function listingsOf(mapping: Mapping): Listing[] {
	const listing = (setting: ColumnSetting, listed: string, trait?: string): Listing => ({
		setting,
		listed,
		...(trait !== undefined && { trait }),
		places: [],
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

/** The key of an object that a path names: exactly, or else loosely. */
export function findKey(object: object, key: string): string | undefined {
	if (Object.hasOwn(object, key)) return key;
	const loose = looseName(key);
	return Object.keys(object).find((other) => looseName(other) === loose);
}
