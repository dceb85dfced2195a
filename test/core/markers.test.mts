import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Markers, type Segment } from '../../src/loading/markers';

/** One step: a record comes, a marker comes, or one of the records under way is settled. */
type Step = 'record' | 'mark' | { settle: number };

/** All steps, and after each one the markers that a simple model would have released. */
function naive() {
	const input: ({ marker: number } | { settled: boolean })[] = [];
	return {
		input,
		released(): number[] {
			const open = input.findIndex((entry) => 'settled' in entry && !entry.settled);
			const free = open < 0 ? input : input.slice(0, open);
			return free.flatMap((entry) => ('marker' in entry ? [entry.marker] : []));
		},
	};
}

it('releases markers in order, each as soon as every record before it is settled', () => {
	const step: fc.Arbitrary<Step> = fc.oneof(
		fc.constantFrom('record', 'mark'),
		fc.record({ settle: fc.nat() }),
	);
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
			const released: number[] = [];
			const ledger = new Markers<number>((marker) => released.push(marker));
			const model = naive();
			const underWay: { segment: Segment; entry: { settled: boolean } }[] = [];
			let markers = 0;
			for (const now of steps) {
				if (now === 'record') {
					const entry = { settled: false };
					model.input.push(entry);
					underWay.push({ segment: ledger.record(), entry });
				} else if (now === 'mark') {
					model.input.push({ marker: markers });
					ledger.mark(markers++);
				} else {
					const [chosen] = underWay.splice(now.settle % (underWay.length || 1), 1);
					if (chosen === undefined) continue;
					chosen.entry.settled = true;
					ledger.settle(chosen.segment);
				}
				expect(released).toEqual(model.released());
				expect(ledger.held).toBe(markers - released.length);
			}
			for (const { segment } of underWay) ledger.settle(segment);
			expect(released).toEqual(Array.from({ length: markers }, (_, marker) => marker));
		}),
		{ numRuns: 500 },
	);
});

it('keeps thousands of markers behind one slow record in order', () => {
	const released: number[] = [];
	const ledger = new Markers<number>((marker) => released.push(marker));
	const slow = ledger.record();
	const markers = Array.from({ length: 5_000 }, (_, marker) => marker);
	for (const marker of markers) {
		ledger.mark(marker);
		ledger.settle(ledger.record());
	}
	expect(released).toEqual([]);
	ledger.settle(slow);
	expect(released).toEqual(markers);
	expect(ledger.held).toBe(0);
});

it('releases each marker once, even when a release brings the next one', () => {
	const released: number[] = [];
	const ledger = new Markers<number>((marker) => {
		released.push(marker);
		if (marker < 3) ledger.mark(marker + 1);
	});
	ledger.mark(1);
	expect(released).toEqual([1, 2, 3]);
	expect(ledger.held).toBe(0);
});
