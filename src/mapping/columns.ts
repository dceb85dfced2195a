import { ConfigError } from '../errors';
import { type Mapping, normalized } from '../settings/settings';

/** What becomes of a column: the email address, the phone number, a trait of this name, or nothing. */
export type Target =
	| { readonly to: 'trait'; readonly name: string; readonly asText: boolean }
	| { readonly to: 'email' | 'phone' | 'nothing' };

type Role = 'email' | 'phone' | 'first_name' | 'last_name' | 'avatar_url' | 'timezone' | 'locale';

/** The usual names of each standard field, most likely first, as `normalized` has them. */
const ALIASES: Readonly<Record<Role, readonly string[]>> = {
	email: ['email', 'emailaddress', 'mail', 'primaryemail'],
	phone: ['phone', 'phonenumber', 'telephone', 'mobile', 'mobilephone'],
	first_name: ['firstname', 'givenname', 'forename', 'fname'],
	last_name: ['lastname', 'familyname', 'surname', 'lname'],
	avatar_url: ['avatarurl', 'avatar', 'photourl'],
	timezone: ['timezone', 'tz'],
	locale: ['locale'],
};
const ROLES = Object.keys(ALIASES) as Role[];
const isRole = (name: string): name is Role => ROLES.some((role) => role === name);

const USER_ID_ALIASES = ['userid', 'externalid', 'id'];

/** Columns that Airbyte adds for itself. */
const BOOKKEEPING = /^_(?:airbyte|ab)_/i;

/** Where the user ID is: the first path with a value, or all of them joined. */
export interface UserIdSource {
	readonly paths: readonly (readonly string[])[];
	readonly joined: boolean;
}

/** How the columns of one stream are understood; each name is resolved once. */
export interface Columns {
	target(column: string): Target;
	readonly userId: UserIdSource;
	/** One sentence for the log. */
	describe(): string;
}

/** Records whose columns are never the same would fill the memory with their names. */
const MOST_COLUMNS = 10_000;

const NOTHING: Target = { to: 'nothing' };

/**
 * Resolves the columns that the source declares (or that its first record has). A column that turns up
 * later gets a standard field only where none has it yet. Throws ConfigError for settings that clash.
 */
