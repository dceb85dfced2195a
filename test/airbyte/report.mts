/** The counts of a run, in machine-readable form. */
export interface PrintedReport {
	readonly received: number;
	readonly upserted: number;
	readonly created: number;
	readonly updated: number;
	readonly merged: number;
	readonly unchanged: number;
	readonly deletedInSource: number;
	readonly skipped: number;
	/** By code; the records are as many as the setting `samples` asks for. */
	readonly rejected: Readonly<Record<string, Rejected>>;
	readonly requests: number;
	readonly rateLimited: number;
}

interface Rejected {
	readonly count: number;
	readonly first: readonly { readonly stream: string; readonly record: number }[];
}

const BEGIN = 'report ';

/** The report among the messages of a log, with the sum of what was rejected; undefined when there is none. */
export function reportIn(logs: readonly string[]) {
	const line = logs.findLast((message) => message.startsWith(BEGIN));
	if (line === undefined) return undefined;
	const report: PrintedReport = JSON.parse(line.slice(BEGIN.length));
	const rejections = Object.values(report.rejected).reduce((sum, { count }) => sum + count, 0);
	return { ...report, rejections };
}
