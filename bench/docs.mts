import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { advantages, type Chart, type Finding, type Table } from './finding.mts';
import { plot } from './plot.mts';

/** The results of one benchmark run. */
export type Results = {
	machine: string;
	/** The command-line options of the run. */
	call: string;
	findings: Finding[];
};

const DOCS = resolve(import.meta.dirname, '../docs');

/** Writes the results into `docs/`, as Markdown and as a picture; the targets stay on the terminal. */
export function writeDocs(results: Results) {
	writeFileSync(join(DOCS, 'benchmark.md'), markdown(results));
	writeFileSync(
		join(DOCS, 'benchmark.svg'),
		plot(results.findings.flatMap(({ charts }) => charts)),
	);
}

/** The page of the results. */
export const markdown = ({ machine, call, findings }: Results) => {
	const parts = [
		'# Benchmark',
		'Written by `npm run bench`: every ratio compares processes that ran one right after the other. Seconds depend on the machine, and ratios a little; compare ratios only within one run.',
		`Machine: ${machine}.`,
		`\`\`\`sh\nnpm run bench${call === '' ? '' : ` -- ${call}`}\n\`\`\``,
		'- **destination-flameup**: the destination of this repository, from the built bundle, started as Airbyte starts it.\n- **on faros-airbyte-cdk**: a minimal correct destination on the only TypeScript CDK ([source](../bench/peers/faros/destination.mts)).\n- **readline + fetch**: a script as a user might write it: readline, `JSON.parse`, and `fetch` for every 100 people ([source](../bench/peers/naive.mts)).\n- **Benthos**, **syslog-ng**: pipelines from stdin to HTTP that a user could configure instead ([Benthos](../bench/peers/benthos/config.yaml), [syslog-ng](../bench/peers/syslog-ng/syslog-ng.conf)). They neither echo STATEs nor know the rate limit, so they are measured only without one. syslog-ng drops its queue when its input ends, so the input stays open for two seconds, which are not counted.\n- **floor**: only splitting stdin into lines, or splitting and parsing them ([source](../bench/floor.mts)).',
		'![destination-flameup compared with the others](benchmark.svg)',
		...findings.flatMap(sectionOf),
	];
	return `${parts.join('\n\n')}\n`;
};

const sectionOf = ({ title, notes, tables, charts, losses }: Finding) => [
	`## ${title}`,
	...notes,
	...losses.map((loss) => `**Lost:** ${loss}`),
	...tables.flatMap(tableOf),
	...betterOnes(charts),
];

function betterOnes(charts: Chart[]) {
	const lines = advantages(charts).map((one) => `- ${one}`);
	return lines.length === 0 ? [] : ['**An alternative is better here:**', lines.join('\n')];
}

function tableOf({ caption, rows: [head = [], ...rows] }: Table) {
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
	const lines = [head, rule, ...rows].map(line).join('\n');
	return caption === undefined ? [lines] : [`**${caption}**`, lines];
}
