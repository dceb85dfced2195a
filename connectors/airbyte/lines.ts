const NEWLINE = 0x0a;

/** Cuts chunks of bytes into lines of any length; characters that span two chunks stay whole. */
export class LineSplitter {
	/** The beginning of a line whose end has not come yet. */
	#rest: Buffer[] = [];

	/** Calls `onLine` for each line that is complete, without its newline. */
	push(chunk: Buffer, onLine: (text: string) => void): void {
		let from = 0;
		for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
			onLine(
				this.#rest.length === 0
					? chunk.toString('utf8', from, to)
					: this.#join(chunk.subarray(from, to)),
			);
			from = to + 1;
		}
		// A copy: the chunk's memory may be large, or be used again by its owner.
		if (from < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(from)));
	}

	/** The last line, when it has no newline. */
	end(onLine: (text: string) => void): void {
		if (this.#rest.length > 0) onLine(this.#join(Buffer.alloc(0)));
	}

	#join(last: Buffer): string {
		const line = Buffer.concat([...this.#rest, last]).toString('utf8');
		this.#rest = [];
		return line;
	}
}
