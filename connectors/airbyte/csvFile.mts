import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { TextDecoder } from 'node:util';
import { type Options, parse } from 'csv-parse';
import { parse as parseAtOnce } from 'csv-parse/sync';
import { InputError, whyUnreadable } from './inputError';
import { LineSplitter } from './lines';

/** How much of a file its separator is guessed from. */
const SAMPLE_BYTES = 64_000;
const SAMPLE_ROWS = 50;

const DELIMITERS = [',', ';', '\t', '|'];

/** How a file is to be read. */
export interface CsvFormat {
	readonly path: string;
	readonly delimiter: string;
	/** A label of the WHATWG Encoding Standard. */
	readonly encoding: string;
	/** The first line with data; 2 if the first one is Excel's `sep=;`. */
	readonly fromLine: number;
}

/** One row, and the line where it begins; the first is 1. */
export interface CsvRow {
	readonly line: number;
	readonly cells: readonly string[];
}

/** Finds out how a file is to be read. Throws InputError if it cannot be read as text. */
export function detectFormat(
	path: string,
	given: { readonly delimiter?: string | undefined; readonly encoding?: string | undefined },
): CsvFormat {
	const sample = readSample(path);
	if (sample.length === 0) throw new InputError(`${path} is empty.`);
	if (sample.subarray(0, 4).equals(ZIP)) {
		throw new InputError(`${path} is a spreadsheet or a zip file. ${SAVE_AS_CSV}`);
	}
	const encoding = given.encoding ?? encodingOf(sample, path);
	// Other bytes are found when the whole file is read.
	const text = createDecoder(encoding, false).decode(sample, { stream: true });
	const [, separator] = /^sep=(.)\r?\n/.exec(text) ?? [];
	const fromLine = separator === undefined ? 1 : 2;
	const isWhole = sample.length < SAMPLE_BYTES;
	const delimiter =
		given.delimiter === undefined
			? (separator ?? guessDelimiter(normalized(text), isWhole))
			: namedDelimiter(given.delimiter);
	return { path, encoding, fromLine, delimiter };
}

/** Every row, the header included; empty lines are no rows. Throws InputError for what is not CSV. */
export async function* readRows(format: CsvFormat): AsyncGenerator<CsvRow> {
	const options = { ...parserOptions(format.delimiter), from_line: format.fromLine };
	// Errors of either reach the loop below.
	const parser = pipeline(readText(format), parse(options), () => undefined);
	let end = format.fromLine - 1;
	let empty = 0;
	try {
		for await (const { info, record } of parser as AsyncIterable<Parsed>) {
			const line = end + 1 + info.empty_lines - empty;
			end = info.lines;
			empty = info.empty_lines;
			yield { line, cells: record };
		}
	} catch (error) {
		if (!isOpenQuote(error)) throw error;
		throw openQuote(format.path, end + 1 + error.empty_lines - empty);
	}
}

interface Parsed {
	readonly record: string[];
	readonly info: { readonly lines: number; readonly empty_lines: number };
}

const ZIP = Buffer.from('PK\u0003\u0004');

const SAVE_AS_CSV = 'Save it as CSV (in Excel: "CSV UTF-8").';

/** Rows may have any number of cells here, and quotes inside a cell without quotes are text. */
const parserOptions = (delimiter: string): Options => ({
	delimiter,
	info: true,
	record_delimiter: '\n',
	relax_column_count: true,
	relax_quotes: true,
	skip_empty_lines: true,
});

function readSample(path: string): Buffer {
	try {
		if (!statSync(path).isFile()) {
			throw new InputError(`${path} is not a file. It is read twice, so it cannot be a pipe.`);
		}
		const file = openSync(path, 'r');
		const sample = Buffer.alloc(SAMPLE_BYTES);
		const length = readSync(file, sample);
		closeSync(file);
		return sample.subarray(0, length);
	} catch (error) {
		if (error instanceof InputError) throw error;
		throw unreadable(path, error);
	}
}

const unreadable = (path: string, error: unknown): InputError =>
	new InputError(`The file ${path} ${whyUnreadable(error)}.`);

