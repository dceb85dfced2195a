import { digits, middle } from '../figures.mts';
import type { Aim, Finding } from '../finding.mts';
import { FAROS, OURS } from '../peers.mts';
import { type Run, run } from '../run.mts';
import type { Section } from '../section.mts';
import { startLimited } from '../server.mts';
import { median } from '../table.mts';

const LEAST_ROUNDS = 7;
const NODE = 'node -e 0';
const NO_INPUT = ['true'];
const MOST_MS = 60;

/** The duration of the commands that Airbyte's UI waits for. */
export const startup: Section = {
	seconds: ({ rounds, peers }) => Math.max(rounds, LEAST_ROUNDS) * (1 + peers.length * 0.5),
	async run({ options, senders, folder }) {
		const rounds = Math.max(options.rounds, LEAST_ROUNDS);
		const server = await startLimited({ limit: 0, latencyMs: 0 });
		const commands = new Map([[NODE, [process.execPath, '-e', '0']]]);
		for (const { name, spec, check } of senders({ apiUrl: server.apiUrl, limited: true })) {
			if (spec) commands.set(`${name}: spec`, spec);
			if (check) commands.set(`${name}: check`, check);
		}
		const runs: Runs = new Map();
		for (let round = 1; round <= rounds; round++) {
			console.error(`Round ${round} of ${rounds}, start-up`);
			for (const [name, command] of commands) {
				runs.set(name, [...(runs.get(name) ?? []), await run(command, NO_INPUT, folder)]);
			}
		}
		server.stop();
		return findingOf(runs);
	},
};

/** The runs of each command, by round. */
type Runs = Map<string, Run[]>;

function findingOf(runs: Runs): Finding {
	const names = [...runs.keys()];
	const rounds = runs.get(NODE)?.length;
	const aim = (command: string): Aim => ({
		label: `${command}, ms over ${NODE}`,
		value: overNode(`${OURS}: ${command}`, runs),
		atMost: MOST_MS,
	});
	const specs = against([`${OURS}: spec`, `${FAROS}: spec`], runs, (mine, theirs) => mine / theirs);
	return {
		section: 'startup',
		title: 'Start-up',
		notes: [
			`From the start of the process to its end; medians of ${rounds}, each round's runs compared with each other. A check uses a server that answers at once. \`${NODE}\` is the floor: Node itself, without a program.`,
		],
		tables: [
			{
				rows: [
					['', 'ms', `over ${NODE}`, 'peak MB'],
					...names.map((name) => [
						name,
						digits(1000 * middle(runs.get(name) ?? [], ({ seconds }) => seconds), 0),
						digits(overNode(name, runs), 0),
						digits(middle(runs.get(name) ?? [], ({ peakBytes }) => peakBytes) / 1e6, 0),
					]),
				],
			},
		],
		aims: [aim('spec'), aim('check'), { label: 'spec × faros', value: specs, atMost: 0.5 }],
		losses: [...runs].flatMap(([name, own]) => failures(name, own)),
		charts: [
			{
				title: `Start-up: ms over ${NODE}`,
				bars: names.slice(1).map((name) => ({ name, value: overNode(name, runs) })),
				better: 'lower',
				digits: 0,
			},
		],
	};
}

/** Compares the seconds of two commands round by round. */
function against(
	[mine, theirs]: [string, string],
	runs: Runs,
	of: (mine: number, theirs: number) => number,
) {
	const others = runs.get(theirs) ?? [];
	const compared = (runs.get(mine) ?? []).map(({ seconds }, round) =>
		of(seconds, others[round]?.seconds ?? Number.NaN),
	);
	return median(compared);
}

const overNode = (name: string, runs: Runs) =>
	1000 * against([name, NODE], runs, (mine, theirs) => mine - theirs);

const ANSWERS = /"type":"SPEC"|"status":"SUCCEEDED"/;

/** Failed commands, whose times are not valid. */
const failures = (name: string, runs: Run[]) =>
	runs
		.filter(({ exitCode, output }) => exitCode !== 0 || (name !== NODE && !ANSWERS.test(output)))
		.slice(0, 1)
		.map(({ exitCode, errors }) => `${name}: exit code ${exitCode}, ${errors.slice(-300)}`);
