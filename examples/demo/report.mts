import type { Message } from './message.mts';
import { counted, type Row, seconds } from './table.mts';

/** The destination's report on a run, from the last line of its log. */
export interface Report {
	received: number;
	upserted: number;
	created: number;
	updated: number;
	merged: number;
	unchanged: number;
	rejected: Record<string, { count: number; first: { record: number; reason: string }[] }>;
	requests: number;
	peoplePerRequest: number;
	waitedMs: number;
	rateLimited: number;
	durationMs: number;
}

const PREFIX = 'report ';
const RECORDS_SHOWN = 3;

/** Finds the report among the messages of a run. */
export const reportIn = (messages: Message[]): Report => {
	const last = messages.findLast(({ log }) => log?.message.startsWith(PREFIX))?.log?.message;
	if (!last) throw new Error('The destination wrote no report.');
	return JSON.parse(last.slice(PREFIX.length)) as Report;
};

/** The number of rejected records in the report, for all reasons. */
export const rejectedOf = ({ rejected }: Report): number =>
	Object.values(rejected).reduce((sum, { count }) => sum + count, 0);

const rejectionRow = ([code, { count, first }]: [string, Report['rejected'][string]]): Row => {
	const shown = first.slice(0, RECORDS_SHOWN).map(({ record }) => counted(record));
	const more = count > shown.length ? ' · …' : '';
	return [`  ${code}`, counted(count), `${first[0]?.reason} Records ${shown.join(' · ')}${more}`];
};

/** The report as rows of a table. */
export const reportRows = (report: Report): Row[] => [
	['received', counted(report.received), 'records'],
	['upserted', counted(report.upserted)],
	['  created', counted(report.created), 'new in Flameup'],
	['  updated', counted(report.updated), 'already in Flameup'],
	['  merged', counted(report.merged), 'with another record of the same person, before sending'],
	['unchanged', counted(report.unchanged), 'equal to what Flameup confirmed, so not sent'],
	['rejected', counted(rejectedOf(report))],
	...Object.entries(report.rejected).map(rejectionRow),
	['requests', counted(report.requests), `${report.peoplePerRequest} people each, on average`],
	['waited', seconds(report.waitedMs), `answered with 429 ${report.rateLimited} times`],
	['duration', seconds(report.durationMs)],
];
