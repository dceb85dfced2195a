import type { Clock, Storage } from '../../src/ports';
import { LISTS } from './rejectedLists';

/** The folder of the reports. */
export const REPORTS = 'reports/';

const DAY_MS = 24 * 60 * 60_000;

/** The name of a run's objects: its date and time, and a part of its ID. */
export const runName = (now: number, id: string): string =>
	`${new Date(now).toISOString().slice(0, 16).replace(/:/g, '')}Z-${id.replace(/\W/g, '').slice(0, 8)}`;

const RUN = String.raw`(\d{4}-\d\d-\d\d)T\d{4}Z-\w{0,8}`;

/** Names that runs give to their lists and reports; users may keep files of their own next to them. */
const NAME = new RegExp(
	String.raw`^(?:${LISTS}[^/]+/${RUN}-\d{4,}\.jsonl\.gz|${REPORTS}${RUN}\.json)$`,
);

/** The date in the name of a list or a report, in milliseconds since 1970; NaN for other objects. */
export function dateOf(name: string): number {
	const [, list, report] = NAME.exec(name) ?? [];
	return Date.parse(list ?? report ?? '');
}

/** Removes lists and reports that are older than so many days. */
export async function removeOld(storage: Storage, days: number, clock: Clock): Promise<void> {
	for (const folder of [LISTS, REPORTS]) {
		for (const { name } of await storage.list(folder)) {
			if (dateOf(name) < clock.now() - (days + 1) * DAY_MS) await storage.remove(name);
		}
	}
}
