import { type Chart, figure } from './finding.mts';
import { OURS } from './peers.mts';

const COLUMNS = 2;
const PANEL = { width: 460, top: 34, bar: 16, step: 26, gap: 22 };
const MARGIN = 24;
/** The left edge of the bars and the length of the longest; names are on their left, figures on their right. */
const BARS = { from: 200, length: 186 };

const STYLE = `
	text { font: 12px system-ui, sans-serif; fill: #24292f }
	.title { font-weight: 600; font-size: 13px }
	.hint { font-weight: 400; font-size: 11px; opacity: 0.7 }
	.name { text-anchor: end }
	.value { paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
	.bar { fill: #afb8c1 }
	.ours { fill: #e8590c }
	text.ours { fill: #bc4a0a; font-weight: 600 }
	.page { fill: #ffffff }
	@media (prefers-color-scheme: dark) {
		text { fill: #e6edf3 }
		.bar { fill: #57606a }
		.ours { fill: #f76707 }
		text.ours { fill: #ff922b }
		.page { fill: #0d1117 }
		.value { stroke: #0d1117 }
	}`;

/** Draws the charts as small multiples; ours is highlighted. */
export function plot(all: Chart[]) {
	const charts = all.filter(({ textOnly }) => !textOnly);
	const heights = charts.map(({ bars }) => PANEL.top + bars.length * PANEL.step + PANEL.gap);
	const tops = [0];
	for (let first = 0; first < charts.length; first += COLUMNS) {
		const highest = Math.max(...heights.slice(first, first + COLUMNS));
		tops.push((tops.at(-1) ?? 0) + highest);
	}
	const width = 2 * MARGIN + COLUMNS * PANEL.width;
	const height = 2 * MARGIN + (tops.at(-1) ?? 0);
	const panels = charts.map((chart, index) => {
		const x = MARGIN + (index % COLUMNS) * PANEL.width;
		const y = MARGIN + (tops[Math.floor(index / COLUMNS)] ?? 0);
		return `<g transform="translate(${x} ${y})">${panel(chart)}</g>`;
	});
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>Benchmark of ${OURS}</title>
<style>${STYLE}
</style>
<rect class="page" width="${width}" height="${height}" rx="6"/>
${panels.join('\n')}
</svg>
`;
}

function panel({ title, better, bars, digits }: Chart) {
	const longest = Math.max(...bars.map(({ value }) => value || 0));
	const lengthOf = (value: number) => Math.round(((value || 0) / longest) * BARS.length);
	const rows = bars.map(({ name, value }, index) => {
		const top = PANEL.top + index * PANEL.step;
		const ours = name.startsWith(OURS) ? ' ours' : '';
		const length = lengthOf(value);
		const end = BARS.from + length;
		return {
			bar: `<rect class="bar${ours}" x="${BARS.from}" y="${top}" width="${length}" height="${PANEL.bar}"/>`,
			words: [
				`<text class="name${ours}" x="${BARS.from - 8}" y="${top + 12}">${escaped(name)}</text>`,
				`<text class="value${ours}" x="${end + 6}" y="${top + 12}">${figure(value, digits)}</text>`,
			].join('\n'),
		};
	});
	return [
		`<text class="title" y="14">${escaped(title)} <tspan class="hint">${better} is better</tspan></text>`,
		...rows.map(({ bar }) => bar),
		...rows.map(({ words }) => words),
	].join('\n');
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
