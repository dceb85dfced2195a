import { reportIn } from '../../airbyte/report.mts';
import type { Run } from './run.mts';
import { isSendable, type Row } from './source.mts';
import { type Entry, type Traffic, timesOf, trafficOf } from './traffic.mts';

/** A run, with what both sides say of each of its records. */
export interface Evidence extends Run {
	readonly report: NonNullable<ReturnType<typeof reportIn>>;
	readonly traffic: Traffic;
	readonly endings: readonly Ending[];
}

/** One record: what the destination says of it, and what Flameup had of it. */
export interface Ending {
	readonly row: Row;
	/** Why it was rejected; undefined when it was upserted, or not settled in a run that failed. */
	readonly code: string | undefined;
	/** The version of the person that the record went into; undefined when it was never sent. */
	readonly entry: Entry | undefined;
	/** Flameup's answer proves that the person was stored. */
	readonly isProven: boolean;
	/** When the last answer about it came; in the past when none was needed. */
	readonly answeredAt: number;
}

/** Reads what a run printed. Throws when there is no report. */
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
		const entry = entries?.find((one) => one.row >= n);
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
