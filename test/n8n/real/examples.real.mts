import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { importWorkflows } from './n8n.mts';
import { startPostgres } from './postgres.mts';
import { openStage } from './stage.mts';
import { chain, example, exampleNames, trigger } from './workflows.mts';

const { host, rest, flameup, credential, requests, size } = await openStage();
const database = await startPostgres();
afterAll(database.stop);
const postgres = await rest.credential('Postgres', database.credential, 'postgres');
const runSaved = (name: string, from: string) =>
	rest.runSaved(name, credential, from, { postgres });
const held = () =>
	[...flameup.people().values()].map(({ userId, email, traits }) => ({ userId, email, ...traits }));

/** The imported workflows, by file. */
const tried = {
	'failed-rows-aside.json': 'Flameup: keep the failed rows aside',
	'nightly-sync.json': 'Flameup: fill in a trait every night',
	'only-changes-data-table.json': 'Flameup: send only what changed (Data Table)',
	'only-changes-postgres.json': 'Flameup: send only what changed (Postgres)',
	'table-to-people.json': 'Flameup: send the rows of a table',
	'webhook-to-people.json': 'Flameup: save the people a webhook sends',
};
await importWorkflows(host);

it('are all tested here, and each has an explanation', () => {
	expect(exampleNames().sort()).toEqual(Object.keys(tried));
	for (const [file, title] of Object.entries(tried)) {
		const { name, nodes } = example(file);
		expect(name).toBe(title);
		expect(nodes.filter(({ type }) => type.endsWith('.stickyNote'))).not.toEqual([]);
	}
});

it('keep the failed rows separately', async () => {
	const { status, items } = await runSaved(tried['failed-rows-aside.json'], 'Start');
	expect(status).toBe('success');
	expect(held()).toEqual([
		{ userId: '2001', email: 'fay@example.com', first_name: 'Fay', plan: 'pro' },
		{ userId: '2003', email: 'hal@example.com', first_name: 'Hal', plan: 'pro' },
		{ userId: '2005', email: 'jon@example.com', first_name: 'Jon', plan: 'free' },
	]);
	expect(items('Saved')).toHaveLength(3);
	const failed = items('Reason beside the row').map(({ json }) => json);
	expect(failed.map(({ first_name }) => first_name)).toEqual(['Gus', 'Ida']);
	expect(failed.map(({ code }) => code)).toEqual(['invalid_email', 'missing_user_id']);
	for (const { reason } of failed) expect(reason).toBeTruthy();
	const [file] = items('CSV of failed rows') as { binary?: { data?: { fileName?: string } } }[];
	expect(file?.binary?.data?.fileName).toBe('failed-rows.csv');
});

it('send the rows of a table, also repeatedly', async () => {
	const { status, items } = await runSaved(tried['table-to-people.json'], 'Start');
	expect(status).toBe('success');
	expect(size()).toBe(5);
	expect(held()[0]).toEqual({
		userId: '1001',
		email: 'ann@example.com',
		first_name: 'Ann',
		last_name: 'Archer',
		plan: 'pro',
		seats: 12,
		signed_up: '2026-01-15',
	});
	const counts = { received: 5, created: 5, updated: 0, rejected: 0 };
	expect(items('Flameup')[0]?.json).toMatchObject(counts);
	const again = await runSaved(tried['table-to-people.json'], 'Start');
	expect(again.items('Flameup')[0]?.json.updated).toBe(5);
});

it('send only what changed, with fingerprints in a data table', async () => {
	const file = 'only-changes-data-table.json';
	const results = ({ items }: Awaited<ReturnType<typeof runSaved>>) =>
		items('Flameup').map(({ json }) => json.result);
	const first = await runSaved(tried[file], 'Start');
	expect([first.status, results(first)]).toEqual(['success', Array(4).fill('created')]);
	const second = await runSaved(tried[file], 'Start');
	expect([second.status, results(second)]).toEqual(['success', Array(4).fill('unchanged')]);
	expect(second.run('Flameup').hints).toEqual(['0 rows saved. 4 rows unchanged, and not sent.']);
	expect([size(), requests()]).toEqual([4, 1]);

	const changed = JSON.parse(JSON.stringify(example(file)).replace("plan: 'free'", "plan: 'pro'"));
	const third = await rest.run(changed, credential);
	expect(results(third).toSorted()).toEqual([...Array(3).fill('unchanged'), 'updated']);
	expect(flameup.stats().peoplePerBatch).toEqual({ 1: 1, 4: 1 });
	expect(flameup.people().get('3002')?.traits).toEqual({ first_name: 'Lee', plan: 'pro' });
	expect((await rest.run(changed, credential)).items('Rejected rows')).toEqual([]);
	expect(requests()).toBe(2);
});

