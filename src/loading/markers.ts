/** The records between two markers; the marker goes once all of them, and all before them, are settled. */
export interface Segment {
	unsettled: number;
}

interface Closed<Marker> {
	readonly segment: Segment;
	readonly marker: Marker;
}

/** Keeps the order of markers and of the records before them. */
export interface Ledger<Marker> {
	/** Notes one more record, and returns the segment to settle it with. */
	record(): Segment;
	settle(segment: Segment): void;
	mark(marker: Marker): void;
	/** Markers that still wait for records before them. */
	readonly held: number;
}

/** Releases markers in the order in which they came, each after every record before it. */
export function createLedger<Marker>(release: (marker: Marker) => void): Ledger<Marker> {
	let open: Segment = { unsettled: 0 };
	let closed: Closed<Marker>[] = [];
	let head = 0;

	function releaseSettled(): void {
		for (let next = closed[head]; next?.segment.unsettled === 0; next = closed[head]) {
			head++;
			release(next.marker);
		}
		if (head === closed.length || head > 1000) {
			closed = closed.slice(head);
			head = 0;
		}
	}

	return {
		get held() {
			return closed.length - head;
		},
		record() {
			open.unsettled++;
			return open;
		},
		settle(segment) {
			segment.unsettled--;
			if (segment === closed[head]?.segment) releaseSettled();
		},
		mark(marker) {
			closed.push({ segment: open, marker });
			open = { unsettled: 0 };
			releaseSettled();
		},
	};
}