export function resolveColumns(
	mapping: Mapping,
	declared: readonly string[],
	primaryKey: readonly (readonly string[])[],
	phoneIsTrait: boolean,
): Columns {
	const holders = new Map<Role, string>();
	const targets = new Map<string, Target>();
	const traitColumns = new Map<string, string>();
	const names = (listed: string, column: string) =>
		listed === column || normalized(listed) === normalized(column);
	const lists = (list: readonly string[], column: string) =>
		list.some((listed) => names(listed, column));
	const renamed = (column: string) =>
		(
			mapping.rename.find((entry) => entry.column === column) ??
			mapping.rename.find((entry) => names(entry.column, column))
		)?.trait;
	const isLeftOut = (column: string) =>
		BOOKKEEPING.test(column) || lists(mapping.exclude_columns, column);

	const userId = findUserId();
	/** The one column that is the user ID, and so is not a trait as well. */
	const onlyIdColumn =
		userId.paths.length === 1 && userId.paths[0]?.length === 1 ? userId.paths[0][0] : undefined;

	/** How well a column suits a role: 0 is best, Infinity not at all. */
	function rank(column: string, role: Role): number {
		const wish = renamed(column);
		if (wish !== undefined) return wish === role ? -1 : Number.POSITIVE_INFINITY;
		if (role === 'email' && mapping.email_column !== '') {
			return names(mapping.email_column, column) ? 0 : Number.POSITIVE_INFINITY;
		}
		const place = ALIASES[role].indexOf(normalized(column));
		if (place < 0) return Number.POSITIVE_INFINITY;
		return column === role ? place : place + 0.5;
	}

	function isSent(column: string, role?: Role): boolean {
		if (isLeftOut(column)) return false;
		return (
			role === 'email' || mapping.only_columns.length === 0 || lists(mapping.only_columns, column)
		);
	}

	function findUserId(): UserIdSource {
		const usable = declared.filter((column) => !BOOKKEEPING.test(column));
		const find = (wish: string) =>
			usable.find((column) => column === wish) ?? usable.find((column) => names(wish, column));
		if (mapping.user_id_columns.length > 0) {
			const found = mapping.user_id_columns.map((wish) => {
				const [head = wish, ...rest] = wish.split('.');
				const column = find(wish);
				return column === undefined ? [find(head), ...rest] : [column];
			});
			const paths = found.filter((path): path is string[] => path[0] !== undefined);
			if (paths.length > 0) return { paths, joined: false };
			if (declared.length > 0) {
				throw new ConfigError(
					`None of the columns in user_id_columns (${mapping.user_id_columns.join(', ')}) exists. The columns are ${declared.join(', ')}.`,
				);
			}
		}
		if (primaryKey.length > 0) return { paths: primaryKey, joined: primaryKey.length > 1 };
		for (const alias of USER_ID_ALIASES) {
			const column = usable.find((name) => normalized(name) === alias && !isLeftOut(name));
			if (column !== undefined) return { paths: [[column]], joined: false };
		}
		return { paths: [], joined: false };
	}

	function giveRoles(columns: readonly string[]): void {
		for (const role of ROLES) {
			if (holders.has(role)) continue;
			const best = columns
				.filter((column) => rank(column, role) < Number.POSITIVE_INFINITY && isSent(column, role))
				.sort((a, b) => rank(a, role) - rank(b, role))[0];
			if (best !== undefined) holders.set(role, best);
		}
	}

	function resolve(column: string): Target {
		const role = ROLES.find((name) => holders.get(name) === column);
		if (role === 'email') return { to: 'email' };
		const wish = renamed(column);
		if (column === onlyIdColumn && role === undefined && wish === undefined) return NOTHING;
		if (!isSent(column)) return NOTHING;
		if (role === 'phone' && !phoneIsTrait) return { to: 'phone' };
		const name = role ?? wish ?? column;
		const other =
			traitColumns.get(name) ??
			(name === wish && name !== role && isRole(name) ? holders.get(name) : undefined);
		if (other !== undefined && other !== column) {
			throw new ConfigError(
				`The columns ${other} and ${column} would both become the trait ${name}. Rename one of them, or put it into exclude_columns.`,
			);
		}
		if (targets.size < MOST_COLUMNS) traitColumns.set(name, column);
		return { to: 'trait', name, asText: isRole(name) };
	}

	function target(column: string): Target {
		let found = targets.get(column);
		if (found === undefined) {
			giveRoles([column]);
			found = resolve(column);
			if (targets.size < MOST_COLUMNS) targets.set(column, found);
		}
		return found;
	}

	giveRoles(declared);
	for (const column of declared) target(column);

	return {
		target,
		userId,
		describe() {
			const id = userId.paths.map((path) => path.join('.')).join(userId.joined ? ' + ' : ' or ');
			const roles = ROLES.filter((role) => holders.has(role) && role !== holders.get(role));
			const others = roles.map((role) => `${role} from ${holders.get(role)}`);
			const left = [...targets].filter(
				([column, { to }]) => to === 'nothing' && column !== onlyIdColumn,
			);
			const wishes = [mapping.email_column, ...mapping.rename.map((entry) => entry.column)];
			const absent = wishes.filter(
				(wish) => wish !== '' && ![...targets.keys()].some((column) => names(wish, column)),
			);
			return [
				id === '' ? 'no column for the user ID' : `user ID from ${id}`,
				...others,
				...(left.length > 0 ? [`left out: ${left.map(([column]) => column).join(', ')}`] : []),
				...(absent.length > 0 ? [`not in this stream: ${absent.join(', ')}`] : []),
			].join('; ');
		},
	};
}