it('send only what changed, with fingerprints in Postgres', async () => {
	const name = tried['only-changes-postgres.json'];
	const sql = async (query: string) => {
		const type = { type: 'n8n-nodes-base.postgres', typeVersion: 2.6, credentials: { postgres } };
		const parameters = { operation: 'executeQuery', query, options: {} };
		const node = { name: 'SQL', ...type, parameters };
		return (await rest.run(chain('SQL', trigger, node), credential)).items('SQL');
	};
	const results = async () => {
		const { items, status } = await runSaved(name, 'Start');
		expect(status).toBe('success');
		const rejected = items('Rejected rows').map(({ json }) => [json.id, json.error]);
		return [...items('Flameup').map(({ json }) => [json.user_id, json.result]), ...rejected];
	};
	await sql(`CREATE TABLE customers (id bigint PRIMARY KEY, email text, first_name text, plan text);
		INSERT INTO customers VALUES (1, 'ann@example.com', 'Ann', 'pro'),
			(2, 'ben at example.com', 'Ben', 'free'), (3, 'cleo@example.com', 'Cleo', 'pro')`);
	const rejected = ['2', 'invalid_email'];
	expect(await results()).toEqual([['1', 'created'], ['3', 'created'], rejected]);
	expect(await results()).toEqual([['1', 'unchanged'], ['3', 'unchanged'], rejected]);
	expect(requests()).toBe(1);

	await sql(`UPDATE customers SET email = 'ben@example.com' WHERE id = 2;
		UPDATE customers SET plan = 'team' WHERE id = 3`);
	expect((await results()).map(([, result]) => result)).toEqual([
		'unchanged',
		'created',
		'updated',
	]);
	expect(await results()).toEqual(['1', '2', '3'].map((id) => [id, 'unchanged']));
	expect(requests()).toBe(2);
	expect(flameup.people().get('3')?.traits).toEqual({ first_name: 'Cleo', plan: 'team' });
	expect(await sql('SELECT * FROM flameup_fingerprints')).toHaveLength(3);
});

it('fill in a trait every night, once per person, and leave all others as they are', async () => {
	await runSaved(tried['table-to-people.json'], 'Start');
	flameup.set({ traits: 'replace' });
	const { status, items } = await runSaved(tried['nightly-sync.json'], 'Every night');
	expect(status).toBe('success');
	expect(items('Get active people')).toHaveLength(5);
	const domains = [...flameup.people().values()].map(({ traits }) => traits.email_domain);
	expect(domains).toEqual(Array(5).fill('example.com'));
	expect(flameup.people().get('1001')?.traits).toMatchObject({ plan: 'pro', seats: 12 });
	const again = await runSaved(tried['nightly-sync.json'], 'Every night');
	expect(again.items('Save email_domain')).toEqual([]);
});

it('save people from a webhook, and respond with 422 to bad ones', async () => {
	await rest.publishSaved(tried['webhook-to-people.json'], credential);
	const one = await post({ userId: 'w1', email: 'w1@example.com', plan: 'pro' });
	expect(one).toMatchObject({ status: 200, results: [{ user_id: 'w1' }] });
	const list = await post([
		{ userId: 'w1', plan: 'team' },
		{ userId: 'w2', firstName: 'Wim' },
	]);
	expect([list.status, list.results.length]).toEqual([200, 2]);
	const bad = await post([{ userId: 'w3' }, { email: 'nobody@example.com' }]);
	expect(bad.status).toBe(422);
	expect(bad.results[1]?.error).toBeTruthy();
	for (const body of [[null], [], 'w4', null, [['w4']]]) {
		const { results, status } = await post(body);
		expect([body, status, results[0]?.error]).toEqual([body, 422, 'missing_user_id']);
	}
	expect(held()).toEqual([
		{ userId: 'w1', email: 'w1@example.com', plan: 'team' },
		{ userId: 'w2', email: undefined, first_name: 'Wim' },
		{ userId: 'w3', email: undefined },
	]);
});

/** The webhook may take a moment to respond after publishing. */
async function post(body: unknown, tries = 1) {
	const isText = typeof body === 'string';
	const answer = await fetch(`${host.url}/webhook/flameup-people`, {
		method: 'POST',
		headers: { 'content-type': isText ? 'text/plain' : 'application/json' },
		body: isText ? body : JSON.stringify(body),
	});
	if (answer.status === 404 && tries < 30) {
		await sleep(100);
		return post(body, tries + 1);
	}
	const json = await answer.json();
	const results: Record<string, unknown>[] = Array.isArray(json) ? json : [json];
	return { status: answer.status, results };
}
