import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { importWorkflows } from './n8n.mts';
import { openStage } from './stage.mts';
import { example, exampleNames } from './workflows.mts';

const { host, rest, flameup, credential, size } = await openStage();
const runSaved = (name: string, from: string) => rest.runSaved(name, credential, from);
const held = () =>
	[...flameup.people().values()].map(({ userId, email, traits }) => ({ userId, email, ...traits }));

/** The imported workflows, by file. */
const tried = {
	'failed-rows-aside.json': 'Flameup: keep the failed rows aside',
	'nightly-sync.json': 'Flameup: fill in a trait every night',
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

it('fill in a trait every night, once per person', async () => {
	await runSaved(tried['table-to-people.json'], 'Start');
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
	expect(held()).toEqual([
		{ userId: 'w1', email: 'w1@example.com', plan: 'team' },
		{ userId: 'w2', email: undefined, first_name: 'Wim' },
		{ userId: 'w3', email: undefined },
	]);
});

/** The webhook may take a moment to respond after publishing. */
async function post(body: object, tries = 1) {
	const answer = await fetch(`${host.url}/webhook/flameup-people`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	if (answer.status === 404 && tries < 30) {
		await sleep(100);
		return post(body, tries + 1);
	}
	const json = await answer.json();
	const results: Record<string, unknown>[] = Array.isArray(json) ? json : [json];
	return { status: answer.status, results };
}
