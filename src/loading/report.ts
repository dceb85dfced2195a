import type { Rejection, RejectionCode } from '../errors';
import type { Outcome } from './outcomes';

/** Counts of records; received = upserted + rejected + deleted in source + skipped, once all are settled. */
export interface Counts {
	received: number;
	upserted: number;
	created: number;
	updated: number;
	/** Records that were laid over another record of the same person, and are upserted with it. */
	merged: number;
	rejected: number;
	/** Records that the source marks as deleted; they are never sent. */
	deletedInSource: number;
	/** Records of streams that the user skips. */
	skipped: number;
}

/** One rejected record that the report keeps. */
export interface Sample<Ref> {
	readonly ref: Ref;
	readonly rejection: Rejection;
}

/** The counts of a run, and for each rejection code how many and the first few. */
export interface Report<Ref> extends Counts {
	readonly rejections: Map<RejectionCode, { count: number; readonly first: Sample<Ref>[] }>;
}

/** Counts before the first record. */
export const noCounts = (): Counts => ({
	received: 0,
	upserted: 0,
	created: 0,
	updated: 0,
	merged: 0,
	rejected: 0,
	deletedInSource: 0,
	skipped: 0,
});

/** A report before the first record. */
export const createReport = <Ref>(): Report<Ref> => ({ ...noCounts(), rejections: new Map() });

/** Adds one settled record to the counts. */
export function count(counts: Counts, outcome: Outcome<unknown>): void {
	if (outcome.status === 'rejected') {
		counts.rejected++;
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
