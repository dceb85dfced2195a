import { type Exclusions, exclusionsFor } from './exclusions';
import type { Listing, Place } from './listings';
import { isRole } from './roles';

/** What a value becomes: the email address, the phone number, a trait, or nothing. */
export interface Target {
	readonly to: 'trait' | 'email' | 'phone' | 'nothing';
	/** The trait's name. */
	readonly name: string;
	/** Whether it is a standard field, which is always text. */
	readonly asText: boolean;
	/** Whether the source declares that the column holds only numbers. */
	readonly numeric: boolean;
	/** The parts of the value that are never sent. */
	readonly exclusions?: Exclusions;
	/** Other settings for places inside the value. */
	readonly rules?: Rules;
}

/** Rules for the members of an object. */
export interface Rules {
	readonly members: ReadonlyMap<string, Rule>;
	/** Whether members without a rule are sent too. */
	readonly isWhole: boolean;
}

/** What a member becomes: it is moved to `target`, or stays, perhaps only in part. */
export interface Rule {
	readonly listings: readonly Listing[];
	readonly target?: Target;
	readonly rules?: Rules;
}

const NO_TRAIT = { name: '', asText: false, numeric: false } as const;

/** The target of values that are not sent. */
export const NOTHING: Target = { to: 'nothing', ...NO_TRAIT };

/** The target of the email address. */
export const EMAIL: Target = { to: 'email', ...NO_TRAIT };

/** The target for a trait's name, which may be a standard field. */
export function traitTarget(name: string, phoneIsTrait: boolean, isField = isRole(name)): Target {
	if (isField && name === 'email') return EMAIL;
	if (isField && name === 'phone' && !phoneIsTrait) return { to: 'phone', ...NO_TRAIT };
	return { to: 'trait', name, asText: isField, numeric: false };
}

/** A path inside a column that a setting names. */
interface Path {
	readonly listing: Listing;
	readonly rest: readonly string[];
}

/** The exclusions and rules for places inside one column; `isListed` if the whole column may be sent. */
export function insideOf(
	named: readonly { readonly listing: Listing; readonly place: Place }[],
	phoneIsTrait: boolean,
	isListed: boolean,
): Pick<Target, 'exclusions' | 'rules'> {
	if (named.length === 0) return {};
	const paths = named
		.map(({ place, listing }) => ({ listing, rest: place.rest }))
		.filter(({ rest }) => rest.length > 0);
	const exclusions = exclusionsFor(
		paths.filter(({ listing }) => listing.setting === 'exclude_columns'),
	);
	const others = paths.filter(({ listing }) => isRule(listing));
	return {
		...(exclusions && { exclusions }),
		...(others.length > 0 && { rules: rulesFor(others, phoneIsTrait, isListed) }),
	};
}

/** A path for the user ID is read without moving the value, and exclusions are applied separately. */
const isRule = ({ setting }: Listing): boolean =>
	setting !== 'user_id_columns' && setting !== 'exclude_columns';

function rulesFor(paths: readonly Path[], phoneIsTrait: boolean, isListed: boolean): Rules {
	const members = new Map<string, Rule>();
	for (const key of new Set(paths.map(({ rest }) => rest[0] ?? ''))) {
		const group = paths.filter(({ rest }) => rest[0] === key);
		const own = group.filter(({ rest }) => rest.length === 1).map(({ listing }) => listing);
		const deeper = group
			.filter(({ rest }) => rest.length > 1)
			.map(({ rest, listing }) => ({ listing, rest: rest.slice(1) }));
		const isSent = isListed || own.some(({ setting }) => setting === 'only_columns');
		const target = memberTarget(own, phoneIsTrait, isSent);
		members.set(key, {
			listings: own,
			...(target && { target }),
			...(deeper.length > 0 && { rules: rulesFor(deeper, phoneIsTrait, isSent) }),
		});
	}
	return { members, isWhole: isListed };
}

function memberTarget(
	own: readonly Listing[],
	phoneIsTrait: boolean,
	isSent: boolean,
): Target | undefined {
	if (own.some(({ setting }) => setting === 'email_column')) return EMAIL;
	const renamed = own.find(({ trait }) => trait !== undefined)?.trait;
	if (renamed === undefined) return undefined;
	return isSent || renamed === 'email' ? traitTarget(renamed, phoneIsTrait) : NOTHING;
}
