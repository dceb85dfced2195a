import { FlameupError, type Problem } from '../../src/errors';
import type { Outcome } from '../../src/loading/outcomes';
import type { Report } from '../../src/loading/report';
import type { RejectedRecords } from '../../src/settings/settings';
import { whereText } from './logMessages';
import type { RecordRef } from './stream';

/** Before this many records, max_percent is not checked. */
const SHARE_FROM = 100;

/** If this many records were rejected and nobody was upserted, the mapping is probably wrong. */
const WRONG_MAPPING_FROM = 20;

/** Decides when rejected records fail the sync. */
export class RejectionPolicy {
	readonly #policy: RejectedRecords;
	readonly #totals: Report<RecordRef>;
	readonly #onBroken: (error: FlameupError) => void;
	/** The sync has failed; no further state is acknowledged, so that its records are read again. */
	isBroken = false;
	/** The place of the last rejected record; the share is that of the records up to there. */
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

	/** Checks the limits after each record that is read or rejected. */
	judge(outcome?: Outcome<RecordRef>): void {
		if (outcome !== undefined) this.#lastPlace = Math.max(this.#lastPlace, outcome.ref.place);
		const problem = this.isBroken ? undefined : this.#crossed(SHARE_FROM, outcome);
		if (problem !== undefined) this.#break(problem);
	}

	/** The share is above max_percent; while there are few records, it may still fall. */
	get isOverShare(): boolean {
		const { max_percent } = this.#policy;
		return max_percent !== undefined && this.#totals.rejected * 100 > max_percent * this.#records;
	}

	/** Records to be sent, up to the last rejected one, so that the result does not depend on Flameup's speed. */
	get #records(): number {
		const { deletedInSource, received, skipped } = this.#totals;
		return Math.max(this.#lastPlace, Math.min(received - deletedInSource - skipped, SHARE_FROM));
	}

	/** Checks the limits once everything is settled. */
	judgeEnd(): void {
		if (this.isBroken) return;
		const { rejected, unchanged, upserted } = this.#totals;
		if (upserted + unchanged === 0 && rejected >= WRONG_MAPPING_FROM) {
			this.giveUp();
			return;
		}
		const problem = this.#crossed(0);
		if (problem !== undefined) this.#break(problem);
	}

	/** Fails the sync because no record could be upserted. */
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
