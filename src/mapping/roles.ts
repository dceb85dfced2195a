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

/** The usual column names of each standard field in the form of `looseName`, most likely first. */
const ALIASES: Readonly<Record<Role, readonly string[]>> = {
	email: ['email', 'emailaddress', 'mail', 'primaryemail'],
	phone: ['phone', 'phonenumber', 'telephone', 'mobile', 'mobilephone'],
	first_name: ['firstname', 'givenname', 'forename', 'fname'],
	last_name: ['lastname', 'familyname', 'surname', 'lname'],
	avatar_url: ['avatarurl', 'avatar', 'photourl'],
	timezone: ['timezone', 'tz'],
	locale: ['locale'],
};

/** The usual column names of a standard field, compared loosely. */
export const aliasesOf = (role: Role): readonly string[] => ALIASES[role];

/** All standard fields. */
export const ROLES = Object.keys(ALIASES) as Role[];

/** Columns used for the user ID if neither a setting nor a primary key names one, most likely first. */
export const USER_ID_NAMES = ['user_id', 'external_id', 'id'];

/** Whether a trait is a standard field. */
export const isRole = (name: string): name is Role => ROLES.some((role) => role === name);

/** How well a column's name fits a standard field: 0 is best, Infinity not at all; an exact name wins. */
export function rankByName(column: string, role: Role): number {
	const place = ALIASES[role].indexOf(looseName(column));
	if (place < 0) return Number.POSITIVE_INFINITY;
	return column === role ? place : place + 0.5;
}

/** Whether the column is one that Airbyte adds for its own use. */
export const isBookkeeping = (column: string): boolean => /^_(?:airbyte|ab)_/i.test(column);
