import type { Chart } from './finding.mts';
import { OURS } from './peers.mts';

const COLUMNS = 2;
const PANEL = { width: 440, top: 34, bar: 16, step: 26, gap: 22 };
const MARGIN = 24;
/** Where the bars begin and how long the longest is; names stand to the left, figures to the right. */
const BARS = { from: 178, length: 186 };

const STYLE = `
	text { font: 12px system-ui, sans-serif; fill: #24292f }
	.title { font-weight: 600; font-size: 13px }
	.name { text-anchor: end }
	.bar { fill: #afb8c1 }
	.ours { fill: #e8590c }
	text.ours { fill: #bc4a0a; font-weight: 600 }
	.aim { stroke: #24292f; stroke-dasharray: 3 3 }
	.page { fill: #ffffff }
	@media (prefers-color-scheme: dark) {
		text { fill: #e6edf3 }
		.bar { fill: #57606a }
		.ours { fill: #f76707 }
		text.ours { fill: #ff922b }
		.aim { stroke: #e6edf3 }
		.page { fill: #0d1117 }
	}`;

/** Draws the charts as small multiples; ours stands out, a dashed line is the aim. */
export function plot(charts: Chart[]) {
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

function panel({ title, bars, digits, aim }: Chart) {
	const longest = Math.max(...bars.map(({ value }) => value || 0), aim ?? 0);
	const lengthOf = (value: number) => ((value || 0) / longest) * BARS.length;
	const rows = bars.map(({ name, value }, index) => {
		const y = PANEL.top + index * PANEL.step;
		const length = lengthOf(value).toFixed(1);
		const ours = name.startsWith(OURS) ? ' ours' : '';
		return [
			`<text class="name${ours}" x="${BARS.from - 8}" y="${y + 12}">${escaped(name)}</text>`,
			`<rect class="bar${ours}" x="${BARS.from}" y="${y}" width="${length}" height="${PANEL.bar}"/>`,
			`<text class="value${ours}" x="${BARS.from + Number(length) + 6}" y="${y + 12}">${figure(value, digits)}</text>`,
		].join('');
	});
	const x = BARS.from + lengthOf(aim ?? 0);
	const foot = PANEL.top + bars.length * PANEL.step - 4;
	const line =
		aim === undefined
			? ''
			: `<path class="aim" d="M${x.toFixed(1)} ${PANEL.top - 6}V${foot}"><title>aim: ${aim}</title></path>`;
	return `<text class="title" y="14">${escaped(title)}</text>${rows.join('')}${line}`;
}

const figure = (value: number | null, digits: number) =>
	value === null || Number.isNaN(value)
		? '–'
		: value.toLocaleString('en-US', {
				minimumFractionDigits: digits,
				maximumFractionDigits: digits,
			});

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
