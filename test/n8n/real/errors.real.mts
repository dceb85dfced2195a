import { expect, it } from 'vitest';
import { openStage } from './stage.mts';
import { chain, code, flameup as node, people, trigger, type Workflow } from './workflows.mts';

/** Bad rows at the edges of batches, with the code to break them. */
const bad: Record<number, string> = {
	0: `delete row.userId`,
	99: `row.email = 'not an address'`,
	100: `row.simulator_refuse = 'is on the blocked list'`,
	199: `row.userId = 'x'.repeat(256)`,
	249: `row.simulator_refuse = 'is on the blocked list'`,
};
const badRows = Object.keys(bad).map(Number);
const count = 250;
const good = count - badRows.length;

const rows = `${people(count, 'user', ', n: i').replace('return', 'const items =')}
const spoil = { ${badRows.map((n) => `${n}: (row) => { ${bad[n]}; }`).join(', ')} };
for (const { json } of items) spoil[json.n]?.(json);
return items;`;

const { rest, credential, credentialData, run, requests, size } = await openStage();
const wrongKey = { ...credentialData, apiKey: `${credentialData.apiKey}0` };
const wrong = await rest.credential('Wrong key', wrongKey);

it('stops with one error that names a row and says what was saved', async () => {
	const { status, error } = await run(rows, node());
	expect(status).toBe('error');
	expect(error?.description).toBeTruthy();
	expect(badRows).toContain(Number(error?.context?.itemIndex));
	const text = `${error?.message} ${error?.description}`;
	expect(text).toContain(`${size()} rows had been saved`);
	expect(text).toMatch(/again/i);
});

/** Looks up `$('Rows').item` for each output item. */
function withRow(onError: 'continueRegularOutput' | 'continueErrorOutput'): Workflow {
	const jsCode = `return { json: { n: $('Rows').item.json.n, userId: $json.user_id } };`;
	const parameters = { mode: 'runOnceForEachItem', jsCode };
	const look = (name: string) => ({ ...code('', name), parameters });
	const workflow = chain(onError, trigger, code(rows), node({}, { onError }), look('Saved'));
	workflow.nodes.push({ ...look('Failed'), id: 'failed', position: [660, 200] });
	workflow.connections.Flameup?.main?.push([{ node: 'Failed', type: 'main', index: 0 }]);
	return workflow;
}

it('puts one item per row on the regular output, failed rows last', async () => {
	const { status, items } = await rest.run(withRow('continueRegularOutput'), credential);
	expect(status).toBe('success');
	expect(items('Flameup')).toHaveLength(count);
	const failed = items('Flameup').filter(({ json }) => json.error);
	expect(items('Flameup').slice(good)).toEqual(failed);
	expect(failed).toHaveLength(badRows.length);
	expect(size()).toBe(good);
	const looked = items('Saved').map(({ json }) => json);
	expect(looked.slice(good).map(({ n }) => n)).toEqual(badRows);
	expect(looked.slice(0, good).filter(({ n, userId }) => userId !== `user-${n}`)).toEqual([]);
});

it('puts the failed rows on the error output, unchanged, each with its reason', async () => {
	const ended = await rest.run(withRow('continueErrorOutput'), credential);
	expect(ended.status).toBe('success');
	expect(ended.items('Flameup', 0)).toHaveLength(good);
	const failed = ended.items('Flameup', 1).map(({ json }) => json);
	expect(failed.map(({ n }) => n)).toEqual(badRows);
	for (const { error, details } of failed) {
		expect(error).toMatch(/^[a-z_]+$/);
		expect(details).toHaveProperty('reason');
	}
	expect(ended.items('Failed').map(({ json }) => json.n)).toEqual(badRows);
	expect(size()).toBe(good);
	expect(ended.run('Flameup').hints).not.toEqual([]);
});

it('fails only the row for which an expression fails', async () => {
	const failing = `={{ $json.userId === 'user-1' ? $('Nobody').item.json.email : $json.email }}`;
	const value = { userId: '={{ $json.userId }}', email: failing };
	const person = { mappingMode: 'defineBelow', value, matchingColumns: [], schema: [] };
	const { items } = await run(people(3), node({ person }, { onError: 'continueErrorOutput' }));
	expect(items('Flameup')).toHaveLength(2);
	expect(items('Flameup', 1).map(({ json }) => json)).toMatchObject([
		{ error: 'invalid_parameter', details: { reason: expect.stringContaining('"Email"') } },
	]);
});

it('stops after the first few requests with a wrong key, and says so', async () => {
	const { error } = await run(people(1000), node(), wrong);
	expect(requests()).toBeLessThanOrEqual(4);
	expect(error?.message).toMatch(/key/i);
});

it('fails every row with a wrong key after the first few requests, with the reason', async () => {
	const { items } = await run(people(1000), node({}, { onError: 'continueErrorOutput' }), wrong);
	expect(requests()).toBeLessThanOrEqual(4);
	expect(items('Flameup', 1)).toHaveLength(1000);
	expect(items('Flameup', 1)[0]?.json).toMatchObject({
		error: 'configuration',
		details: { reason: expect.stringMatching(/key/i) },
	});
});

it('sends no request to Flameup without input rows', async () => {
	expect((await run('return [];', node())).status).toBe('success');
	expect(requests()).toBe(0);
});
