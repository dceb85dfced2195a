import type { IDataObject } from 'n8n-workflow';
import type { ClientStats } from '../../src/flameup/sender';
import type { Counts } from '../../src/loading/report';
import { countedRows, type Run } from './run';

/** What a run of Create or Update did, in numbers. */
export interface Totals extends Counts {
	emailsLeftOut: number;
}

/** The item that stands for the whole run. */
export function summaryJson(
	{ items, results }: Run,
	totals: Totals,
	stats: Readonly<ClientStats>,
	elapsedMs: number,
	dryRun: boolean,
): IDataObject {
	const { created, emailsLeftOut, merged, updated } = totals;
	return {
		received: items.length,
		saved: dryRun ? 0 : results.succeeded,
		...(dryRun && { checked: results.succeeded }),
		created,
		updated,
		merged,
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
export function summaryHint({ results }: Run, totals: Totals, dryRun: boolean): string {
	const { created, emailsLeftOut, merged, updated } = totals;
	const known = [
		created > 0 && `${created} created`,
		updated > 0 && `${updated} updated`,
		merged > 0 && `${merged} merged with another row of the same person`,
	].filter((part) => part !== false);
	const saved = `${countedRows(results.succeeded)} ${dryRun ? 'checked, and not sent' : 'saved'}`;
	return [
		`${saved}${known.length > 0 ? ` (${known.join(', ')})` : ''}.`,
		...(emailsLeftOut > 0 ? [`Sent without an invalid email address: ${emailsLeftOut}.`] : []),
	].join(' ');
}
