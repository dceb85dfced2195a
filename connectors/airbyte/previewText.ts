import { isObject } from '../../src/mapping/jsonValues';
import type { LeftOut } from '../../src/mapping/plan';
import { number, some } from './logMessages';
import {
	minutesFor,
	type Preview,
	type RejectionPreview,
	type StreamPreview,
} from './previewResult';

/** The longest line, in characters. */
const WIDTH = 100;

/** How far the parts of a stream are moved to the right. */
const INDENT = 4;

/** The longest cell of the first two columns of the table. */
const WIDEST = 36;

/** How many positions of rejected records are listed. */
const POSITIONS = 5;

/** A number of records at which the whole is easy to imagine. */
const MANY = 100_000;

/** A preview for a terminal. `failures` are the texts of what would fail the sync. */
export function previewText(preview: Preview, failures: readonly string[]): string {
	const blocks = [
		...preview.streams.map(streamLines),
		inputLines(preview),
		warningLines(preview),
		memoryLines(preview),
		totalLines(preview),
		...failures.map((text, i) => wrapped(`The sync would ${i === 0 ? '' : 'also '}fail: ${text}`)),
	];
	const text = blocks
		.filter(({ length }) => length > 0)
		.map((lines) => lines.map(fitted).join('\n'))
		.join('\n\n');
	const isCut = text.includes(`${ELLIPSIS}\n`) || text.endsWith(ELLIPSIS);
	return `${text}\n${isCut ? `\nText that ends with ${ELLIPSIS} is cut. --json prints it in full.\n` : ''}`;
}

const ELLIPSIS = '…';

/** Control characters could change the terminal. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

const escaped = (text: string): string =>
	text.replace(CONTROL, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

const cut = (text: string, most: number): string => {
	const characters = [...text];
	return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}${ELLIPSIS}`;
};

const fitted = (line: string): string => cut(escaped(line), WIDTH).trimEnd();

/** A text as lines of at most 100 characters, if they are not moved to the right. */
function wrapped(text: string, indent = '', mark = '', width = WIDTH): string[] {
	const lines: string[] = [];
	let line = indent + mark;
	let isEmpty = true;
	for (const word of text.split(' ')) {
		if (!isEmpty && line.length + 1 + word.length > width) {
			lines.push(line);
			line = indent + ' '.repeat(mark.length);
			isEmpty = true;
		}
		line += isEmpty ? word : ` ${word}`;
		isEmpty = false;
	}
	return [...lines, line];
}

function streamLines(stream: StreamPreview): string[] {
	const title = `Stream ${stream.stream}: ${some(stream.received, 'record')}`;
	if (stream.skipped > 0) return [`${title}, skipped (streams.skip_stream)`];
	return [
		title,
		...section('', columnLines(stream)),
		...section('Outcome', stream.received === 0 ? [] : outcomeLines(stream)),
		...section(
			`The first ${stream.firstPeople.length === 1 ? 'person' : `${stream.firstPeople.length} people`}, as they would be sent`,
			stream.firstPeople.flatMap(personLines),
		),
	];
}

function inputLines({ lines }: Preview): string[] {
	const rejected = lines.flatMap((one) => rejectionLines(one, 'line'));
	return rejected.length === 0 ? [] : ['Input', ...section('', rejected)];
}

const warningLines = ({ warnings }: Preview): string[] =>
	warnings.length === 0
		? []
		: ['Warnings', ...warnings.flatMap((text) => wrapped(text, '  ', '- '))];

const memoryLines = ({ memory }: Preview): string[] =>
	memory === undefined ? [] : wrapped(memory);

const section = (title: string, lines: readonly string[]): string[] =>
	lines.length === 0
		? []
		: ['', ...(title === '' ? [] : [`  ${title}`]), ...lines.map((line) => `  ${line}`)];

type ColumnPreview = StreamPreview['columns'][number];

function columnLines({ columns, deletedInSource, received }: StreamPreview): string[] {
	if (columns.length === 0) return [];
	const records = received - deletedInSource;
	const rows = columns.map((column) => [
		cut(escaped(column.column), WIDEST),
		cut(escaped(useText(column, columns)), WIDEST + 8),
		column.becomes === 'nothing' ? '' : filledText(column.filled, records),
	]);
	return table([['column', 'becomes', 'filled'], ...rows]);
}

function filledText(filled: number, records: number): string {
	const percent = records === 0 ? 0 : (filled * 100) / records;
	return `${number(filled).padStart(7)} ${shareText(percent).padStart(5)}`;
}

/** Only all is 100%, and only none is 0%. */
function shareText(percent: number): string {
	if (percent > 0 && percent < 1) return '<1%';
	return `${percent > 99 && percent < 100 ? '>99' : Math.round(percent)}%`;
}

function table(rows: readonly (readonly string[])[]): string[] {
	const width = (at: number) => Math.max(...rows.map((row) => lengthOf(row[at] ?? '')));
	const [first, second, third] = [width(0), width(1), width(2)];
	return rows.map(
		([a = '', b = '', c = '']) =>
			`${a}${spaces(first, a)}  ${b}${spaces(second, b)}  ${spaces(third, c)}${c}`,
	);
}

const lengthOf = (text: string): number => [...text].length;

const spaces = (width: number, text: string): string => ' '.repeat(width - lengthOf(text));

