import { isDeepStrictEqual } from 'node:util';
import { defaultKey } from '../../../simulator/keys.mts';
import { readMessage } from '../../airbyte/messages.mts';
import { CANARY } from './corpus.mts';

/** What the input is, read without any code of the product's. */
export interface Known {
	records: number;
	unreadable: number;
	readonly states: Record<string, unknown>[];
	/** Canaries that became names of columns or streams, which the log may show. */
	readonly names: Set<string>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads an input as its writer's protocol has it. */
export function know(bytes: Buffer): Known {
	const known: Known = { records: 0, unreadable: 0, states: [], names: new Set() };
	for (let from = 0; from <= bytes.length; ) {
		const end = bytes.indexOf(10, from);
		const to = end < 0 ? bytes.length : end;
		const text = bytes.subarray(from, to).toString('utf8');
		from = to + 1;
		const message = tryJson(text);
		if (!isObject(message)) {
			if (text.trim() !== '') known.unreadable++;
			continue;
		}
		collectNames(message, known.names);
		if (message.type === 'RECORD' && isObject(message.record)) {
			known.records++;
			const { namespace, stream } = message.record;
			for (const name of [namespace, stream]) {
				if (typeof name === 'string') addCanaries(name, known.names);
			}
		}
		if (message.type === 'STATE' && isObject(message.state)) known.states.push(message.state);
	}
	return known;
}

function tryJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
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

/** What a run printed, as lines; `ended` tells how. */
export interface FuzzRun {
	/** Lines of standard output. */
	readonly lines: readonly string[];
	readonly exitCode: number | null;
	readonly stderr: string;
	/** No state goes out in a dry run. */
	readonly dry: boolean;
}

/** The key, and its secret half, in the forms in which a program might print them. */
const KEYS = [defaultKey, defaultKey.split('.')[1] ?? ''].flatMap((key) => [
	key,
	encodeURIComponent(key),
	Buffer.from(key).toString('hex'),
	...['', 'x', 'xx'].flatMap((before) => {
		const text = Buffer.from(before + key).toString('base64');
		return [text.slice(4, -4), text.slice(4, -4).replaceAll('+', '-').replaceAll('/', '_')];
	}),
]);

/** Throws unless a run kept to the protocol and printed nothing that is secret or personal. */
export function judgePrinted(run: FuzzRun, names: ReadonlySet<string> = new Set()): void {
	const messages = run.lines.map((line) => {
		try {
			return readMessage(line);
		} catch (error) {
			throw new Error(`No message: ${line.slice(0, 300)} (${error})`);
		}
	});
	if (run.stderr !== '') throw new Error(`On standard error: ${run.stderr.slice(0, 500)}`);
	const traces = messages.filter(({ type }) => type === 'TRACE');
	if ((run.exitCode === 0) !== (traces.length === 0)) {
		throw new Error(`Exit code ${run.exitCode} with ${traces.length} traces`);
	}
	for (const message of messages) {
		if (message.type === 'STATE') continue;
		const text = JSON.stringify(message);
		if (text.includes('met an error of its own')) throw new Error(`It crashed: ${text}`);
		const key = KEYS.find((form) => text.includes(form));
		if (key !== undefined) throw new Error(`The key is in ${text}`);
		for (const [canary] of text.matchAll(CANARY)) {
			const isName = [...names].some((name) => name.startsWith(canary.toLowerCase()));
			if (!isName) throw new Error(`Personal data (${canary}) is in ${text.slice(0, 500)}`);
		}
	}
}

interface Report {
	readonly received: number;
	readonly upserted: number;
	readonly created: number;
	readonly updated: number;
	readonly merged: number;
	readonly unreadableLines: number;
	readonly rejected: Readonly<Record<string, { readonly count: number }>>;
}

/** Throws unless the counts are true and the states come back as they were. */
export function judgeWrite(run: FuzzRun, known: Known): Report | undefined {
	judgePrinted(run, known.names);
	const messages = run.lines.map((line) => JSON.parse(line));
	const told = messages.findLast(({ log }) => log?.message.startsWith('report '));
	// A catalog that does not suit the settings ends a run before it begins.
	if (told === undefined && run.exitCode !== 0 && run.lines.length === 1) return undefined;
	if (told === undefined) throw new Error('There is no report.');
	const report: Report = JSON.parse(told.log.message.slice('report '.length));
	const rejected = Object.values(report.rejected).reduce((sum, { count }) => sum + count, 0);
	const settled = report.upserted + rejected;
	const printed = messages.filter(({ type }) => type === 'STATE').map(({ state }) => state);
	if (!run.dry) {
		const { created, merged, updated, upserted } = report;
		same('created + updated + merged', created + updated + merged, upserted);
	}
	if (run.exitCode === 0) {
		same('received', report.received, known.records);
		same('upserted + rejected', settled, report.received);
		same('unreadable lines', report.unreadableLines, known.unreadable);
		if (!run.dry) same('states', printed.length, known.states.length);
	} else if (report.received > known.records || settled > report.received) {
		throw new Error(`${settled} of ${report.received} of ${known.records} records`);
	}
	const sums = { recordCount: 0, rejectedRecordCount: 0 };
	printed.forEach(({ destinationStats, ...state }, place) => {
		const { destinationStats: _, ...sent } = known.states[place] ?? {};
		if (!isSame(state, sent)) {
			throw new Error(`State ${place} came back as ${JSON.stringify(state).slice(0, 300)}`);
		}
		sums.recordCount += destinationStats.recordCount;
		sums.rejectedRecordCount += destinationStats.rejectedRecordCount;
	});
	if (sums.recordCount > report.upserted || sums.rejectedRecordCount > rejected) {
		throw new Error(`The states sum to ${JSON.stringify(sums)} of ${JSON.stringify(report)}`);
	}
	return report;
}

/** Whatever is nested too deeply to be compared is taken to be the same. */
function isSame(one: unknown, other: unknown): boolean {
	try {
		return isDeepStrictEqual(one, other);
	} catch (error) {
		if (error instanceof RangeError) return true;
		throw error;
	}
}

function same(what: string, found: number, wanted: number): void {
	if (found !== wanted) throw new Error(`${what}: ${found}, not ${wanted}`);
}
