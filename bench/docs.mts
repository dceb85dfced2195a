import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Aim, type Finding, sentence, type Table, verdict } from './finding.mts';
import { plot } from './plot.mts';

/** All that one call of the benchmark found. */
export type Results = {
	machine: string;
	/** The options that it was called with. */
	call: string;
	findings: Finding[];
};

const DOCS = resolve(import.meta.dirname, '../docs');

/** Writes the results into `docs/`, as Markdown and as a picture. */
export function writeDocs(results: Results) {
	writeFileSync(join(DOCS, 'benchmark.md'), markdown(results));
	writeFileSync(
		join(DOCS, 'benchmark.svg'),
		plot(results.findings.flatMap(({ charts }) => charts)),
	);
}

const markdown = ({ machine, call, findings }: Results) => {
	const parts = [
		'# Benchmark',
		'Written by `npm run bench`, in one run: every ratio compares processes that ran right beside each other. Seconds depend on the machine; ratios do less, but compare them within one run only.',
		`Machine: ${machine}.`,
		`\`\`\`sh\nnpm run bench${call === '' ? '' : ` -- ${call}`}\n\`\`\``,
		'- **destination-flameup**: ours, from the built bundle, started as Airbyte starts it.\n- **on faros-airbyte-cdk**: the smallest honest destination on the only TypeScript CDK ([source](../bench/peers/faros/destination.mts)).\n- **readline + fetch**: the script that a user would write: readline, `JSON.parse`, `fetch` for each hundred ([source](../bench/peers/naive.mts)).\n- **floor**: reading stdin and finding the lines, or finding and parsing them, and nothing else ([source](../bench/floor.mts)).',
		'![The figures of destination-flameup beside the others](benchmark.svg)',
		...findings.flatMap(sectionOf),
	];
	return `${parts.join('\n\n')}\n`;
};

const sectionOf = ({ title, notes, tables, aims, losses }: Finding) => [
	`## ${title}`,
	...notes,
	...losses.map((loss) => `**Lost:** ${loss}`),
	...tables.flatMap(tableOf),
	...(aims.length > 0 ? [aims.map(aimOf).join('\n')] : []),
];

function tableOf({ caption, rows: [head = [], ...rows] }: Table) {
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
	const lines = [head, rule, ...rows].map(line).join('\n');
	return caption === undefined ? [lines] : [`**${caption}**`, lines];
}

const aimOf = (aim: Aim) => `- ${verdict(aim)}: ${sentence(aim)}`;
