import { FlameupError, type Problem } from '../../src/errors';
import type { Outcome } from '../../src/loading/outcomes';
import type { Report } from '../../src/loading/report';
import type { RejectedRecords } from '../../src/settings/settings';
import { whereText } from './logMessages';
import type { RecordRef } from './stream';

/** A share of fewer records than this says little. */
const SHARE_FROM = 100;

/** So many records, and nobody upserted: the mapping is wrong, rather than the people. */
const WRONG_MAPPING_FROM = 20;

/** Decides when rejected records fail the sync; from then on no state goes out. */
export class RejectionPolicy {
	readonly #policy: RejectedRecords;
	readonly #totals: Report<RecordRef>;
	readonly #onBroken: (error: FlameupError) => void;
	/** From then on no state goes out: what they cover has to be read again. */
	isBroken = false;
	/** The place of the last record that was rejected: the share is that of the records up to there. */
	#lastPlace = 0;

	constructor(
		policy: RejectedRecords,
		totals: Report<RecordRef>,
		onBroken: (error: FlameupError) => void,
	) {
		this.#policy = policy;
		this.#totals = totals;
		this.#onBroken = onBroken;
	}

	/** Judges the run after each record that is read, and after each that is rejected. */
	judge(outcome?: Outcome<RecordRef>): void {
		if (outcome !== undefined) this.#lastPlace = Math.max(this.#lastPlace, outcome.ref.place);
		const problem = this.isBroken ? undefined : this.#crossed(SHARE_FROM, outcome);
		if (problem !== undefined) this.#break(problem);
	}

	/** The share is above its limit; with few records more of them may still make it good. */
	get isOverShare(): boolean {
		const { max_percent } = this.#policy;
		return max_percent !== undefined && this.#totals.rejected * 100 > max_percent * this.#records;
	}

	/** Records that were to be sent, up to the last that was rejected; a slow Flameup changes nothing. */
	get #records(): number {
		const { deletedInSource, received, skipped } = this.#totals;
		return Math.max(this.#lastPlace, Math.min(received - deletedInSource - skipped, SHARE_FROM));
	}

	/** Judges the run once everything is settled. */
	judgeEnd(): void {
		if (this.isBroken) return;
		const { rejected, upserted } = this.#totals;
		if (upserted === 0 && rejected >= WRONG_MAPPING_FROM) {
			this.giveUp();
			return;
		}
		const problem = this.#crossed(0);
		if (problem !== undefined) this.#break(problem);
	}

	/** So much input, and not one person in it. */
	giveUp(): void {
		const byCount = [...this.#totals.rejections].sort(([, a], [, b]) => b.count - a.count);
		const [reason] = byCount[0] ?? [];
		if (reason === undefined || this.isBroken) return;
		this.#break({ code: 'nobody_upserted', records: this.#totals.rejected, reason });
	}

	/** The limit that the run has crossed. */
	#crossed(shareFrom: number, outcome?: Outcome<RecordRef>): Problem | undefined {
		const { max_count, max_percent, policy } = this.#policy;
		const { rejected } = this.#totals;
		if (policy === 'skip' || rejected === 0) return undefined;
		const facts = {
			...({ code: 'too_many_rejected', rejected, records: this.#records } as const),
			...recordOf(outcome),
		};
		if (policy === 'fail_at_first') return { ...facts, limit: 'first', most: 0 };
		if (max_count !== undefined && rejected > max_count) {
			return { ...facts, limit: 'count', most: max_count };
		}
		return max_percent !== undefined && this.isOverShare && this.#records >= shareFrom
			? { ...facts, limit: 'percent', most: max_percent }
			: undefined;
	}

	#break(problem: Problem): void {
		this.isBroken = true;
		this.#onBroken(new FlameupError(problem));
	}
}

function recordOf(outcome: Outcome<RecordRef> | undefined) {
	if (outcome?.status !== 'rejected') return {};
	const { ref, rejection } = outcome;
	return { record: { where: whereText(ref), rejection } };
}
