import type { RejectionCode } from '../mapping/rejection';
import type { Outcome } from './loader';

/** Counts of records; received = upserted + rejected once all are settled. */
export interface Counts {
	received: number;
	upserted: number;
	created: number;
	updated: number;
	/** Records that were laid over another record of the same person, and are upserted with it. */
	merged: number;
	rejected: number;
}

/** One rejected record that the report keeps. */
export interface Sample<Ref> {
	readonly ref: Ref;
	readonly reason: string;
	readonly userId?: string;
	readonly detail?: string;
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
	const { code, reason, userId, detail } = outcome.rejection;
	let entry = report.rejections.get(code);
	if (entry === undefined) {
		entry = { count: 0, first: [] };
		report.rejections.set(code, entry);
	}
	entry.count++;
	if (entry.first.length < samples) {
		entry.first.push({
			ref: outcome.ref,
			reason,
			...(userId !== undefined && { userId }),
			...(detail !== undefined && { detail }),
		});
	}
}
