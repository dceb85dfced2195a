/** Formats rows as text: the first column left-aligned, the others right-aligned. */
export function table(rows: string[][]) {
	const widths = (rows[0] ?? []).map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	const aligned = rows.map((row) =>
		row.map((cell, column) => {
			const width = widths[column] ?? 0;
			return column === 0 ? cell.padEnd(width) : cell.padStart(width);
		}),
	);
	return aligned.map((row) => row.join('   ')).join('\n');
}

/** The median of numbers. */
export function median(numbers: number[]) {
	const sorted = numbers.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** An integer with thousands separators. */
export const whole = (number: number) => Math.round(number).toLocaleString('en-US');
