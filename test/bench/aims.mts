import type { Shape } from './records.mts';
import type { Figures } from './summary.mts';
import { median, whole } from './table.mts';

const MOST_CPU_RATIO = 2.5;
const MOST_MEGABYTES = 150;
/** A heap takes a while to settle; what grows with the records is far above this. */
const MOST_GROWTH = 1.2;

/** Says which aims of the project a peer reaches, one line each. */
export function aims(of: Figures, { small, full }: { small: Shape; full: Shape }) {
	const lines = [
		aim('CPU, × the parse floor', median(of.ratios), MOST_CPU_RATIO),
		aim('peak MB', of.peak, MOST_MEGABYTES),
	];
	if (full.records > small.records) {
		const label = `peak, × that at ${whole(small.records)}`;
		lines.push(aim(label, of.peak / of.peakSmall, MOST_GROWTH));
	}
	return `Aims at ${whole(full.records)} records, ${of.name}:\n${lines.join('\n')}`;
}

function aim(label: string, value: number, most: number) {
	const verdict = value <= most ? 'reached    ' : 'NOT reached';
	return `  ${verdict}  ${label}: ${value.toFixed(2)}, at most ${most}`;
}
