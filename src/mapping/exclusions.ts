import { looseName } from '../settings/names';
import { define, isObject, opened, type SourceRecord, toJson } from './jsonValues';
import type { Listing } from './listings';

/** The parts of a member that are never sent; all of it without `inside`. */
export interface Exclusion {
	/** The name of the member as a setting has it. */
	readonly listed: string;
	readonly listings: readonly Listing[];
	readonly inside?: Exclusions;
}

/** Exclusions by the name of the member in the form of `looseName`. */
export type Exclusions = ReadonlyMap<string, Exclusion>;

/** Values nested deeper are left out, because they may contain something excluded. */
const DEEPEST = 50;

/** The exclusions for paths such as ssn or history.ssn; undefined if there are none. */
export function exclusionsFor(
	paths: readonly { readonly listing: Listing; readonly rest: readonly string[] }[],
): Exclusions | undefined {
	if (paths.length === 0) return undefined;
	const exclusions = new Map<string, Exclusion>();
	const keyOf = ({ rest }: { rest: readonly string[] }) => looseName(rest[0] ?? '');
	for (const key of new Set(paths.map(keyOf))) {
		const group = paths.filter((path) => keyOf(path) === key);
		const isWhole = group.some(({ rest }) => rest.length === 1);
		const deeper = group.map(({ rest, listing }) => ({ listing, rest: rest.slice(1) }));
		const inside = isWhole ? undefined : exclusionsFor(deeper);
		exclusions.set(key, {
			listed: group[0]?.rest[0] ?? '',
			listings: group.map(({ listing }) => listing),
			...(inside && { inside }),
		});
	}
	return exclusions;
}

/** A value without its excluded parts, also inside lists and JSON text. */
export function withoutExcluded(given: unknown, exclusions: Exclusions, depth = 0): unknown {
	if (depth > DEEPEST) return undefined;
	const value = opened(given);
	let rest: unknown;
	if (isObject(value)) rest = membersWithout(value, exclusions, depth);
	else if (!Array.isArray(value)) return given;
	else rest = value.map((item) => withoutExcluded(item, exclusions, depth + 1));
	return typeof given === 'string' ? toJson(rest) : rest;
}

function membersWithout(value: SourceRecord, exclusions: Exclusions, depth: number) {
	const rest: Record<string, unknown> = {};
	for (const [name, member] of Object.entries(value)) {
		const exclusion = findExclusion(exclusions, name);
		if (exclusion === undefined) {
			define(rest, name, member);
			continue;
		}
		for (const listing of exclusion.listings) listing.wasSeen = true;
		if (exclusion.inside === undefined) continue;
		define(rest, name, withoutExcluded(member, exclusion.inside, depth + 1));
	}
	return rest;
}

/** The exclusion for a member; a name with dots may stand for several steps of a path. */
function findExclusion(exclusions: Exclusions, name: string): Exclusion | undefined {
	let inside: Exclusions | undefined = exclusions;
	let found: Exclusion | undefined;
	for (const key of name.split('.')) {
		found = inside?.get(looseName(key));
		if (found?.inside === undefined) return found;
		inside = found.inside;
	}
	return found;
}
