/** Two words of a digest; 0 if it is unknown. */
export type Half = readonly [word: number, word2: number];

/** The content of a person of whom it is not known what was sent. */
export const UNKNOWN: Half = [0, 0];

/**
 * A fingerprint: one half for the user ID, and one for what was sent. In loops over all people, it is read by
 * index, because taking it apart calls an iterator.
 */
export type Fingerprint = readonly [id: number, id2: number, content: number, content2: number];

const WORDS = 4;

/** Growing by half keeps the memory below 60 bytes a person, even while both tables exist. */
const GROWTH = 1.5;

const FEWEST = 1_000;

/** The slots of the index for each person; with fewer, searches take long. */
const SLOTS = 1.5;

/** The bit of the last word that says, in the table, that the person came in this run; no digest has it. */
const SEEN = 1;

/** Nobody's place, to which an empty slot of the index leads: all words there are 0. */
const NOBODY = 0;

/**
 * Fingerprints in flat memory, 22 bytes a person: one after the other in the order in which the people first
 * came, and an index by user ID. Most sources keep their order, so who comes next is known without the index.
 */
export class FingerprintTable {
	#words = new Uint32Array();
	/** By user ID, the number of each person, from 1; the bits above it are of the ID, and spare looks at others. */
	#index = new Int32Array();
	/** The bits of a number. */
	#numbers = 0;
	#people = 0;
	/** The place after the latest person who matched; nobody's once something is set, which may be mistaken. */
	#next = NOBODY;

	/** `people` is how many are expected. */
	constructor(people = 0) {
		this.#resize(Math.max(FEWEST, people));
	}

	/** Whether it is known who came after the latest person who matched. */
	get hasNext(): boolean {
		return this.#isKnown(this.#next);
	}

	/** Whether that person was sent with this content; if so, they are marked as seen. */
	isNext(content: Half): boolean {
		return this.#matchesAt(this.#next, content);
	}

	/** Whether this person was sent with this content; if so, they are marked as seen. */
	matches(id: Half, content: Half): boolean {
		return this.#matchesAt(this.#find(id[0], id[1]), content);
	}

	/** What the person was sent with: zeros if that is unknown, undefined for a new person. */
	contentOf(id: Half): Half | undefined {
		const at = this.#find(id[0], id[1]);
		return at === NOBODY ? undefined : [this.#words[at + 2] ?? 0, this.#content2(at)];
	}

	/** Whether there is a fingerprint for the person. */
	has(id: Half): boolean {
		return this.#isKnown(this.#find(id[0], id[1]));
	}

	/** Sets a person's fingerprint; without content, the person has none any more. */
	set(fingerprint: Fingerprint, isSeen: boolean): void {
		const at =
			this.#find(fingerprint[0], fingerprint[1]) || this.#add(fingerprint[0], fingerprint[1]);
		this.#words[at + 2] = fingerprint[2];
		this.#words[at + 3] = withoutSeen(fingerprint[3]) + (isSeen ? SEEN : 0);
		this.#next = NOBODY;
	}

	/** All people who have a fingerprint, in the order in which they came. */
	*[Symbol.iterator](): Generator<Fingerprint> {
		for (let at = 0; at < this.#end; at += WORDS) {
			if (!this.#isKnown(at)) continue;
			const [id = 0, id2 = 0, content = 0] = this.#words.subarray(at, at + WORDS);
			yield [id, id2, content, this.#content2(at)];
		}
	}

	/** How many people have a fingerprint, and how many of them did not come in this run. */
	count(): { readonly known: number; readonly unseen: number } {
		let known = 0;
		let unseen = 0;
		for (let at = 0; at < this.#end; at += WORDS) {
			if (!this.#isKnown(at)) continue;
			known++;
			if (this.#words[at + 3] === this.#content2(at)) unseen++;
		}
		return { known, unseen };
	}

	/** The place after the last person. */
	get #end(): number {
		return (1 + this.#people) * WORDS;
	}

	#isKnown(at: number): boolean {
		return (this.#words[at + 2] ?? 0) !== 0 || this.#content2(at) !== 0;
	}

	#content2(at: number): number {
		return withoutSeen(this.#words[at + 3] ?? 0);
	}

	#matchesAt(at: number, content: Half): boolean {
		if (this.#words[at + 2] !== content[0] || this.#content2(at) !== content[1]) return false;
		this.#words[at + 3] = content[1] + SEEN;
		this.#next = at + WORDS;
		return true;
	}

	/** The place of a person. */
	#find(id: number, id2: number): number {
		return ((this.#index[this.#slotOf(id, id2)] ?? 0) & this.#numbers) * WORDS;
	}

	/** Makes a place for a person at the end. */
	#add(id: number, id2: number): number {
		const at = this.#end;
		if (at === this.#words.length) this.#resize(Math.ceil(this.#people * GROWTH));
		this.#people++;
		this.#words[at] = id;
		this.#words[at + 1] = id2;
		this.#enter(at);
		return at;
	}

	/** Enters the person at a place in the index. */
	#enter(at: number): void {
		const id2 = this.#words[at + 1] ?? 0;
		const slot = this.#slotOf(this.#words[at] ?? 0, id2);
		this.#index[slot] = (at / WORDS) | (id2 & ~this.#numbers);
	}

	/** The slot of a person in the index, or the empty one where they belong. */
	#slotOf(id: number, id2: number): number {
		const slots = this.#index.length;
		let slot = Math.floor((id / 2 ** 32) * slots);
		for (;;) {
			const entry = this.#index[slot] ?? 0;
			if (entry === 0) return slot;
			const at = (entry & this.#numbers) * WORDS;
			const isAlike = ((entry ^ id2) & ~this.#numbers) === 0;
			if (isAlike && this.#words[at] === id && this.#words[at + 1] === id2) return slot;
			slot = slot + 1 === slots ? 0 : slot + 1;
		}
	}

	/** Makes room for so many people. */
	#resize(most: number): void {
		const words = this.#words;
		this.#words = new Uint32Array((1 + most) * WORDS);
		this.#words.set(words);
		this.#index = new Int32Array(Math.ceil(most * SLOTS));
		this.#numbers = -1 >>> Math.clz32(most);
		for (let at = WORDS; at < this.#end; at += WORDS) this.#enter(at);
	}
}

const withoutSeen = (word: number): number => (word & ~SEEN) >>> 0;

/** One half of a fingerprint, from a digest; never zeros. */
export const halfOf = (digest: string): Half => [
	word(digest, 0),
	withoutSeen(word(digest, 4)) || 2,
];

/** Four characters of a digest as an unsigned number. */
const word = (digest: string, at: number): number =>
	(digest.charCodeAt(at) |
		(digest.charCodeAt(at + 1) << 8) |
		(digest.charCodeAt(at + 2) << 16) |
		(digest.charCodeAt(at + 3) << 24)) >>>
	0;
