import { looseName } from '../settings/names';
import { define, isObject, opened, type SourceRecord, toJson } from './jsonValues';
import type { Listing } from './listings';

/** What is never sent of a member: the parts inside it, or all of it where none is named. */
export interface Exclusion {
	readonly listings: readonly Listing[];
	readonly inside?: Exclusions;
}

/** Members that are not sent in whole, by their names. */
export type Exclusions = ReadonlyMap<string, Exclusion>;

/** Lists that are nested deeper are left out, where something inside them may have to be. */
const DEEPEST = 50;

/** The exclusions that paths such as ssn or history.ssn mean; undefined when there are none. */
export function exclusionsFor(
	paths: readonly { readonly listing: Listing; readonly rest: readonly string[] }[],
): Exclusions | undefined {
	if (paths.length === 0) return undefined;
	const exclusions = new Map<string, Exclusion>();
	for (const key of new Set(paths.map(({ rest }) => rest[0] ?? ''))) {
		const group = paths.filter(({ rest }) => rest[0] === key);
		const isWhole = group.some(({ rest }) => rest.length === 1);
		const deeper = group.map(({ rest, listing }) => ({ listing, rest: rest.slice(1) }));
		const inside = isWhole ? undefined : exclusionsFor(deeper);
		exclusions.set(key, {
			listings: group.map(({ listing }) => listing),
			...(inside && { inside }),
		});
	}
	return exclusions;
}

/** A value without what is excluded inside it, also inside lists and JSON text. */
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
		const exclusion = findExclusion(exclusions, name, value);
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

/** What is excluded of a member; one whose name has dots may be several steps of a path. */
function findExclusion(exclusions: Exclusions, name: string, object: object) {
	let inside: Exclusions | undefined = exclusions;
	let found: Exclusion | undefined;
	for (const key of name.split('.')) {
		found = inside && findStep(inside, key, object);
		if (found?.inside === undefined) return found;
		inside = found.inside;
	}
	return found;
}

/** An exact name wins: a loose one means a member only where no other has that name exactly. */
function findStep(exclusions: Exclusions, key: string, object: object): Exclusion | undefined {
	const exact = exclusions.get(key);
	if (exact !== undefined) return exact;
	const loose = looseName(key);
	for (const [name, exclusion] of exclusions) {
		if (looseName(name) === loose && !Object.hasOwn(object, name)) return exclusion;
	}
	return undefined;
}
