import { type Exclusions, exclusionsFor } from './exclusions';
import type { Listing, Place } from './listings';
import { isRole } from './roles';

/** What becomes of a value: the email address, the phone number, a trait of this name, or nothing. */
export interface Target {
	readonly to: 'trait' | 'email' | 'phone' | 'nothing';
	/** The name of the trait. */
	readonly name: string;
	/** A standard field, which is always a text. */
	readonly asText: boolean;
	/** The source declares that the column holds numbers only. */
	readonly numeric: boolean;
	/** What is never sent of the value. */
	readonly exclusions?: Exclusions;
	/** What else settings say of places inside the value. */
	readonly rules?: Rules;
}

/** What becomes of the members of an object. */
export interface Rules {
	readonly members: ReadonlyMap<string, Rule>;
	/** False when only members with a rule are sent. */
	readonly isWhole: boolean;
}

/** What becomes of one member: it goes somewhere else, or it stays, perhaps in part. */
export interface Rule {
	readonly listings: readonly Listing[];
	readonly target?: Target;
	readonly rules?: Rules;
}

const NO_TRAIT = { name: '', asText: false, numeric: false } as const;

/** It is not sent. */
export const NOTHING: Target = { to: 'nothing', ...NO_TRAIT };

/** It is the email address. */
export const EMAIL: Target = { to: 'email', ...NO_TRAIT };

/** The target that a trait's name means; standard fields are texts. */
export function traitTarget(name: string, phoneIsTrait: boolean, isField = isRole(name)): Target {
	if (isField && name === 'email') return EMAIL;
	if (isField && name === 'phone' && !phoneIsTrait) return { to: 'phone', ...NO_TRAIT };
	return { to: 'trait', name, asText: isField, numeric: false };
}

/** A place inside the column at hand that a setting names. */
interface Path {
	readonly listing: Listing;
	readonly rest: readonly string[];
}

/** What the settings say of places inside one column; `isListed` when the whole column may be sent. */
export function insideOf(
	named: readonly { readonly listing: Listing; readonly place: Place }[],
	phoneIsTrait: boolean,
	isListed: boolean,
): Pick<Target, 'exclusions' | 'rules'> {
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

/** The user ID is read where it is, and stays there; exclusions come first. */
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
