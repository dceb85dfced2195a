import type { Clock, Storage } from '../../src/ports';

const DAY_MS = 24 * 60 * 60_000;

/** The name of a run's objects: its date and time, and a part of its ID. */
export const runName = (now: number, id: string): string =>
	`${new Date(now).toISOString().slice(0, 16).replace(/:/g, '')}Z-${id.replace(/\W/g, '').slice(0, 8)}`;

/** The date in the name of an object, in milliseconds since 1970; NaN if there is none. */
export const dateOf = (name: string): number =>
	Date.parse(name.slice(name.lastIndexOf('/') + 1).slice(0, 10));

/** Removes what is older than so many days from these folders. */
export async function removeOld(
	storage: Storage,
	folders: readonly string[],
	days: number,
	clock: Clock,
): Promise<void> {
	for (const folder of folders) {
		for (const { name } of await storage.list(folder)) {
			if (dateOf(name) < clock.now() - (days + 1) * DAY_MS) await storage.remove(name);
		}
	}
}
