import type { IDataObject } from 'n8n-workflow';
import type { ClientStats } from '../../src/flameup/sender';
import type { Counts } from '../../src/loading/report';
import { countedRows, type Run } from './run';

/** What a run of Create or Update did, in numbers. */
export interface Totals extends Counts {
	emailsLeftOut: number;
}

/** How many rows were sent and saved, or would be. */
export const savedRows = ({ results }: Run, { unchanged }: Totals): number =>
	results.succeeded - unchanged;

/** The item that stands for the whole run. */
export function summaryJson(
	run: Run,
	totals: Totals,
	stats: Readonly<ClientStats>,
	elapsedMs: number,
	dryRun: boolean,
): IDataObject {
	const { items, results } = run;
	const { created, emailsLeftOut, merged, unchanged, updated } = totals;
	const saved = savedRows(run, totals);
	return {
		received: items.length,
		saved: dryRun ? 0 : saved,
		...(dryRun && { checked: saved }),
		created,
		updated,
		merged,
		unchanged,
		rejected: items.length - results.succeeded,
		rejections: Object.fromEntries(results.failures),
		emails_left_out: emailsLeftOut,
		requests: stats.requests,
		rate_limited: stats.rateLimited,
		faults: stats.faults,
		waited_seconds: inSeconds(stats.waitedMs),
		duration_seconds: inSeconds(elapsedMs),
		dry_run: dryRun,
	};
}

const inSeconds = (ms: number): number => Math.round(ms / 100) / 10;

/** The counts as a sentence above the output. */
export function summaryHint(run: Run, totals: Totals, dryRun: boolean): string {
	const { created, emailsLeftOut, merged, unchanged, updated } = totals;
	const known = [
		created > 0 && `${created} created`,
		updated > 0 && `${updated} updated`,
		merged > 0 && `${merged} merged with another row of the same person`,
	].filter((part) => part !== false);
	const saved = `${countedRows(savedRows(run, totals))} ${dryRun ? 'checked, and not sent' : 'saved'}`;
	return [
		`${saved}${known.length > 0 ? ` (${known.join(', ')})` : ''}.`,
		...(unchanged > 0 ? [`${countedRows(unchanged)} unchanged, and not sent.`] : []),
		...(emailsLeftOut > 0 ? [`Sent without an invalid email address: ${emailsLeftOut}.`] : []),
	].join(' ');
}
