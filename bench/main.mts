/**
 * The benchmark: `npm run bench -- [--only throughput,night,latency,limit,real,lag,small,startup,growth]
 * [--records 1000000] [--peer-records 100000] [--rounds 5] [--kinds ascii,languages,numbers]
 * [--answers documented|empty] [--latency 100] [--latency-records 20000] [--growth-records 10000000]
 * [--peers faros,naive,benthos,syslog-ng] [--seed 1] [--write] [--save FILE] [--from FILE]
 * [--destination build/destination-flameup,OTHER]`. Several destinations are compared with each other. Figures
 * go to stdout, progress to stderr. A run of all sections also writes them into `docs/`; a run of some does so
 * with `--write`. `--save` stores the results in a file, section by section, and `--from` prints and writes
 * them again. It fails only if people or STATEs were lost, never because of slow runs.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveCore } from './cores.mts';
import { type Results, writeDocs } from './docs.mts';
import { textOf } from './finding.mts';
import { machine } from './machine.mts';
import { type Options, readOptions } from './options.mts';
import { prepareSenders } from './peers.mts';
import type { Section } from './section.mts';
import { growth } from './sections/growth.mts';
import { lag } from './sections/lag.mts';
import { latency } from './sections/latency.mts';
import { limit } from './sections/limit.mts';
import { night } from './sections/night.mts';
import { real } from './sections/real.mts';
import { small } from './sections/small.mts';
import { startup } from './sections/startup.mts';
import { throughput } from './sections/throughput.mts';

const SECTIONS: Record<string, Section> = {
	throughput,
	night,
	latency,
	limit,
	real,
	lag,
	small,
	startup,
	growth,
};

const args = process.argv.slice(2);
const options = readOptions(args);
const unknown = options.only.filter((name) => !SECTIONS[name]);
if (unknown.length > 0) throw new Error(`There is no section ${unknown.join(', ')}`);
const chosen = Object.entries(SECTIONS).filter(
	([name]) => options.only.length === 0 || options.only.includes(name),
);

const results = options.from
	? (JSON.parse(readFileSync(options.from, 'utf8')) as Results)
	: await measureAll(options);
if (options.from) for (const finding of results.findings) console.log(`${textOf(finding)}\n`);
if (options.write || options.from || options.only.length === 0) writeDocs(results);
if (results.findings.some(({ losses }) => losses.length > 0)) process.exitCode = 1;

async function measureAll(options: Options): Promise<Results> {
	leaveCore();
	const folder = mkdtempSync(join(tmpdir(), 'flameup-bench-'));
	process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
	process.on('SIGINT', () => process.exit(130));
	process.on('SIGTERM', () => process.exit(143));
	const senders = await prepareSenders(options, folder);
	const seconds = chosen.reduce((all, [, section]) => all + section.seconds(options), 0);
	console.error(`About ${Math.ceil(seconds / 60)} minutes on a quiet machine.`);
	const call = args.join(' ').replace(/ ?--save[= ]\S+/, '');
	const results: Results = { machine: machine(), call, findings: [] };
	console.log(`${results.machine}\n`);
	for (const [, section] of chosen) {
		const finding = await section.run({ options, senders, folder });
		console.log(`${textOf(finding)}\n`);
		results.findings.push(finding);
		if (options.save) writeFileSync(options.save, JSON.stringify(results, null, '\t'));
	}
	return results;
}
