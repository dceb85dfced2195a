import type { Rejection, RejectionCode } from '../errors';
import type { Outcome } from './outcomes';

/** Counts of records. Once all are settled, received = upserted + unchanged + rejected + deletedInSource + skipped. */
export interface Counts {
	received: number;
	upserted: number;
	created: number;
	updated: number;
	/** Records merged into another record of the same person; they count as upserted too. */
	merged: number;
	/** Records of people who equal what Flameup confirmed before, which are not sent. */
	unchanged: number;
	rejected: number;
	/** Records that the source marks as deleted, which are not sent. */
	deletedInSource: number;
	/** Records of skipped streams. */
	skipped: number;
}

/** A rejected record that the report keeps. */
export interface Sample<Ref> {
	readonly ref: Ref;
	readonly rejection: Rejection;
}

/** Counts, and for each rejection code its count and the first few records. */
export interface Report<Ref> extends Counts {
	readonly rejections: Map<RejectionCode, { count: number; readonly first: Sample<Ref>[] }>;
}

/** Counts of zero. */
export const noCounts = (): Counts => ({
	received: 0,
	upserted: 0,
	created: 0,
	updated: 0,
	merged: 0,
	unchanged: 0,
	rejected: 0,
	deletedInSource: 0,
	skipped: 0,
});

/** An empty report. */
export const createReport = <Ref>(): Report<Ref> => ({ ...noCounts(), rejections: new Map() });

/** Adds one settled record to the counts. */
export function count(counts: Counts, outcome: Outcome<unknown>): void {
	if (outcome.status !== 'upserted') {
		counts[outcome.status]++;
		return;
	}
	counts.upserted++;
	if (outcome.merged) counts.merged++;
	else if (outcome.change !== undefined) counts[outcome.change]++;
}

/** Adds one settled record to a report that keeps the first `samples` rejections of each code. */
export function tally<Ref>(report: Report<Ref>, outcome: Outcome<Ref>, samples: number): void {
	count(report, outcome);
	if (outcome.status !== 'rejected') return;
	const { ref, rejection } = outcome;
	let entry = report.rejections.get(rejection.code);
	if (entry === undefined) {
		entry = { count: 0, first: [] };
		report.rejections.set(rejection.code, entry);
	}
	entry.count++;
	if (entry.first.length < samples) entry.first.push({ ref, rejection });
}
