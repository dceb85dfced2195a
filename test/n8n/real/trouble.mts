import { memory } from './n8n.mts';
import type { Stage } from './stage.mts';
import { chain, code, flameup, people, trigger } from './workflows.mts';

/** 429, 500 and worse along the way, Retry On Fail, and 10,000 rows. */
export async function checkTrouble(stage: Stage) {
	await faults(stage);
	await retryOnFail(stage);
	await manyRows(stage);
	await manyBadRows(stage);
}

/** A minute of Flameup's clock that ends in so many seconds. */
const minuteEndsIn = (seconds: number) => 60_000 - seconds * 1000 - (Date.now() % 60_000);

async function faults({ rest, credential, simulator, check, same }: Stage) {
	simulator.flameup.reset();
	simulator.flameup.set({
		limit: 120,
		window: 'clock',
		clockSkewMs: minuteEndsIn(6),
		faults: {
			2: '429',
			4: '500',
			6: 'reset-after',
			8: '503-html',
			9: 'truncated',
			11: '502-empty',
		},
	});
	const began = Date.now();
	const run = await rest.run(chain('faults', trigger, code(people(1500)), flameup()), credential);
	const { requests, tooManyRequests, faults: struck } = simulator.flameup.stats();
	same('429, 500 and resets: the run succeeds', run.status, 'success');
	same('429, 500 and resets: everybody is there', simulator.flameup.people().size, 1500);
	same('429, 500 and resets: every row comes out', run.items('Flameup').length, 1500);
	check('429, 500 and resets: they did strike', Object.keys(struck).length === 6, struck);
	check(
		'one 429, not more',
		tooManyRequests === 1,
		`${requests} requests, ${Date.now() - began} ms`,
	);
}

async function retryOnFail({ rest, credential, simulator, same, check }: Stage) {
	simulator.flameup.reset();
	simulator.flameup.set({ faults: { 1: '500' } });
	const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 };
	const parameters = { options: { giveUpAfterMinutes: 0 } };
	const once = chain('no retry', trigger, code(people(100)), flameup(parameters));
	same('without Retry On Fail it fails', (await rest.run(once, credential)).status, 'error');

	simulator.flameup.reset();
	simulator.flameup.set({ faults: { 1: '500' } });
	const node = flameup(parameters, retry);
	const run = await rest.run(chain('retry', trigger, code(people(100)), node), credential);
	same('Retry On Fail: the run succeeds', run.status, 'success');
	same('Retry On Fail: everybody is there', simulator.flameup.people().size, 100);
	check('Retry On Fail: a try failed', simulator.flameup.stats().serverErrors === 1);

	simulator.flameup.reset();
	const bad = `${people(100).replace('return', 'const items =')}
delete items[0].json.userId;
return items;`;
	const going = flameup({}, { ...retry, onError: 'continueErrorOutput' });
	const partly = await rest.run(chain('retry', trigger, code(bad), going), credential);
	same(
		'Retry On Fail: a bad first row does not send everybody again',
		simulator.flameup.stats().requests,
		1,
	);
	same('Retry On Fail: it leaves by the error output', partly.items('Flameup', 1).length, 1);
}

async function manyRows({ rest, credential, simulator, check, same, n8n }: Stage) {
	for (const output of ['people', 'summary']) {
		simulator.flameup.reset();
		const node = flameup({ output, options: { requestsPerMinute: 100_000 } });
		const run = await rest.run(chain(output, trigger, code(people(10_000)), node), credential);
		const items = run.items('Flameup');
		same(`10,000 rows, ${output}: the run succeeds`, run.status, 'success');
		same(`10,000 rows, ${output}: everybody is there`, simulator.flameup.people().size, 10_000);
		same(`10,000 rows, ${output}: in full batches`, simulator.flameup.stats().peoplePerBatch, {
			100: 100,
		});
		same(`10,000 rows, ${output}: items`, items.length, output === 'people' ? 10_000 : 1);
		const { now, peak } = memory(n8n.pid);
		const spent = `${run.run('Flameup').ms} ms, n8n ${now} MB, at most ${peak} MB`;
		check(`10,000 rows, ${output}: time and memory`, true, spent);
		if (output === 'summary') {
			const text = JSON.stringify(items[0]?.json);
			check('the Summary holds nobody', !text.includes('user-') && !text.includes('@'), text);
		} else {
			const wrong = items.filter(
				({ json, pairedItem }) => json.userId !== `user-${(pairedItem as { item: number }).item}`,
			);
			same('10,000 rows: each is paired with its row', wrong.length, 0);
		}
	}
}

async function manyBadRows({ rest, credential, simulator, same }: Stage) {
	simulator.flameup.reset();
	const rows = `${people(10_000).replace('return', 'const items =')}
for (let i = 0; i < items.length; i += 500) items[i].json.simulator_refuse = 'is blocked';
return items;`;
	const options = { requestsPerMinute: 100_000 };
	const node = flameup({ options }, { onError: 'continueErrorOutput' });
	const run = await rest.run(chain('bad', trigger, code(rows), node), credential);
	same('10,000 rows, 20 refused: the others are there', simulator.flameup.people().size, 9980);
	const failed = run.items('Flameup', 1).map(({ json }) => json.userId);
	same(
		'10,000 rows, 20 refused: these are on the error output',
		failed,
		Array.from({ length: 20 }, (_, i) => `user-${i * 500}`),
	);
	same('10,000 rows, 20 refused: the others on the first', run.items('Flameup').length, 9980);
}
