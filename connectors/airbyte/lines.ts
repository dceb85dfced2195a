const NEWLINE = 0x0a;

/** Node's replacement for bytes that are not UTF-8. */
const REPLACEMENT = '\uFFFD';

/** Takes a line; `isWhole` is false if some of its bytes were not UTF-8 and have been replaced. */
type OnLine = (text: string, isWhole: boolean) => void;

/** Splits chunks of bytes into lines of any length; characters may span chunks. */
export class LineSplitter {
	/** The start of an incomplete line. */
	#rest: Buffer[] = [];

	/** Calls `onLine` for each complete line, without its newline. */
	push(chunk: Buffer, onLine: OnLine): void {
		let from = 0;
		for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
			if (this.#rest.length === 0) take(chunk, from, to, onLine);
			else this.#takeRest(chunk.subarray(from, to), onLine);
			from = to + 1;
		}
		// Copied, because the chunk may be large, or its owner may reuse it.
		if (from < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(from)));
	}

	/** Calls `onLine` for a last line without a newline. */
	end(onLine: OnLine): void {
		if (this.#rest.length > 0) this.#takeRest(Buffer.alloc(0), onLine);
	}

	#takeRest(last: Buffer, onLine: OnLine): void {
		const line = Buffer.concat([...this.#rest, last]);
		this.#rest = [];
		take(line, 0, line.length, onLine);
	}
}

function take(bytes: Buffer, from: number, to: number, onLine: OnLine): void {
	const text = bytes.toString('utf8', from, to);
	// A line that really contains replacement characters encodes to the same bytes.
	const isWhole = !text.includes(REPLACEMENT) || Buffer.from(text).equals(bytes.subarray(from, to));
	onLine(text, isWhole);
}
