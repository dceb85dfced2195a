import { expect, it } from 'vitest';
import { markdown } from '../bench/docs.mts';
import { type Chart, type Finding, textOf } from '../bench/finding.mts';
import { plot } from '../bench/plot.mts';

const speed: Chart = {
	title: 'Records a second',
	detail: 'plain ASCII',
	better: 'higher',
	digits: 0,
	bars: [
		{ name: 'floor: parse each line', value: 90_000 },
		{ name: 'destination-flameup', value: 20_000 },
		{ name: 'Benthos', value: 41_000 },
		{ name: 'readline + fetch', value: 19_000 },
		{ name: 'syslog-ng', value: Number.NaN },
	],
};
const startup: Chart = {
	title: 'Start-up, ms',
	better: 'lower',
	digits: 0,
	textOnly: true,
	bars: [
		{ name: 'destination-flameup: spec', value: 90 },
		{ name: 'destination-flameup: check', value: 107.2 },
		{ name: 'on faros-airbyte-cdk: spec', value: 80 },
		{ name: 'on faros-airbyte-cdk: check', value: 106.9 },
	],
};
const finding: Finding = {
	section: 'throughput',
	title: 'Full speed',
	notes: [],
	tables: [],
	losses: [],
	aims: [{ label: 'CPU × the parse floor', value: 3.9, atMost: 2 }],
	charts: [speed, startup],
};
const page = markdown({ machine: 'a machine', call: '', findings: [finding] });

it('says on the page where an alternative is better, but not what the targets are', () => {
	expect(page.match(/^- (?!\*\*).+$/gm)).toEqual([
		'- Records a second, plain ASCII: Benthos 41,000, destination-flameup 20,000.',
		'- Start-up, ms: on faros-airbyte-cdk: spec 80, destination-flameup: spec 90.',
	]);
	expect(page).not.toMatch(/reached|at most|\bours\b/i);
	expect(textOf(finding)).toContain('NOT reached  CPU × the parse floor: 3.9, at most 2');
});

it('draws no targets, and only the charts for the picture', () => {
	const picture = plot(finding.charts);
	expect(picture.match(/class="title"/g)).toHaveLength(1);
	expect(picture).not.toMatch(/aim|dash/i);
});
