import type { IDataObject } from 'n8n-workflow';
import { Failure, failureOf } from './failure';
import { countedRows, type Operation, type Run } from './run';

/** How an operation works on one row. */
export interface RowWork {
	/** What comes out for the row. Throws why it failed. */
	act(row: number): Promise<IDataObject[]>;
	/** Shown above the output, once all rows are done. */
	hint?(): string | undefined;
	/** Shown as a warning. */
	warning?(): string | undefined;
	/** Replaces the participle of the operation. */
	readonly done?: string;
	/** What was done so far, such as `2 rows`, if it is not the rows that succeeded. */
	counted?(): string;
}

/** How the rows that succeeded are spoken of. */
interface Wording {
	/** A participle, such as created. */
	readonly done: string;
	/** What running the workflow again does, as a sentence. */
	readonly again: string;
	/** Running it again repeats what was done. */
	readonly repeats?: boolean;
	/** The output itself shows what was done. */
	readonly onlyReads?: boolean;
}

/**
 * An operation that processes one row at a time, so that the changes to a person stay in order. A failed
 * row does not affect the others, unless its failure ends the run or the user wants to stop.
 */
export const rowByRow =
	(
		prepare: (run: Run) => Promise<RowWork>,
		{ again, done, onlyReads, repeats }: Wording,
	): Operation =>
	async (run) => {
		let work: RowWork | undefined;
		let hint: string | undefined;
		try {
			work = await prepare(run);
			await workThrough(run, work);
			hint = work.hint?.();
		} catch (error) {
			run.results.failRest(failureOf(error));
		}
		const { succeeded } = run.results;
		const rows = work?.counted?.() ?? countedRows(succeeded);
		const did = work?.done ?? done;
		const hints = [onlyReads ? undefined : `${rows} ${did}.`, hint];
		return {
			progress:
				repeats && succeeded === 0
					? `Nothing had been ${did} before this.`
					: `${rows} had been ${did} before this. ${again}`,
			hint: hints.filter((text) => text !== undefined).join(' '),
			warning: work?.warning?.(),
		};
	};

async function workThrough({ clock, continues, items, results, stop }: Run, { act }: RowWork) {
	for (let row = 0; row < items.length; row++) {
		if (stop.signal.aborted) throw new Failure({ code: 'stopped' });
		try {
			results.succeed(row, ...(await act(row)));
		} catch (error) {
			const failure = failureOf(error);
			if (failure.endsRun) return results.failRest(failure);
			results.fail(row, failure);
			if (!continues) return;
		}
		await clock.pause();
	}
}
