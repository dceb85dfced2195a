import type { RejectionCode } from '../../src/errors';
import { parseExactly } from '../../src/mapping/exactNumbers';
import { isObject } from '../../src/mapping/jsonValues';
import type { StorageAccess } from './fingerprints';
import { damagedListText, retriedText } from './logMessages';
import { streamKey } from './protocol';
import { LISTS, type RejectedLine } from './rejectedLists';
import { dateOf } from './storedRuns';
import { type WriteOptions, write } from './write';

/** Which of the listed records are sent again. */
export interface RetryFilter {
	/** Only those of runs from this day on, in milliseconds since 1970. */
	readonly since?: number;
	readonly code?: RejectionCode;
}

/** What a retry needs: all that `write` does, but no input. */
export type RetryOptions = Omit<WriteOptions, 'input' | 'access' | 'settled'> & {
	readonly access: StorageAccess;
};

/** One list of rejected records; lines that were accepted now are undefined. */
interface List {
	readonly name: string;
	readonly lines: (string | undefined)[];
	/** Something in it cannot be read. */
	readonly isDamaged: boolean;
}

/** Where a record that is sent again is listed. */
interface Place {
	readonly list: List;
	readonly index: number;
}

/**
 * Sends the listed records again that hold their values, oldest first, and removes those that are accepted
 * from the lists. Throws if the run fails; what was accepted until then is removed nevertheless. A damaged list
 * stays as it is, and so do all in a dry run.
 */
export async function retry(options: RetryOptions, filter: RetryFilter): Promise<void> {
	const { access, catalog, log, settings } = options;
	const lists = await readLists(access, filter);
	for (const { isDamaged, name } of lists) if (isDamaged) log('WARN', damagedListText(name));
	const { left, messages, places } = select(lists, filter, catalog);
	const changed = new Set<List>();
	const tried = { all: 0, accepted: 0, removed: 0 };
	async function* input() {
		yield Buffer.from(messages.join(''));
	}
	try {
		await write({
			...options,
			input: input(),
			settled({ ref, status }) {
				const place = places.get(streamKey(ref.stream.descriptor))?.[ref.number - 1];
				tried.all++;
				if (status === 'rejected' || place === undefined) return;
				tried.accepted++;
				if (settings.dry_run || place.list.isDamaged) return;
				tried.removed++;
				place.list.lines[place.index] = undefined;
				changed.add(place.list);
			},
		});
	} finally {
		for (const list of changed) await update(access, list);
		log('INFO', retriedText({ ...tried, listed: messages.length, ...left }, settings.dry_run));
	}
}

/** The listed records to be tried again as messages, where each is listed, and how many others there are. */
function select(lists: readonly List[], filter: RetryFilter, catalog: RetryOptions['catalog']) {
	const known = new Set(catalog.map(({ stream }) => streamKey(stream)));
	const places = new Map<string, Place[]>();
	const left = { withoutValues: 0, unreadable: 0, ofOtherStreams: 0 };
	const messages: string[] = [];
	const take = (line: RejectedLine, place: Place) => {
		const { data, namespace, stream } = line;
		const key = streamKey({ name: stream, namespace });
		if (data === undefined) left.withoutValues++;
		else if (!isObject(data)) left.unreadable++;
		else if (!known.has(key)) left.ofOtherStreams++;
		else {
			const others = places.get(key);
			if (others === undefined) places.set(key, [place]);
			else others.push(place);
			messages.push(messageOf(line));
		}
	};
	for (const list of lists) {
		for (const [index, text] of list.lines.entries()) {
			const line = parsed(text ?? '');
			if (isListed(line) && matches(line, filter)) take(line, { list, index });
		}
	}
	return { left, messages, places };
}

async function readLists({ gunzip, storage }: StorageAccess, { since }: RetryFilter) {
	const names = (await storage.list(LISTS))
		.map(({ name }) => name)
		.filter((name) => since === undefined || dateOf(name) >= since);
	const lists: List[] = [];
	for (const name of names.sort((a, b) => (fileOf(a) < fileOf(b) ? -1 : 1))) {
		const bytes = await storage.read(name);
		if (bytes === undefined) continue;
		lists.push(listIn(name, unzipped(bytes, gunzip)));
	}
	return lists;
}

/** The text, as far as a crash has left it whole; undefined if it is no gzip. */
function unzipped(bytes: Uint8Array, gunzip: StorageAccess['gunzip']): string | undefined {
	try {
		return gunzip(bytes);
	} catch {
		return undefined;
	}
}

function listIn(name: string, text: string | undefined): List {
	const lines = (text ?? '').split('\n').filter(Boolean);
	const isWhole = text?.endsWith('\n') === true && lines.every((line) => isListed(parsed(line)));
	return { name, lines, isDamaged: !isWhole };
}

const isListed = (line: RejectedLine | undefined): line is RejectedLine =>
	isObject(line) && typeof line.stream === 'string' && typeof line.code === 'string';

/** The name without its folders, which begins with the date. */
const fileOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const matches = (line: RejectedLine, { code }: RetryFilter): boolean =>
	code === undefined || line.code === code;

/** A line of a list; undefined if a crash has cut it off. */
function parsed(text: string): RejectedLine | undefined {
	try {
		return parseExactly(text) as RejectedLine;
	} catch {
		return undefined;
	}
}

const messageOf = ({ data, namespace, stream }: RejectedLine): string =>
	`${JSON.stringify({ type: 'RECORD', record: { stream, namespace, data, emitted_at: 0 } })}\n`;

async function update({ gzip, storage }: StorageAccess, { lines, name }: List): Promise<void> {
	const left = lines.filter((line) => line !== undefined);
	if (left.length === 0) await storage.remove(name);
	else await storage.write(name, gzip(`${left.join('\n')}\n`));
}
