/**
 * A fingerprint: two words for the user ID, and two for what was sent; the latter are 0 if that is unknown. In
 * loops over all people, it is read by index, because taking it apart calls an iterator.
 */
export type Fingerprint = readonly [id: number, id2: number, content: number, content2: number];

/** The part of a fingerprint that stands for what was sent. */
export type Content = readonly [content: number, content2: number];

const WORDS = 4;

/** The largest used share of the slots; above it, searches take long. */
const FULLEST = 0.8;

/** Growing by half keeps the memory below 60 bytes a person, even while both tables exist. */
const GROWTH = 1.5;

const FEWEST_SLOTS = 1_024;

/** Fingerprints by user ID, in flat memory: 17 bytes a slot. */
export class FingerprintTable {
	#words: Uint32Array;
	/** Whether the person of each slot came in this run. */
	#seen: Uint8Array;
	#slots: number;
	#used = 0;

	/** `people` is how many are expected. */
	constructor(people = 0) {
		this.#slots = Math.max(FEWEST_SLOTS, Math.ceil(people / FULLEST) + 1);
		this.#words = new Uint32Array(this.#slots * WORDS);
		this.#seen = new Uint8Array(this.#slots);
	}

	/** Whether this is the fingerprint of the person, who is then marked as seen. */
	matches(fingerprint: Fingerprint): boolean {
		const slot = this.#find(fingerprint[0], fingerprint[1]);
		const at = slot * WORDS;
		if (this.#words[at + 2] !== fingerprint[2]) return false;
		if (this.#words[at + 3] !== fingerprint[3]) return false;
		this.#seen[slot] = 1;
		return true;
	}

	/** What is known of the content that the person was sent with: zeros if that is unknown, undefined for a new person. */
	contentOf(id: number, id2: number): Content | undefined {
		const slot = this.#find(id, id2);
		if (this.#isEmpty(slot)) return undefined;
		return [this.#words[slot * WORDS + 2] ?? 0, this.#words[slot * WORDS + 3] ?? 0];
	}

	/** Whether there is a fingerprint for the person. */
	has(id: number, id2: number): boolean {
		return this.#isKnown(this.#find(id, id2));
	}

	/** Sets a person's fingerprint; without content, the person has none any more. */
	set(fingerprint: Fingerprint, isSeen: boolean): void {
		let slot = this.#find(fingerprint[0], fingerprint[1]);
		if (this.#isEmpty(slot)) {
			if (this.#used + 1 > this.#slots * FULLEST) {
				this.#grow();
				slot = this.#find(fingerprint[0], fingerprint[1]);
			}
			this.#used++;
		}
		this.#put(slot, fingerprint, isSeen ? 1 : 0);
	}

	/** All people who have a fingerprint. */
	*[Symbol.iterator](): Generator<Fingerprint> {
		for (let slot = 0; slot < this.#slots; slot++) {
			if (!this.#isKnown(slot)) continue;
			const at = slot * WORDS;
			const [id = 0, id2 = 0, content = 0, content2 = 0] = this.#words.subarray(at, at + WORDS);
			yield [id, id2, content, content2];
		}
	}

	/** How many people have a fingerprint, and how many of them did not come in this run. */
	count(): { readonly known: number; readonly unseen: number } {
		let known = 0;
		let unseen = 0;
		for (let slot = 0; slot < this.#slots; slot++) {
			if (!this.#isKnown(slot)) continue;
			known++;
			if (this.#seen[slot] === 0) unseen++;
		}
		return { known, unseen };
	}

	#isEmpty(slot: number): boolean {
		return this.#words[slot * WORDS] === 0 && this.#words[slot * WORDS + 1] === 0;
	}

	#isKnown(slot: number): boolean {
		return this.#words[slot * WORDS + 2] !== 0 || this.#words[slot * WORDS + 3] !== 0;
	}

	/** The slot of a person, or the empty one where they belong. */
	#find(id: number, id2: number): number {
		let slot = Math.floor((id / 2 ** 32) * this.#slots);
		while (!this.#isEmpty(slot)) {
			const at = slot * WORDS;
			if (this.#words[at] === id && this.#words[at + 1] === id2) break;
			slot = slot + 1 === this.#slots ? 0 : slot + 1;
		}
		return slot;
	}

	#put(slot: number, fingerprint: Fingerprint, seen: number): void {
		const at = slot * WORDS;
		this.#words[at] = fingerprint[0];
		this.#words[at + 1] = fingerprint[1];
		this.#words[at + 2] = fingerprint[2];
		this.#words[at + 3] = fingerprint[3];
		this.#seen[slot] = seen;
	}

	#grow(): void {
		const words = this.#words;
		const seen = this.#seen;
		this.#slots = Math.ceil(this.#slots * GROWTH);
		this.#words = new Uint32Array(this.#slots * WORDS);
		this.#seen = new Uint8Array(this.#slots);
		for (let at = 0; at < words.length; at += WORDS) {
			const [id = 0, id2 = 0, content = 0, content2 = 0] = words.subarray(at, at + WORDS);
			if (id === 0 && id2 === 0) continue;
			this.#put(this.#find(id, id2), [id, id2, content, content2], seen[at / WORDS] ?? 0);
		}
	}
}

/** The fingerprint of a person, from the digests of the user ID and of what is sent. */
export const fingerprintOf = (id: string, content?: string): Fingerprint => [
	word(id, 0),
	word(id, 4) || 1,
	content === undefined ? 0 : word(content, 0),
	content === undefined ? 0 : word(content, 4) || 1,
];

/** Four characters of a digest as an unsigned number. */
const word = (digest: string, at: number): number =>
	(digest.charCodeAt(at) |
		(digest.charCodeAt(at + 1) << 8) |
		(digest.charCodeAt(at + 2) << 16) |
		(digest.charCodeAt(at + 3) << 24)) >>>
	0;
