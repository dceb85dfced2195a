import type { Flameup } from '../../simulator/flameup.mts';

/** A person as expected in Flameup. */
export interface Wanted {
	userId: string;
	email?: string | undefined;
	traits: Record<string, unknown>;
}

type Row = Record<string, unknown>;

/** The person expected from a row of the source's users. */
export function userOf({ id, email, telephone, ...rest }: Row): Wanted {
	return { userId: String(id), email: email as string, traits: { ...rest, phone: telephone } };
}

/**
 * The same row after PyAirbyte's cache: DuckDB stores its timestamps, which are in UTC,
 * without an offset.
 */
export const cachedRow = (row: Row): Row =>
	Object.fromEntries(
		Object.entries(row).map(([name, value]) => [
			name,
			/_at$/.test(name) ? String(value).replace(/\+00:00$/, '') : value,
		]),
	);

/** The person expected from a smoke test row: its first ID column, and all values that are not empty. */
export function smokePersonOf(row: Row): Wanted {
	const idName = ['user_id', 'id', 'event_id'].find((name) => name in row) ?? '';
	const traits = Object.entries(row).filter(
		([name, value]) => name !== idName && value !== null && value !== '',
	);
	return { userId: String(row[idName]), traits: Object.fromEntries(traits) };
}

/** The people expected in Flameup after all upserts; later values win. */
export function merged(people: readonly Wanted[]): Map<string, Wanted> {
	const all = new Map<string, Wanted>();
	for (const { userId, email, traits } of people) {
		const before = all.get(userId);
		all.set(userId, {
			userId,
			email: email ?? before?.email,
			traits: { ...before?.traits, ...traits },
		});
	}
	return all;
}

/** The simulator's people. */
export function heldBy(flameup: Flameup): Map<string, Wanted> {
	const people = [...flameup.people().values()];
	return new Map(people.map(({ userId, email, traits }) => [userId, { userId, email, traits }]));
}
