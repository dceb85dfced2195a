import { looseName } from '../settings/names';

/** A standard field of a person. */
export type Role =
	| 'email'
	| 'phone'
	| 'first_name'
	| 'last_name'
	| 'avatar_url'
	| 'timezone'
	| 'locale';

/**
 * The usual column names of each standard field, most likely first. They are compared as `looseName` does,
 * and listed in the documentation.
 */
export const ALIASES: Readonly<Record<Role, readonly string[]>> = {
	email: ['email', 'email_address', 'mail', 'primary_email'],
	phone: ['phone', 'phone_number', 'telephone', 'mobile', 'mobile_phone'],
	first_name: ['first_name', 'given_name', 'forename', 'fname'],
	last_name: ['last_name', 'family_name', 'surname', 'lname'],
	avatar_url: ['avatar_url', 'avatar', 'photo_url'],
	timezone: ['timezone', 'tz'],
	locale: ['locale'],
};

/** The usual column names of a standard field, compared loosely. */
export const aliasesOf = (role: Role): readonly string[] => ALIASES[role];

/** All standard fields. */
export const ROLES = Object.keys(ALIASES) as Role[];

const LOOSE_ALIASES = new Map(ROLES.map((role) => [role, ALIASES[role].map(looseName)]));

/** Columns used for the user ID if neither a setting nor a primary key names one, most likely first. */
export const USER_ID_NAMES = ['user_id', 'external_id', 'id'];

/** Whether a trait is a standard field. */
export const isRole = (name: string): name is Role => ROLES.some((role) => role === name);

/** How well a column's name fits a standard field: 0 is best, Infinity not at all; an exact name wins. */
export function rankByName(column: string, role: Role): number {
	const place = LOOSE_ALIASES.get(role)?.indexOf(looseName(column)) ?? -1;
	if (place < 0) return Number.POSITIVE_INFINITY;
	return column === role ? place : place + 0.5;
}

/** Whether the column is one that Airbyte adds for its own use. */
export const isBookkeeping = (column: string): boolean => /^_(?:airbyte|ab)_/i.test(column);
