import { ConfigError } from '../../src/errors';
import type { ClientStats } from '../../src/flameup/client';
import type { Outcome } from '../../src/loading/loader';
import { count, createReport, tally } from '../../src/loading/report';
import type { RejectedRecords } from '../../src/settings/settings';
import { type Checkpoint, settleCheckpoint } from './checkpoints';
import type { LogLevel } from './protocol';
import { allRejectedText, rejectionText } from './sentences';
import { withStats } from './state';
import type { RecordRef, Stream } from './streams';

/** Characters of states that may wait for the first person to be upserted. */
const MOST_WITHHELD = 32_000_000;

export interface AccountsOptions {
	readonly policy: RejectedRecords;
	readonly streams: readonly Stream[];
	readonly stats: Readonly<ClientStats>;
	/** False in a dry run: no state goes out. */
	readonly acknowledges: boolean;
	printState(line: string): void;
	log(level: LogLevel, message: string): void;
	hash(text: string): string;
	/** The policy on rejected records asks the run to fail. */
	onOverLimit(error: ConfigError): void;
}

/** Counts what was settled, tells of rejected records, and lets states go out. */
export function createAccounts(options: AccountsOptions) {
	const { policy, streams } = options;
	const totals = createReport<RecordRef>();
	let requestsTold = 0;
	/** States wait until somebody was upserted: a run of rejects only has to be read again. */
	let withheld: Checkpoint[] = [];
	let withheldCharacters = 0;
	/** From then on no state goes out: what they cover has to be read again. */
	let isOverLimit = false;

	function releaseWithheld(): void {
		for (const checkpoint of withheld) {
			const requests = options.stats.requests - requestsTold;
			requestsTold = options.stats.requests;
			options.printState(withStats(checkpoint.line, settleCheckpoint(checkpoint, requests)));
		}
		withheld = [];
		withheldCharacters = 0;
	}

	/** So much input, and not one person in it: to read on would only fill the memory with states. */
	function giveUp(): void {
		const lost = streams.find(({ report }) => report.rejected > 0);
		if (lost === undefined) return;
		isOverLimit = true;
		options.onOverLimit(new ConfigError(allRejectedText(lost)));
	}

	function judgeReject({ ref, rejection }: Outcome<RecordRef> & { status: 'rejected' }): void {
		if (policy.policy === 'skip' || isOverLimit) return;
		const first = policy.policy === 'fail_at_first';
		const most = first ? 0 : (policy.max_count ?? Number.POSITIVE_INFINITY);
		if (totals.rejected <= most) return;
		isOverLimit = true;
		const limit = first
			? 'it is to stop at the first rejected record'
			: `no more than ${most} records may be rejected (max_count)`;
		const what = `Record ${ref.number} of ${ref.stream.name} was rejected (${rejection.code}): ${rejection.reason}`;
		options.onOverLimit(new ConfigError(`${what} The sync stops, because ${limit}.`));
	}

	return {
		totals,
		settled(outcome: Outcome<RecordRef>): void {
			const { counts, stream } = outcome.ref;
			tally(totals, outcome, policy.samples);
			tally(stream.report, outcome, policy.samples);
			count(counts, outcome);
			if (outcome.status === 'upserted') {
				if (withheld.length > 0 && !isOverLimit) releaseWithheld();
				return;
			}
			const { code } = outcome.rejection;
			if ((stream.report.rejections.get(code)?.count ?? 0) <= policy.samples) {
				const sample = { ...outcome.rejection, ref: outcome.ref };
				options.log('WARN', rejectionText(code, sample, options.hash, policy.include_values));
			}
			judgeReject(outcome);
		},
		release(checkpoint: Checkpoint): void {
			if (!options.acknowledges || isOverLimit) return;
			withheld.push(checkpoint);
			withheldCharacters += checkpoint.line.length;
			if (totals.upserted > 0 || totals.rejected === 0) releaseWithheld();
			else if (withheldCharacters > MOST_WITHHELD) giveUp();
		},
		/** Once everything is settled: throws ConfigError when too much was rejected. */
		judge(): void {
			const lost = streams.find(({ report }) => report.received > 0 && report.upserted === 0);
			if (lost !== undefined) throw new ConfigError(allRejectedText(lost));
			const percent = (totals.rejected * 100) / Math.max(1, totals.received);
			if (policy.max_percent !== undefined && percent > policy.max_percent) {
				throw new ConfigError(
					`${percent.toFixed(1)} % of the records were rejected, and no more than ${policy.max_percent} % may be (max_percent). Correct the source, then refresh the streams.`,
				);
			}
		},
	};
}
