import { setTimeout as sleep } from 'node:timers/promises';
import type { HeldPerson } from '../../../simulator/people.mts';
import { importWorkflows } from './n8n.mts';
import type { Stage } from './stage.mts';
import { example, exampleNames } from './workflows.mts';

const checks: Record<string, (stage: Stage, name: string) => Promise<void>> = {
	'failed-rows-aside.json': failedRows,
	'nightly-sync.json': nightlySync,
	'table-to-people.json': table,
	'webhook-to-people.json': webhook,
};

/** Imports the example workflows, chooses the credential in them and runs each as it is. */
export async function checkExamples(stage: Stage, folder: string) {
	stage.same('each example has its check', exampleNames().sort(), Object.keys(checks).sort());
	await importWorkflows({ folder, tarball: stage.tarball });
	for (const [file, work] of Object.entries(checks)) {
		const { name, nodes } = example(file);
		stage.check(
			`${file} explains itself`,
			nodes.some(({ type }) => type.endsWith('.stickyNote')),
			name,
		);
		stage.simulator.flameup.reset();
		await work(stage, name);
	}
}

const brief = ({ userId, email, traits }: HeldPerson) => ({ userId, email, ...traits });
const held = ({ simulator }: Stage) => [...simulator.flameup.people().values()].map(brief);

async function failedRows(stage: Stage, name: string) {
	const run = await stage.rest.runSaved(name, stage.credential, 'Start');
	stage.same('failed rows: the run succeeds', run.status, 'success');
	stage.same('failed rows: Flameup holds the good ones', held(stage), [
		{ userId: '2001', email: 'fay@example.com', first_name: 'Fay', plan: 'pro' },
		{ userId: '2003', email: 'hal@example.com', first_name: 'Hal', plan: 'pro' },
		{ userId: '2005', email: 'jon@example.com', first_name: 'Jon', plan: 'free' },
	]);
	stage.same('failed rows: saved', run.items('Saved').length, 3);
	const failed = run.items('Reason beside the row').map(({ json }) => json);
	stage.same(
		'failed rows: as they came in',
		failed.map(({ first_name }) => first_name),
		['Gus', 'Ida'],
	);
	const codes = failed.map(({ code }) => code);
	stage.same('failed rows: with a code', codes, ['invalid_email', 'missing_user_id']);
	const reasons = failed.map(({ reason }) => reason);
	stage.check('failed rows: and a reason', reasons.length === 2 && reasons.every(Boolean), reasons);
	const [file] = run.items('CSV of failed rows') as { binary?: { data?: { fileName?: string } } }[];
	stage.same('failed rows: as a CSV file', file?.binary?.data?.fileName, 'failed-rows.csv');
}

async function table(stage: Stage, name: string) {
	const run = await stage.rest.runSaved(name, stage.credential, 'Start');
	stage.same('table: the run succeeds', run.status, 'success');
	const people = held(stage);
	stage.same('table: Flameup holds everybody', people.length, 5);
	stage.same('table: as mapped', people[0], {
		userId: '1001',
		email: 'ann@example.com',
		first_name: 'Ann',
		last_name: 'Archer',
		plan: 'pro',
		seats: 12,
		signed_up: '2026-01-15',
	});
	const [summary] = run.items('Flameup').map(({ json }) => json);
	const { received, created, updated, rejected } = summary ?? {};
	stage.same('table: the Summary counts', [received, created, updated, rejected], [5, 5, 0, 0]);
	const again = await stage.rest.runSaved(name, stage.credential, 'Start');
	stage.same('table: a second run updates', again.items('Flameup')[0]?.json.updated, 5);
}

async function nightlySync(stage: Stage, name: string) {
	const { flameup } = stage.simulator;
	await stage.rest.runSaved('Flameup: send the rows of a table', stage.credential, 'Start');
	const run = await stage.rest.runSaved(name, stage.credential, 'Every night');
	stage.same('nightly: the run succeeds', run.status, 'success');
	stage.same('nightly: everybody is read', run.items('Get active people').length, 5);
	const domains = [...flameup.people().values()].map(({ traits }) => traits.email_domain);
	stage.same('nightly: the trait is there', domains, Array(5).fill('example.com'));
	const { plan, seats } = flameup.people().get('1001')?.traits ?? {};
	stage.same('nightly: the other traits are still there', [plan, seats], ['pro', 12]);
	const again = await stage.rest.runSaved(name, stage.credential, 'Every night');
	stage.same('nightly: nobody is written twice', again.items('Save email_domain').length, 0);
}

async function webhook(stage: Stage, name: string) {
	await stage.rest.publishSaved(name, stage.credential);
	const url = `${stage.n8n.url}/webhook/flameup-people`;
	const one = await post(url, { userId: 'w1', email: 'w1@example.com', plan: 'pro' });
	stage.same(
		'webhook: one person',
		[one.status, one.results.map(({ userId }) => userId)],
		[200, ['w1']],
	);
	const list = await post(url, [
		{ userId: 'w1', plan: 'team' },
		{ userId: 'w2', firstName: 'Wim' },
	]);
	stage.same('webhook: a list', [list.status, list.results.length], [200, 2]);
	const bad = await post(url, [{ userId: 'w3' }, { email: 'nobody@example.com' }]);
	stage.same('webhook: a bad one is answered with 422', bad.status, 422);
	stage.check('webhook: and with the reason', !!bad.results[1]?.error, bad.results[1]);
	stage.same('webhook: Flameup holds them', held(stage), [
		{ userId: 'w1', email: 'w1@example.com', plan: 'team' },
		{ userId: 'w2', email: undefined, first_name: 'Wim' },
		{ userId: 'w3', email: undefined },
	]);
}

/** The webhook may take a moment to be there after publishing. */
async function post(url: string, body: object) {
	for (let tries = 1; ; tries++) {
		const headers = { 'content-type': 'application/json' };
		const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
		const text = await answer.text();
		if (answer.status === 404 && tries < 30) {
			await sleep(100);
			continue;
		}
		const json = JSON.parse(text);
		const results: Record<string, unknown>[] = Array.isArray(json) ? json : [json];
		return { status: answer.status, results };
	}
}
