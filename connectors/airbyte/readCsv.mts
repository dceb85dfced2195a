import { realpathSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type CsvFormat, type CsvRow, detectFormat, readRows } from './csvFile.mjs';
import { InputError } from './inputError';
import { number, some } from './logMessages';

/** Output is collected up to about this many characters. */
const CHUNK = 64_000;

/** How many uneven rows an error names. */
const ROWS_NAMED = 5;

/** The options of `read-csv`. */
export interface CsvOptions {
	/** The name of the stream; by default the name of the file. */
	readonly stream?: string | undefined;
	/** Where a configured catalog is written. */
	readonly 'write-catalog'?: string | undefined;
	readonly delimiter?: string | undefined;
	readonly encoding?: string | undefined;
	/** Columns whose values become numbers. */
	readonly number?: readonly string[] | undefined;
}

/** Where the messages go. */
export interface CsvOutput {
	/** Milliseconds since 1970. */
	readonly emittedAt: number;
	print(text: string): Promise<void>;
}

/**
 * Prints a RECORD for each row of a CSV file, and returns a note on what was read. The whole file is checked
 * first. Throws InputError for a file that is not CSV, and if rows and header do not match.
 */
export async function readCsv(
	path: string,
	options: CsvOptions,
	output: CsvOutput,
): Promise<string> {
	const format = detectFormat(path, options);
	const table = await checkTable(format, options.number ?? []);
	const stream = options.stream ?? basename(path).replace(/\.\w+$/, '');
	if (stream === '') throw new InputError('The option --stream must be the name of a stream.');
	const catalog = options['write-catalog'];
	if (catalog !== undefined) writeCatalog(catalog, path, catalogText(stream, table));
	await printRecords(format, table, { ...output, stream });
	return noteText(format, table);
}

/** What the first reading of a file found. */
interface Table {
	readonly columns: readonly string[];
	readonly isNumber: readonly boolean[];
	readonly rows: number;
	/** Columns that have no name in the file. */
	readonly unnamed: readonly string[];
}

async function checkTable(format: CsvFormat, numbers: readonly string[]): Promise<Table> {
	const rows = readRows(format);
	const first = await rows.next();
	if (first.done) throw new InputError(`${format.path} has no rows.`);
	const { columns, unnamed } = readHeader(format.path, first.value);
	const isNumber = columns.map((column) => numbers.includes(column));
	const unknown = numbers.find((name) => !columns.includes(name));
	if (unknown !== undefined) {
		throw new InputError(`The option --number names "${unknown}", which is not a column.`);
	}
	const uneven = new Problems();
	const others = new Problems();
	let count = 0;
	for await (const { cells, line } of rows) {
		count++;
		if (cells.length !== columns.length) uneven.add(`line ${number(line)} has ${cells.length}`);
		const bad = cells.findIndex((cell, i) => isNumber[i] && !isNumeric(cell));
		if (bad >= 0) others.add(`line ${number(line)}, column "${columns[bad]}": "${cells[bad]}"`);
	}
	if (uneven.count > 0) throw unevenRows(format.path, columns.length, uneven);
	if (others.count > 0) throw notNumbers(format.path, others);
	return { columns, isNumber, unnamed, rows: count };
}

/** Counts problems, and keeps the first few. */
class Problems {
	count = 0;
	readonly #first: string[] = [];

	add(text: string): void {
		this.count++;
		if (this.#first.length < ROWS_NAMED) this.#first.push(text);
	}

	toString(): string {
		const others = this.count - this.#first.length;
		return `${this.#first.join('; ')}${others > 0 ? `; and ${number(others)} more` : ''}`;
	}
}

const unevenRows = (path: string, columns: number, rows: Problems): InputError =>
	new InputError(
		`The header of ${path} has ${some(columns, 'column')}, but ${some(rows.count, 'row')} ${rows.count === 1 ? 'has' : 'have'} another number of cells: ${rows}. Correct the rows (a cell with a separator or a line break needs quotes around it), or name the separator with --delimiter.`,
	);

const notNumbers = (path: string, cells: Problems): InputError =>
	new InputError(
		`${some(cells.count, 'row')} of ${path} ${cells.count === 1 ? 'has' : 'have'} no number in a column that --number names: ${cells}. A number has a point, no other signs and no leading zeros, such as 1234.5.`,
	);

function readHeader(path: string, { cells, line }: CsvRow) {
	const columns = cells.map((cell, i) => cell.trim() || `column_${i + 1}`);
	for (const [i, name] of columns.entries()) {
		const other = columns.indexOf(name);
		if (other === i) continue;
		throw new InputError(
			`Line ${line} of ${path} names two columns "${name}": columns ${other + 1} and ${i + 1}. Rename one of them.`,
		);
	}
	return { columns, unnamed: columns.filter((_, i) => cells[i]?.trim() === '') };
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

const isNumeric = (cell: string): boolean => cell.trim() === '' || NUMBER.test(cell.trim());

function writeCatalog(path: string, csv: string, text: string): void {
	try {
		if (isSameFile(path, csv)) {
			throw new InputError('The option --write-catalog names the CSV file itself.');
		}
		writeFileSync(path, text);
	} catch (error) {
		if (error instanceof InputError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new InputError(`The file ${path} of --write-catalog could not be written (${code}).`);
	}
}

function isSameFile(path: string, other: string): boolean {
	try {
		return realpathSync(path) === realpathSync(other);
	} catch {
		return false;
	}
}

function catalogText(name: string, { columns, isNumber }: Table): string {
	const properties = Object.fromEntries(
		columns.map((column, i) => [column, { type: ['null', isNumber[i] ? 'number' : 'string'] }]),
	);
	const stream = {
		name,
		json_schema: { type: 'object', properties },
		supported_sync_modes: ['full_refresh'],
	};
	const configured = { stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' };
	return `${JSON.stringify({ streams: [configured] }, null, '\t')}\n`;
}

async function printRecords(
	format: CsvFormat,
	{ columns, isNumber }: Table,
	{ emittedAt, print, stream }: CsvOutput & { readonly stream: string },
): Promise<void> {
	// Built as text, because a column may be called __proto__, and numbers keep all their digits.
	const names = columns.map((column) => `${JSON.stringify(column)}:`);
	const head = `{"type":"RECORD","record":{"stream":${JSON.stringify(stream)},"emitted_at":${emittedAt},"data":{`;
	const valueText = (cell: string, i: number) =>
		isNumber[i] ? cell.trim() || 'null' : JSON.stringify(cell);
	const rows = readRows(format);
	await rows.next();
	let text = '';
	for await (const { cells } of rows) {
		text += `${head}${names.map((name, i) => name + valueText(cells[i] ?? '', i)).join()}}}}\n`;
		if (text.length < CHUNK) continue;
		await print(text);
		text = '';
	}
	await print(text);
}

const SEPARATORS: Readonly<Record<string, string>> = {
	',': 'commas',
	';': 'semicolons',
	'\t': 'tabs',
	'|': 'vertical bars',
};

function noteText({ delimiter, encoding, path }: CsvFormat, { columns, rows, unnamed }: Table) {
	const separator = SEPARATORS[delimiter] ?? `"${delimiter}"`;
	const nameless =
		unnamed.length === 0
			? ''
			: ` ${some(unnamed.length, 'column')} without a name: ${unnamed.join(', ')}.`;
	return `${path}: ${some(rows, 'row')} with ${some(columns.length, 'column')}, separated by ${separator}, in ${encoding.toUpperCase()}.${nameless}`;
}
