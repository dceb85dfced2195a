import type { IDataObject } from 'n8n-workflow';
import { Failure, fromError } from './failure';
import { cancelled, type Run } from './run';

/**
 * Works on one row after the other, so that what happens to one person happens in order. A row that
 * fails leaves the others alone, unless its failure is one for all or the user wants to stop.
 */
export async function eachRow(
	{ clock, continues, items, results, stop }: Run,
	act: (row: number) => Promise<IDataObject[] | Failure>,
): Promise<void> {
	for (let row = 0; row < items.length; row++) {
		if (stop.signal.aborted) return results.failRest(cancelled());
		const made = await orFailure(() => act(row));
		if (!(made instanceof Failure)) {
			results.succeed(row, ...made);
		} else if (made.details.endsRun) {
			return results.failRest(made);
		} else {
			results.fail(row, made);
			if (!continues) return;
		}
		await clock.breathe();
	}
}

/** What the core threw, as a value. */
export async function orFailure<T>(work: () => Promise<T>): Promise<T | Failure> {
	try {
		return await work();
	} catch (error) {
		return fromError(error);
	}
}
