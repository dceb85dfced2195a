import { styleText } from 'node:util';

/** Whether output goes to a terminal; otherwise nothing is coloured or redrawn. */
export const onTerminal = process.stdout.isTTY === true;

/** Text in a style, on a terminal only. */
export const styled = (style: 'bold' | 'green' | 'red', text: string): string =>
	onTerminal ? styleText(style, text) : text;

/** 10260 → 10,260 */
export const counted = (count: number): string => count.toLocaleString('en-US');

/** 1234 → 1.2 s */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Prints a title after a blank line. */
export const heading = (title: string): void => console.log(`\n${styled('bold', title)}`);

/** A name, a right-aligned value, and an optional remark. */
export type Row = [name: string, value: string, remark?: string];

/** Prints rows in columns. */
export const table = (rows: Row[]): void => {
	const names = Math.max(...rows.map(([name]) => name.length));
	const values = Math.max(...rows.map(([, value]) => value.length));
	for (const [name, value, remark = ''] of rows) {
		console.log(`  ${name.padEnd(names)}  ${value.padStart(values)}  ${remark}`.trimEnd());
	}
};
