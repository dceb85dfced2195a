/** The records between two markers. */
export interface Segment {
	unsettled: number;
}

interface Held<Marker> {
	readonly segment: Segment;
	readonly marker: Marker;
}

/** How many released markers may pile up before they are cut off the list. */
const MOST_RELEASED = 1_000;

/** Releases markers in order, each once all records before it are settled. */
export class Markers<Marker> {
	readonly #release: (marker: Marker) => void;
	#open: Segment = { unsettled: 0 };
	#held: Held<Marker>[] = [];
	#head = 0;

	constructor(release: (marker: Marker) => void) {
		this.#release = release;
	}

	/** The number of markers that wait for records before them. */
	get held(): number {
		return this.#held.length - this.#head;
	}

	/** Adds a record, and returns the segment to settle it with. */
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
