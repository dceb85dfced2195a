import type { Fingerprint } from '../../src/loading/fingerprintTable';
import { crc32 } from './crc32';

/** The beginning of every journal: the format and its version. */
const FORMAT = 0x464c_4d02;
const FRAME = 0x464c_4d46;

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;
const ENTRY_BYTES = 16;

/** The most fingerprints in one frame, so that a reader never holds much. */
const MOST_ENTRIES = 4_096;

/** How many fingerprints a journal of this length holds at most. */
export const mostEntries = (bytes: number): number => Math.ceil(bytes / ENTRY_BYTES);

/** What a journal belongs to, as two words, and when it was begun, in milliseconds since 1970. */
export interface JournalHeader {
	readonly owner: readonly [number, number];
	readonly begunAt: number;
}

/** The header of a new journal. */
export function encodeHeader({ begunAt, owner }: JournalHeader): Uint8Array {
	const bytes = new Uint8Array(HEADER_BYTES);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, FORMAT, true);
	view.setUint32(4, owner[0], true);
	view.setUint32(8, owner[1], true);
	view.setFloat64(16, begunAt, true);
	view.setUint32(28, crc32(bytes.subarray(0, 28)), true);
	return bytes;
}

/** The frames for these fingerprints: magic number, count, CRC, and 16 bytes each. */
export function* encodeFrames(entries: Iterable<Fingerprint>): Generator<Uint8Array> {
	let frame: Fingerprint[] = [];
	for (const entry of entries) {
		frame.push(entry);
		if (frame.length < MOST_ENTRIES) continue;
		yield encodeFrame(frame);
		frame = [];
	}
	if (frame.length > 0) yield encodeFrame(frame);
}

/** The empty frame that a run adds when it ends; without it, the end of the journal may be missing. */
export const closingFrame = (): Uint8Array => encodeFrame([]);

function encodeFrame(entries: readonly Fingerprint[]): Uint8Array {
	const bytes = new Uint8Array(FRAME_HEADER_BYTES + entries.length * ENTRY_BYTES);
	const view = new DataView(bytes.buffer);
	view.setUint32(0, FRAME, true);
	view.setUint32(8, entries.length, true);
	let at = FRAME_HEADER_BYTES;
	for (const entry of entries) {
		for (const word of entry) {
			view.setUint32(at, word, true);
			at += 4;
		}
	}
	view.setUint32(4, crc32(bytes.subarray(8)), true);
	return bytes;
}

/** How a journal ends: with a closing frame, without one, or with bytes that are no whole frame. */
export type JournalEnd = 'closed' | 'open' | 'damaged';

/** Reads a journal piece by piece; calls back for each fingerprint, later ones of a person last. */
export class JournalReader {
	readonly #onEntry: (entry: Fingerprint) => void;
	#rest: Uint8Array = new Uint8Array();
	#isDamaged = false;
	#isClosed = false;
	/** Undefined until it has been read. */
	header: JournalHeader | undefined;
	/** How many fingerprints were read, several of one person included. */
	entries = 0;

	constructor(onEntry: (entry: Fingerprint) => void) {
		this.#onEntry = onEntry;
	}

	push(chunk: Uint8Array): void {
		if (this.#isDamaged) return;
		const bytes = joined(this.#rest, chunk);
		let at = 0;
		for (let size = this.#take(bytes); size > 0; size = this.#take(bytes.subarray(at))) at += size;
		this.#rest = bytes.slice(at);
	}

	/** How the journal ends, once all of it has been pushed. */
	get end(): JournalEnd {
		if (this.#isDamaged || this.header === undefined || this.#rest.length > 0) return 'damaged';
		return this.#isClosed ? 'closed' : 'open';
	}

	/** Takes the header or a frame; returns its length, or 0 if it is not there as a whole. */
	#take(bytes: Uint8Array): number {
		if (this.#isDamaged) return 0;
		return this.header === undefined ? this.#takeHeader(bytes) : this.#takeFrame(bytes);
	}

	#takeHeader(bytes: Uint8Array): number {
		if (bytes.length < HEADER_BYTES) return 0;
		const view = viewOf(bytes);
		const isSound =
			view.getUint32(0, true) === FORMAT &&
			view.getUint32(28, true) === crc32(bytes.subarray(0, 28));
		if (!isSound) return this.#damaged();
		this.header = {
			owner: [view.getUint32(4, true), view.getUint32(8, true)],
			begunAt: view.getFloat64(16, true),
		};
		return HEADER_BYTES;
	}

	#takeFrame(bytes: Uint8Array): number {
		if (bytes.length < FRAME_HEADER_BYTES) return 0;
		const view = viewOf(bytes);
		const count = view.getUint32(8, true);
		if (view.getUint32(0, true) !== FRAME || count > MOST_ENTRIES) return this.#damaged();
		const size = FRAME_HEADER_BYTES + count * ENTRY_BYTES;
		if (bytes.length < size) return 0;
		if (view.getUint32(4, true) !== crc32(bytes.subarray(8, size))) return this.#damaged();
		for (let at = FRAME_HEADER_BYTES; at < size; at += ENTRY_BYTES) {
			this.#onEntry([
				view.getUint32(at, true),
				view.getUint32(at + 4, true),
				view.getUint32(at + 8, true),
				view.getUint32(at + 12, true),
			]);
		}
		this.entries += count;
		this.#isClosed = count === 0;
		return size;
	}

	#damaged(): number {
		this.#isDamaged = true;
		return 0;
	}
}

const viewOf = (bytes: Uint8Array): DataView =>
	new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
	if (first.length === 0) return second;
	const bytes = new Uint8Array(first.length + second.length);
	bytes.set(first);
	bytes.set(second, first.length);
	return bytes;
}