function encodingOf(sample: Buffer, path: string): string {
	if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
	if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
	if (sample.includes(0)) {
		throw new InputError(
			`${path} has null characters, as UTF-16 has if it is read as UTF-8. Name its encoding, such as --encoding utf-16le.`,
		);
	}
	return 'utf-8';
}

/** Drops a byte order mark. If it is strict, it throws a TypeError for bytes that are not of the encoding. */
function createDecoder(encoding: string, isStrict = true): TextDecoder {
	try {
		return new TextDecoder(encoding, { fatal: isStrict });
	} catch {
		throw new InputError(
			`The encoding ${encoding} is not known. Use a name such as utf-8, utf-16le or windows-1252.`,
		);
	}
}

/** Line breaks as the parser counts them. */
const normalized = (text: string): string => text.replace(/\r\n?/g, '\n');

/** The separator that gives the most columns, the same number in each of the first rows if possible. */
function guessDelimiter(text: string, isWhole: boolean): string {
	const found = DELIMITERS.map((delimiter) => ({
		delimiter,
		...shapeOf(text, delimiter, isWhole),
	}));
	const best = found.toSorted(
		(a, b) => Number(b.isEven) - Number(a.isEven) || b.columns - a.columns,
	)[0];
	return best?.delimiter ?? ',';
}

function shapeOf(text: string, delimiter: string, isWhole: boolean) {
	const columns = firstRows(text, delimiter, 1)[0]?.length ?? 0;
	const rows = firstRows(isWhole ? text : upToLastLine(text), delimiter, SAMPLE_ROWS);
	const isEven = columns > 1 && rows.length > 0 && rows.every(({ length }) => length === columns);
	return { columns, isEven };
}

/** None if a quote among them is not closed; then the header alone decides. */
function firstRows(text: string, delimiter: string, count: number): string[][] {
	try {
		return parseAtOnce(text, { ...parserOptions(delimiter), info: false, to: count });
	} catch {
		return [];
	}
}

const upToLastLine = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1);

function namedDelimiter(name: string): string {
	const delimiter = name === 'tab' || name === '\\t' ? '\t' : name;
	if ([...delimiter].length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
	throw new InputError(
		'The option --delimiter must be one character other than a quote, such as ";", or the word tab.',
	);
}

/** The text of the file with newlines as line breaks. */
async function* readText({ encoding, path }: CsvFormat): AsyncGenerator<string> {
	const decoder = createDecoder(encoding);
	let rest = '';
	try {
		for await (const chunk of createReadStream(path)) {
			const text = rest + decoder.decode(chunk as Buffer, { stream: true });
			// Its newline may be in the next chunk.
			rest = text.endsWith('\r') ? '\r' : '';
			yield normalized(rest === '' ? text : text.slice(0, -1));
		}
		yield normalized(rest + decoder.decode());
	} catch (error) {
		if (!(error instanceof TypeError)) throw unreadable(path, error);
		throw await notText(path, encoding);
	}
}

async function notText(path: string, encoding: string): Promise<InputError> {
	const line = encoding === 'utf-8' ? await firstBrokenLine(path) : undefined;
	const where = line === undefined ? '' : `: line ${line} has other bytes`;
	return new InputError(
		`${path} is not ${encoding.toUpperCase()}${where}. ${SAVE_AS_CSV} Or name its encoding, such as --encoding windows-1252.`,
	);
}

/** The first line that is not UTF-8. */
async function firstBrokenLine(path: string): Promise<number | undefined> {
	const lines = new LineSplitter();
	let number = 0;
	let broken: number | undefined;
	const take = (_: string, isWhole: boolean) => {
		number++;
		if (!isWhole) broken ??= number;
	};
	for await (const chunk of createReadStream(path)) {
		lines.push(chunk as Buffer, take);
		if (broken !== undefined) return broken;
	}
	lines.end(take);
	return broken;
}

/** The parser's error for a quote that is open at the end, with the number of empty lines so far. */
const isOpenQuote = (error: unknown): error is { empty_lines: number } =>
	(error as { code?: unknown }).code === 'CSV_QUOTE_NOT_CLOSED';

const openQuote = (path: string, line: number): InputError =>
	new InputError(
		`A cell of ${path} begins with a quote that is never closed, in the row that begins on line ${line}. Close it, or double the quotes that belong to the text.`,
	);
