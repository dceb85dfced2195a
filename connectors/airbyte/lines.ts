const NEWLINE = 0x0a;

/** What Node puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = '\uFFFD';

/** Takes a line; `isWhole` is false when some of its bytes were not UTF-8, so that its text is not what was sent. */
type OnLine = (text: string, isWhole: boolean) => void;

/** Cuts chunks of bytes into lines of any length; characters that span two chunks stay whole. */
export class LineSplitter {
	/** The beginning of a line whose end has not come yet. */
	#rest: Buffer[] = [];

	/** Calls `onLine` for each line that is complete, without its newline. */
	push(chunk: Buffer, onLine: OnLine): void {
		let from = 0;
		for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
			const line = chunk.subarray(from, to);
			take(this.#rest.length === 0 ? line : this.#join(line), onLine);
			from = to + 1;
		}
		// A copy: the chunk's memory may be large, or be used again by its owner.
		if (from < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(from)));
	}

	/** The last line, when it has no newline. */
	end(onLine: OnLine): void {
		if (this.#rest.length > 0) take(this.#join(Buffer.alloc(0)), onLine);
	}

	#join(last: Buffer): Buffer {
		const line = Buffer.concat([...this.#rest, last]);
		this.#rest = [];
		return line;
	}
}

function take(line: Buffer, onLine: OnLine): void {
	const text = line.toString('utf8');
	// A replacement character that was sent as such is encoded again to the same bytes.
	onLine(text, !text.includes(REPLACEMENT) || Buffer.from(text).equals(line));
}