const WHY: Readonly<Record<LeftOut, string>> = {
	bookkeeping: "Airbyte's own column",
	excluded: 'exclude_columns',
	unlisted: 'not in only_columns',
	clash: 'another column has its trait',
};

function useText(use: ColumnPreview, all: readonly ColumnPreview[]): string {
	const { becomes, isFlattened, isPart, leftOut, trait } = use;
	if (becomes === 'nothing') return `left out: ${WHY[leftOut ?? 'unlisted']}`;
	if (isFlattened) return `traits ${trait}.…`;
	if (becomes === 'trait') return isPart ? `part of trait ${trait}` : `trait ${trait}`;
	if (becomes !== 'user_id') return becomes;
	if (isPart) return 'part of the user ID';
	const isFirst = all.find((other) => other.becomes === 'user_id') === use;
	return isFirst ? 'user ID' : 'user ID if those above are empty';
}

function outcomeLines(stream: StreamPreview): string[] {
	const { deletedInSource, merged, people, received, rejected, unchanged, upserted } = stream;
	const unfinished = received - upserted - unchanged - rejected - deletedInSource;
	const repeats =
		merged === 0
			? ''
			: `; ${some(merged, 'record')} (${((merged * 100) / upserted).toFixed(1)}%) merged with another of the same person`;
	const rows: [string, number, string][] = [
		['upserted', upserted, `as ${some(people, 'person', 'people')}${repeats}`],
		[
			'unchanged',
			unchanged,
			`(${shareText((unchanged * 100) / received)}) as Flameup last confirmed them, and not sent`,
		],
		['rejected', rejected, ''],
		['deleted', deletedInSource, 'in the source, and not sent'],
		['not sent', unfinished, 'because the sync would fail first'],
	];
	const shown = rows.filter(
		([name, count]) => count > 0 || name === 'upserted' || name === 'rejected',
	);
	const width = Math.max(...shown.map(([name]) => name.length));
	const counts = shown.map(
		([name, count, note]) => `  ${name.padEnd(width)}  ${number(count).padStart(9)}  ${note}`,
	);
	return [
		...counts,
		...stream.rejections.flatMap((one) => ['', ...rejectionLines(one, 'record').map(indented)]),
	];
}

const indented = (line: string): string => `  ${line}`;

function rejectionLines({ code, count, first, hint, reason }: RejectionPreview, what: string) {
	const positions = first.slice(0, POSITIONS).map(({ record }) => number(record));
	const others = count - positions.length;
	const more = others > 0 ? ` and ${number(others)} more` : '';
	const [example] = first;
	const shown = example && exampleText(example);
	return [
		`${code}: ${count === 1 ? what : `${what}s`} ${positions.join(', ')}${more}`,
		...wrapped(hint === undefined ? reason : `${reason} ${hint}`, '  ', '', WIDTH - INDENT),
		...(shown === undefined ? [] : [`  ${what} ${number(example?.record ?? 0)}: ${shown}`]),
	];
}

function exampleText({ userId, value }: RejectionPreview['first'][number]): string | undefined {
	const texts = [
		...(userId === undefined ? [] : [`user ID ${userId}`]),
		...(value === undefined ? [] : [`value ${JSON.stringify(value)}`]),
	];
	return texts.length === 0 ? undefined : texts.join(', ');
}

/** A person as JSON, with each trait on a line of its own. */
function personLines(person: unknown): string[] {
	if (!isObject(person)) return [`  ${JSON.stringify(person)}`];
	const { traits, ...rest } = person;
	const own = members(rest);
	if (!isObject(traits)) return ['  {', ...own, '  }'].map(indented);
	return [
		'  {',
		...own.map((line) => `${line},`),
		'    "traits": {',
		...commas(members(traits).map(indented)),
		'    }',
		'  }',
	];
}

const members = (object: Readonly<Record<string, unknown>>): string[] =>
	Object.entries(object).map(
		([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
	);

const commas = (lines: readonly string[]): string[] =>
	lines.map((line, i) => (i < lines.length - 1 ? `${line},` : line));

/** The requests for many such records; all but the last of those seen are full. */
function requestsForMany({ peoplePerRequest, received, requests, streams }: Preview): number {
	const people = streams.reduce((sum, { merged, upserted }) => sum + upserted - merged, 0);
	const each =
		requests > 1 ? Math.min(peoplePerRequest, people / (requests - 1)) : peoplePerRequest;
	return Math.ceil((people * MANY) / received / each);
}

function totalLines(preview: Preview): string[] {
	const { failures, isWhole, minutes, received, requests, requestsPerMinute } = preview;
	if (received === 0) return ['The input has no records.'];
	if (requests === 0) return ['No request would be sent.'];
	const pace = `at ${some(requestsPerMinute, 'request')} per minute`;
	const time = minutes === 0 ? 'less than a minute' : `at least ${some(minutes, 'minute')}`;
	const whole = isWhole
		? `The whole input (${some(received, 'record')})`
		: `The first ${some(received, 'record')}`;
	const lines = wrapped(`${whole} would take ${some(requests, 'request')}: ${time} ${pace}.`);
	if (isWhole || failures.length > 0) return lines;
	const needed = requestsForMany(preview);
	const estimate = minutesFor(needed, requestsPerMinute);
	return [
		...lines,
		...wrapped(
			`The input has more records. ${number(MANY)} records like these would take about ${some(needed, 'request')}: ${estimate === 0 ? 'less than a minute' : `at least ${some(estimate, 'minute')}`}.`,
		),
	];
}
