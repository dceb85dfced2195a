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

/** The usual names of each standard field, most likely first, as `looseName` has them. */
const ALIASES: Readonly<Record<Role, readonly string[]>> = {
	email: ['email', 'emailaddress', 'mail', 'primaryemail'],
	phone: ['phone', 'phonenumber', 'telephone', 'mobile', 'mobilephone'],
	first_name: ['firstname', 'givenname', 'forename', 'fname'],
	last_name: ['lastname', 'familyname', 'surname', 'lname'],
	avatar_url: ['avatarurl', 'avatar', 'photourl'],
	timezone: ['timezone', 'tz'],
	locale: ['locale'],
};

/** All standard fields. */
export const ROLES = Object.keys(ALIASES) as Role[];

/** Columns that are taken for the user ID where nothing else says which, most likely first. */
export const USER_ID_NAMES = ['user_id', 'external_id', 'id'];

/** Whether a trait is a standard field. */
export const isRole = (name: string): name is Role => ROLES.some((role) => role === name);

/** How well a column's name suits a standard field: 0 is best, Infinity not at all; an exact name wins. */
export function rankByName(column: string, role: Role): number {
	const place = ALIASES[role].indexOf(looseName(column));
	if (place < 0) return Number.POSITIVE_INFINITY;
	return column === role ? place : place + 0.5;
}

/** Whether Airbyte added the column for itself. */
export const isBookkeeping = (column: string): boolean => /^_(?:airbyte|ab)_/i.test(column);
