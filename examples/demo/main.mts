/**
 * Runs the built destination as Airbyte would, against the simulator in place of Flameup.
 * Started by `npm run demo`; exits with status 1 if any check fails.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Simulator, startSimulator } from '../../simulator/server.mts';
import { introduce } from './introduce.mts';
import { changedPeople, samePeople } from './people.mts';
import { reportIn, reportRows } from './report.mts';
import { parseLines, sync } from './sync.mts';
import { counted, heading, styled, table } from './table.mts';
import { allHold, peopleCheck, reportChecks, stateChecks } from './verify.mts';

const CHANGED_PEOPLE = 1_000;
const LIMIT_MS = 60_000;
/** Typical of a server on the internet. */
const LATENCY_MS: [number, number] = [40, 120];

const inProject = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const ours = 'build/destination-flameup';
const executable = process.argv[2] ? resolve(process.argv[2]) : inProject(ours);
const catalog = inProject('examples/data/catalog.json');
const settings = JSON.parse(await readFile(inProject('examples/data/config.json'), 'utf8')) as {
	api_key: string;
	workspace_id: string;
};

const readContacts = async () =>
	(await readFile(inProject('examples/data/contacts.jsonl'), 'utf8')).trimEnd().split('\n');

/** Runs the three syncs, each with its table and its checks; returns whether all checks hold. */
const demonstrate = async (simulator: Simulator, config: string, signal: AbortSignal) => {
	const run = async (lines: string[], before: string[]) => {
		const { messages } = await sync(executable, { config, catalog, lines }, signal);
		const report = reportIn(messages);
		const sent = parseLines(lines);
		console.log();
		table(reportRows(report));
		console.log();
		const checks = [
			...stateChecks(sent, messages),
			...reportChecks(sent, messages, report),
			peopleCheck(parseLines([...before, ...lines]), simulator),
		];
		return { report, hold: allHold(checks) };
	};

	heading('Before a sync: the commands that Airbyte runs');
	await introduce(executable, config, signal);

	const contacts = await readContacts();
	heading('First sync: all of examples/data/contacts.jsonl');
	const first = await run(contacts, []);

	const changed = changedPeople(parseLines(contacts), CHANGED_PEOPLE);
	heading(`Second sync: ${counted(CHANGED_PEOPLE)} of these people, changed`);
	const second = await run(changed, contacts);
	const { requests } = simulator.flameup.stats();
	const same = samePeople([parseLines(contacts), parseLines(changed)]);
	heading('Third sync: these people once more, unchanged');
	const third = await run(same, [...contacts, ...changed]);

	const { requests: all, tooManyRequests } = simulator.flameup.stats();
	const updated = { fact: 'people were updated', expected: CHANGED_PEOPLE };
	const tooFast = `of ${all} requests exceeded the allowance of 120 per minute`;
	const last = allHold([
		{ ...updated, found: second.report.updated },
		{ fact: 'requests were needed for the third sync', expected: 0, found: all - requests },
		{ fact: tooFast, expected: 0, found: tooManyRequests },
	]);
	return first.hold && second.hold && third.hold && last;
};

const play = async (signal: AbortSignal) => {
	if (!existsSync(executable)) {
		throw new Error(`${process.argv[2] ?? ours} is missing; build it with: npm run build`);
	}
	console.log(
		'This script stands in for Airbyte, and a simulator for Flameup. Everything runs on this computer.',
	);
	const folder = await mkdtemp(join(tmpdir(), 'flameup-demo-'));
	const simulator = await startSimulator({
		keys: [{ key: settings.api_key, permissions: ['*'] }],
		workspace: settings.workspace_id,
		latencyMs: LATENCY_MS,
	});
	try {
		const config = join(folder, 'config.json');
		const storage = { storage_type: 'folder', path: folder };
		const given = { ...settings, api_url: simulator.url, storage, changes: 'send_changed' };
		await writeFile(config, JSON.stringify(given));
		return await demonstrate(simulator, config, signal);
	} finally {
		await simulator.close();
		await rm(folder, { recursive: true });
	}
};

const farewell = `
${styled('bold', 'Try it with your own file')}
  npm run simulator -- --write-config config.json    simulates Flameup; use a second terminal for the rest
  ${ours} read-csv my.csv --write-catalog catalog.json > my.jsonl
  ${ours} preview --config config.json --catalog catalog.json < my.jsonl    sends nothing
  ${ours} write --config config.json --catalog catalog.json < my.jsonl
  docs/airbyte.md explains every setting.`;

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) {
	process.on(name, () => interruption.abort(new Error('Interrupted.')));
}
// The reader of the output, such as `head`, may close it early.
process.stdout.on('error', () => interruption.abort(new Error('Nobody reads the output.')));
const limit = AbortSignal.timeout(LIMIT_MS);

try {
	const hold = await play(AbortSignal.any([interruption.signal, limit]));
	console.log(hold ? farewell : `\n${styled('red', 'Some checks failed: see the lines with ✗.')}`);
	process.exitCode = hold ? 0 : 1;
} catch (error) {
	const reason = limit.aborted ? 'It took more than a minute.' : (error as Error).message;
	console.error(`\n${styled('red', reason)}`);
	process.exitCode = interruption.signal.aborted ? 130 : 1;
}
