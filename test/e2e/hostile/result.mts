import type { Cell } from './cells.mts';
import type { Figures, Verdict } from './judge.mts';

/** What one cell came to; without figures when it broke. */
export interface Result {
	readonly cell: Cell;
	readonly figures: Figures | undefined;
	readonly verdict: Verdict;
}

/** The cell as it can be given to --cell. */
const asOption = ({ group: _, ...cell }: Cell): string => `--cell '${JSON.stringify(cell)}'`;

/** Prints one line for each cell that did not keep its promises, and tells whether all did. */
export function printFailed(results: readonly Result[]): boolean {
	const failed = results.filter(({ verdict }) => verdict.length > 0);
	for (const { cell, verdict } of failed) {
		console.log(
			`FAIL ${cell.group}: ${verdict.join('; ').slice(0, 1_000)}\n     ${asOption(cell)}`,
		);
	}
	return failed.length === 0;
}
