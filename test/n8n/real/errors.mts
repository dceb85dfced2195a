import { apiKey, type Stage } from './stage.mts';
import { chain, code, flameup, people, trigger, type Workflow } from './workflows.mts';

/** Bad rows at the edges of batches, by what is wrong with them. */
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

/** The three On Error settings. */
export async function checkErrors(stage: Stage) {
	await stop(stage);
	await regularOutput(stage);
	await errorOutput(stage);
	await expression(stage);
	await wrongKey(stage);
	await empty(stage);
}

async function stop({ rest, credential, simulator, check }: Stage) {
	const held = simulator.flameup.people();
	const run = await rest.run(chain('stop', trigger, code(rows), flameup()), credential);
	check('stop: one error for the run', run.status === 'error', run.error?.message);
	check('stop: its description helps', !!run.error?.description, run.error?.description);
	const { itemIndex } = run.error?.context ?? {};
	check('stop: it names a bad row', badRows.includes(Number(itemIndex)), `item ${itemIndex}`);
	const text = `${run.error?.message} ${run.error?.description}`;
	check('stop: it says how many were saved', text.includes(String(held.size)), `${held.size} held`);
	check('stop: and that running again is safe', /again/i.test(text));
}

/** With what `$('Rows').item` finds for each item that comes out. */
const withRow = (onError: 'continueRegularOutput' | 'continueErrorOutput'): Workflow => {
	const look = (name: string) => ({
		...code(`return { n: $('Rows').item.json.n, item: $json };`, name),
		parameters: {
			mode: 'runOnceForEachItem',
			jsCode: `return { json: { n: $('Rows').item.json.n, item: $json } };`,
		},
	});
	const workflow = chain(onError, trigger, code(rows), flameup({}, { onError }), look('Saved'));
	const failed = { ...look('Failed'), id: 'failed', position: [660, 200] as [number, number] };
	workflow.nodes.push(failed);
	workflow.connections.Flameup?.main?.push([{ node: 'Failed', type: 'main', index: 0 }]);
	return workflow;
};

interface Looked {
	n: number;
	item: Record<string, unknown>;
}

async function regularOutput({ rest, credential, simulator, same }: Stage) {
	simulator.flameup.reset();
	const run = await rest.run(withRow('continueRegularOutput'), credential);
	same('regular output: the run succeeds', run.status, 'success');
	const items = run.items('Flameup');
	same('regular output: one item a row', items.length, count);
	const failed = items.filter(({ json }) => json.error);
	same('regular output: failed rows come last', items.slice(good), failed);
	same('regular output: so many failed', failed.length, badRows.length);
	same('regular output: Flameup holds the others', simulator.flameup.people().size, good);
	const looked = run.items('Saved').map(({ json }) => json as unknown as Looked);
	same(
		"regular output: $('Rows').item works",
		looked.slice(good).map(({ n }) => n),
		badRows,
	);
	const wrong = looked.slice(0, good).filter(({ n, item }) => item.userId !== `user-${n}`);
	same('regular output: and is the right row', wrong, []);
}

async function errorOutput({ rest, credential, simulator, check, same }: Stage) {
	simulator.flameup.reset();
	const run = await rest.run(withRow('continueErrorOutput'), credential);
	same('error output: the run succeeds', run.status, 'success');
	same('error output: the success branch', run.items('Flameup', 0).length, good);
	const failed = run.items('Flameup', 1).map(({ json }) => json);
	same(
		'error output: the error branch has the original rows',
		failed.map(({ n }) => n),
		badRows,
	);
	for (const { n, error, details } of failed) {
		check(`error output: row ${n} has its reason`, !!error && !!details, { error, details });
	}
	const looked = run.items('Failed').map(({ json }) => (json as unknown as Looked).n);
	same("error output: $('Rows').item works", looked, badRows);
	same('error output: Flameup holds the others', simulator.flameup.people().size, good);
	check(
		'error output: counts are a hint',
		run.run('Flameup').hints.length > 0,
		run.run('Flameup').hints,
	);
}

/** An expression that fails for one row only. */
async function expression({ rest, credential, simulator, check, same }: Stage) {
	simulator.flameup.reset();
	const failing = `={{ $json.userId === 'user-1' ? $('Nobody').item.json.email : $json.email }}`;
	const value = { userId: '={{ $json.userId }}', email: failing };
	const person = { mappingMode: 'defineBelow', value, matchingColumns: [], schema: [] };
	const node = flameup({ person }, { onError: 'continueErrorOutput' });
	const run = await rest.run(chain('expression', trigger, code(people(3)), node), credential);
	same('a failing expression fails its row only', run.items('Flameup').length, 2);
	check(
		'it names the parameter',
		run.items('Flameup', 1).length === 1,
		run.items('Flameup', 1)[0]?.json,
	);
}

async function wrongKey({ rest, simulator, credentialData, check, same }: Stage) {
	const credential = await rest.credential('Wrong key', {
		...credentialData,
		apiKey: `${apiKey}0`,
	});
	for (const onError of ['stopWorkflow', 'continueErrorOutput'] as const) {
		simulator.flameup.reset();
		const workflow = chain('wrong key', trigger, code(people(1000)), flameup({}, { onError }));
		const run = await rest.run(workflow, credential);
		const { requests } = simulator.flameup.stats();
		check(`wrong key, ${onError}: no request after the first few`, requests <= 4, `${requests}`);
		if (onError === 'stopWorkflow') {
			check(
				'wrong key: the run stops and says so',
				/key/i.test(run.error?.message ?? ''),
				run.error,
			);
		} else {
			same('wrong key: one failed item a row', run.items('Flameup', 1).length, 1000);
			check(
				'wrong key: with the reason',
				/key/i.test(String(run.items('Flameup', 1)[0]?.json.error)),
				run.items('Flameup', 1)[0]?.json.error,
			);
		}
	}
}

async function empty({ rest, credential, simulator, same }: Stage) {
	simulator.flameup.reset();
	const run = await rest.run(chain('empty', trigger, code('return [];'), flameup()), credential);
	same('empty input: no error', run.status, 'success');
	same('empty input: no request', simulator.flameup.stats().requests, 0);
}
