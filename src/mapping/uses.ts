import type { Exclusions } from './exclusions';
import type { LeftOut, Resolved } from './plan';
import { ROLES, type Role } from './roles';
import type { Rules, Target } from './targets';
import type { UserIdSource } from './userIdSource';

/** One thing that a column, or a place inside it, becomes. */
export interface ColumnUse {
	/** The column, then the steps into it. */
	readonly path: readonly string[];
	readonly becomes: 'user_id' | Role | 'trait' | 'nothing';
	/** The name of a custom trait. */
	readonly trait?: string;
	/** It is only a part of the user ID, or its trait has only this part of the column. */
	readonly isPart?: true;
	/** Why it becomes nothing. */
	readonly leftOut?: LeftOut;
}

/** What columns become: the user ID first, then standard fields, traits, and what is left out. */
export function usesOf(userId: UserIdSource, resolved: readonly Resolved[]): ColumnUse[] {
	const uses = [
		...userId.paths.map(
			(path): ColumnUse => ({
				path,
				becomes: 'user_id',
				...(userId.joined && { isPart: true }),
			}),
		),
		...resolved.flatMap((one) => [...usesInColumn(one)]),
	];
	return uses.sort((a, b) => rank(a) - rank(b));
}

const ORDER: readonly ColumnUse['becomes'][] = ['user_id', ...ROLES, 'trait', 'nothing'];

const rank = ({ becomes }: ColumnUse): number => ORDER.indexOf(becomes);

function* usesInColumn({ column, leftOut, target }: Resolved): Iterable<ColumnUse> {
	const isInParts = target.to === 'trait' && target.rules?.isWhole === false;
	if (!isInParts) yield useOf([column], target, leftOut ?? 'unlisted');
	if (target.rules !== undefined) yield* usesInside([column], target.rules, target.name);
	if (target.exclusions !== undefined) yield* excludedIn([column], target.exclusions);
}

function* usesInside(path: readonly string[], rules: Rules, trait: string): Iterable<ColumnUse> {
	for (const [key, rule] of rules.members) {
		const place = [...path, key];
		if (rule.target !== undefined) yield useOf(place, rule.target, 'unlisted');
		else if (rule.rules === undefined) yield { path: place, becomes: 'trait', trait, isPart: true };
		if (rule.rules !== undefined) yield* usesInside(place, rule.rules, trait);
	}
}

function* excludedIn(path: readonly string[], exclusions: Exclusions): Iterable<ColumnUse> {
	for (const { inside, listed } of exclusions.values()) {
		const place = [...path, listed];
		if (inside === undefined) yield { path: place, becomes: 'nothing', leftOut: 'excluded' };
		else yield* excludedIn(place, inside);
	}
}

function useOf(path: readonly string[], target: Target, leftOut: LeftOut): ColumnUse {
	if (target.to === 'nothing') return { path, becomes: 'nothing', leftOut };
	if (target.to !== 'trait') return { path, becomes: target.to };
	if (target.asText) return { path, becomes: target.name as Role };
	return { path, becomes: 'trait', trait: target.name };
}
