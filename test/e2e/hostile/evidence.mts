import { reportIn } from '../../airbyte/report.mts';
import type { Run } from './run.mts';
import { isSendable, type Row } from './source.mts';
import { type Entry, type Traffic, timesOf, trafficOf } from './traffic.mts';

/** A run, with the outcome of each record on both sides. */
export interface Evidence extends Run {
	readonly report: NonNullable<ReturnType<typeof reportIn>>;
	readonly traffic: Traffic;
	readonly endings: readonly Ending[];
}

/** One record: what the destination reports and what Flameup received. */
export interface Ending {
	readonly row: Row;
	/** Why it was rejected; undefined if it was upserted, or left unsettled by a failed run. */
	readonly code: string | undefined;
	/** The last version of the person that includes the record; undefined if never sent. */
	readonly entry: Entry | undefined;
	/** Whether an answer proves that the person was stored. */
	readonly isProven: boolean;
	/** When its last answer came; -Infinity if none was needed. */
	readonly answeredAt: number;
}

/** Reads the output of a run. Throws if there is no report. */
export function evidenceOf(run: Run): Evidence {
	const report = reportIn(run.logs);
	if (report === undefined) throw new Error('There is no report in the log.');
	const codes = new Map(
		Object.entries(report.rejected).flatMap(([code, { first }]) =>
			first.map(({ record, stream }) => [`${stream} ${record}`, code]),
		),
	);
	const traffic = trafficOf(run.exchanges);
	const endings = run.scene.rows.map((row, n): Ending => {
		const entries = isSendable(row) ? traffic.get(row.userId) : undefined;
		const entry = entries?.findLast((one) => one.from <= n && n <= one.row);
		return {
			row,
			code: codes.get(`${row.stream} ${row.number}`),
			entry,
			isProven: timesOf(entry, 'proven') > 0,
			answeredAt: isSendable(row) ? (entry?.tries.at(-1)?.at ?? Infinity) : -Infinity,
		};
	});
	return { ...run, report, traffic, endings };
}
