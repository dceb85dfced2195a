import { LineSplitter } from './lines';
import { IGNORED_TYPES, parseMessage } from './protocol';

const NEWLINE = 0x0a;

/** Passes on an input line by line, until enough records have been received from it. */
export class FirstRecords implements AsyncIterable<Buffer> {
	readonly #input: AsyncIterable<Buffer>;
	readonly #most: number;
	readonly #received: () => number;
	/** Whether another record follows. */
	hasMore = false;

	/** `received` is the number of records that the reader has counted so far. */
	constructor(input: AsyncIterable<Buffer>, most: number, received: () => number) {
		this.#input = input;
		this.#most = most;
		this.#received = received;
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
		const rest = new LineSplitter();
		for await (const chunk of this.#input) {
			for (const piece of pieces(chunk)) {
				if (this.#received() < this.#most) yield piece;
				else rest.push(piece, this.#look);
				if (this.hasMore) return;
			}
		}
		rest.end(this.#look);
	}

	readonly #look = (line: string): void => {
		const type = parseMessage(line)?.type;
		if (line.trim() !== '' && type !== 'STATE' && !IGNORED_TYPES.has(type)) this.hasMore = true;
	};
}

/** The lines of a chunk with their newlines; the first and the last can be parts of lines. */
function* pieces(chunk: Buffer): Iterable<Buffer> {
	let from = 0;
	while (from < chunk.length) {
		const end = chunk.indexOf(NEWLINE, from);
		const to = end < 0 ? chunk.length : end + 1;
		yield chunk.subarray(from, to);
		from = to;
	}
}
