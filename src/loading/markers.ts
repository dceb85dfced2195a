/** The records between two markers; the marker goes once all of them, and all before them, are settled. */
export interface Segment {
	unsettled: number;
}

interface Held<Marker> {
	readonly segment: Segment;
	readonly marker: Marker;
}

/** So many released markers are kept before the list is cut. */
const MOST_RELEASED = 1_000;

/** Releases markers in the order in which they came, each after every record before it. */
export class Markers<Marker> {
	readonly #release: (marker: Marker) => void;
	#open: Segment = { unsettled: 0 };
	#held: Held<Marker>[] = [];
	#head = 0;

	constructor(release: (marker: Marker) => void) {
		this.#release = release;
	}

	/** Markers that still wait for records before them. */
	get held(): number {
		return this.#held.length - this.#head;
	}

	/** Notes one more record, and returns the segment to settle it with. */
	record(): Segment {
		this.#open.unsettled++;
		return this.#open;
	}

	settle(segment: Segment): void {
		segment.unsettled--;
		if (segment === this.#held[this.#head]?.segment) this.#releaseSettled();
	}

	mark(marker: Marker): void {
		this.#held.push({ segment: this.#open, marker });
		this.#open = { unsettled: 0 };
		this.#releaseSettled();
	}

	#releaseSettled(): void {
		for (let next = this.#held[this.#head]; next?.segment.unsettled === 0; ) {
			this.#head++;
			this.#release(next.marker);
			next = this.#held[this.#head];
		}
		if (this.#head === this.#held.length || this.#head > MOST_RELEASED) {
			this.#held = this.#held.slice(this.#head);
			this.#head = 0;
		}
	}
}
