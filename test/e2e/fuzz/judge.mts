import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { defaultKey } from '../../../simulator/keys.mts';
import { sumOfStats } from '../../airbyte/input.mts';
import { type Message, ofType, readMessage } from '../../airbyte/messages.mts';
import { reportIn } from '../../airbyte/report.mts';
import { isObject, tryJson } from '../json.mts';
import { CANARY } from './corpus.mts';

/** What the input contains, parsed without the product's code. */
export interface Known {
	/** Includes lines that are not messages: each is a rejected record. */
	records: number;
	unreadable: number;
	readonly states: Record<string, unknown>[];
	/** Canaries in names of columns or streams, which the log may show. */
	readonly names: Set<string>;
}

/** Parses an input by the Airbyte protocol. */
export function know(bytes: Buffer): Known {
	const known: Known = { records: 0, unreadable: 0, states: [], names: new Set() };
	for (const line of linesIn(bytes)) {
		const text = line.toString('utf8');
		const message = isUtf8(line) ? messageIn(text.replace(/^\uFEFF/, '')) : undefined;
		if (isObject(message)) {
			learn(message, known);
		} else if (text.trim() !== '') {
			known.records++;
			known.unreadable++;
		}
	}
	return known;
}

const BARE = /"(?:[^"\\]|\\.)*"|(?<![\w$])-?(?:NaN|Infinity)(?![\w$])/g;

/** A line as JSON; NaN and Infinity, which Python writes, become null. */
const messageIn = (text: string): unknown =>
	tryJson(text) ?? tryJson(text.replace(BARE, (one) => (one.startsWith('"') ? one : 'null')));

/** Splits bytes, not text: invalid UTF-8 must not hide a line end. */
function* linesIn(bytes: Buffer): Generator<Buffer> {
	for (let from = 0; from <= bytes.length; ) {
		const end = bytes.indexOf(10, from);
		const to = end < 0 ? bytes.length : end;
		yield bytes.subarray(from, to);
		from = to + 1;
	}
}

function learn(message: Record<string, unknown>, known: Known): void {
	collectNames(message, known.names);
	if (message.type === 'STATE' && isObject(message.state)) known.states.push(message.state);
	if (message.type !== 'RECORD') return;
	known.records++;
	if (!isObject(message.record)) return;
	const { namespace, stream } = message.record;
	for (const name of [namespace, stream]) {
		if (typeof name === 'string') addCanaries(name, known.names);
	}
}

function addCanaries(text: string, names: Set<string>): void {
	for (const [canary] of text.matchAll(CANARY)) names.add(canary.toLowerCase());
}

function collectNames(root: object, names: Set<string>): void {
	const open: object[] = [root];
	for (let one = open.pop(); one !== undefined; one = open.pop()) {
		if (!Array.isArray(one)) for (const name of Object.keys(one)) addCanaries(name, names);
		for (const value of Object.values(one)) {
			if (typeof value === 'object' && value !== null) open.push(value);
		}
	}
}

/** What a run printed, and how it ended. */
export interface FuzzRun {
	/** Lines of standard output. */
	readonly lines: readonly string[];
	readonly exitCode: number | null;
	readonly stderr: string;
	/** As counted by Flameup. */
	readonly peopleCreated: number;
}

/** The key and its secret half, in the encodings in which they might be printed. */
const KEYS = [defaultKey, defaultKey.split('.')[1] ?? ''].flatMap((key) => [
	key,
	encodeURIComponent(key),
	Buffer.from(key).toString('hex'),
	...['', 'x', 'xx'].flatMap((before) => {
		const text = Buffer.from(before + key).toString('base64');
		return [text.slice(4, -4), text.slice(4, -4).replaceAll('+', '-').replaceAll('/', '_')];
	}),
]);

/** A run follows the protocol and prints nothing secret or personal. Returns its messages. */
export function expectPrinted(run: FuzzRun, names: ReadonlySet<string> = new Set()): Message[] {
	const messages = run.lines.map((line) => {
		try {
			return readMessage(line);
		} catch (error) {
			throw new Error(`No message: ${line.slice(0, 300)} (${error})`);
		}
	});
	expect(run.stderr, 'standard error').toBe('');
	const traces = ofType(messages, 'TRACE');
	expect(traces.length, `traces with exit code ${run.exitCode}`).toBe(run.exitCode === 0 ? 0 : 1);
	for (const message of messages) {
		if (message.type === 'STATE') continue;
		const text = JSON.stringify(message);
		expect(text).not.toContain('had an internal error');
		const key = KEYS.find((form) => text.includes(form));
		expect(key, `the key in ${text.slice(0, 500)}`).toBeUndefined();
		const personal = [...text.matchAll(CANARY)]
			.map(([canary]) => canary.toLowerCase())
			.filter((canary) => ![...names].some((name) => name.startsWith(canary)));
		expect(personal, `personal data in ${text.slice(0, 500)}`).toEqual([]);
	}
	return messages;
}

/** The counts are correct and the states are returned unchanged. */
export function expectWritten(run: FuzzRun, known: Known): void {
	const messages = expectPrinted(run, known.names);
	const logs = ofType(messages, 'LOG').map(({ log }) => log.message);
	const report = reportIn(logs);
	// Invalid files end a run before it starts.
	if (report === undefined && run.exitCode !== 0 && messages.length === 1) return;
	if (report === undefined) throw new Error('There is no report.');
	const states = run.lines.filter((_, n) => messages[n]?.type === 'STATE');
	// Parsed without the protocol's schema, which would drop a member called __proto__.
	const printed = states.map((line) => JSON.parse(line).state);
	const isDry = logs.some((message) => message.startsWith('Dry run:'));
	const { created, merged, received, rejections, updated, upserted } = report;
	const { deletedInSource, rejected, skipped } = report;
	const settled = upserted + rejections + deletedInSource + skipped;
	if (isDry) {
		expect(printed, 'states of a dry run').toEqual([]);
	} else {
		expect(created + updated + merged, 'created + updated + merged').toBe(upserted);
		expect(created, 'created').toBe(run.peopleCreated);
	}
	if (run.exitCode === 0) {
		expect(received, 'received').toBe(known.records);
		expect(settled, 'records with an outcome').toBe(received);
		expect(rejected.unreadable_line?.count ?? 0, 'unreadable lines').toBe(known.unreadable);
		if (!isDry) expect(printed.length, 'states').toBe(known.states.length);
	} else {
		expect(received, 'received').toBeLessThanOrEqual(known.records);
		expect(settled, 'records with an outcome').toBeLessThanOrEqual(received);
	}
	printed.forEach(({ destinationStats: _, ...state }, place) => {
		const { destinationStats: __, ...sent } = known.states[place] ?? {};
		const shown = () => JSON.stringify(state).slice(0, 300);
		if (!isSame(state, sent)) expect.fail(`State ${place} came back as ${shown()}`);
	});
	const sums = sumOfStats(states);
	expect(sums.recordCount, 'handled by the states').toBeLessThanOrEqual(settled - rejections);
	expect(sums.rejectedRecordCount, 'rejected by the states').toBeLessThanOrEqual(rejections);
}

/** Values nested too deeply to compare count as equal. */
function isSame(one: unknown, other: unknown): boolean {
	try {
		return isDeepStrictEqual(one, other);
	} catch (error) {
		if (error instanceof RangeError) return true;
		throw error;
	}
}
