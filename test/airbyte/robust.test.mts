import { expect, it } from 'vitest';
import { API_KEY, API_URL, WORKSPACE } from '../core/fake-flameup.mts';
import { fakeWrite } from '../core/fake-write.mts';
import { catalogOf } from './catalog.mts';
import { people, record, state } from './input.mts';

const LONG = '12345678901234567890';

const run = (lines: Iterable<string>) =>
	fakeWrite({
		config: JSON.stringify({ api_key: API_KEY, workspace_id: WORKSPACE, api_url: API_URL }),
		catalog: JSON.stringify(catalogOf([{ name: 'people' }])),
		input: (function* () {
			for (const line of lines) yield Buffer.from(line);
		})(),
	});

const summaryOf = ({ logs }: Awaited<ReturnType<typeof run>>) => JSON.stringify(logs);

it('a long number is no message', async () => {
	const written = await run([`${LONG}\n`, people(1, 10)]);
	expect([written.failure, written.states.length]).toEqual([undefined, 1]);
	expect(summaryOf(written)).toContain('not JSON objects');
});

it('a long number is no record, and tells nothing of the columns', async () => {
	const odd = record(1).replace('"data":1', `"data":${LONG}`);
	const written = await run([odd, people(1, 10)]);
	expect([written.failure, written.fake.flameup.people().size]).toEqual([undefined, 10]);
	expect(summaryOf(written)).toContain('invalid_record');
});

it('a long number in the depth of a record: it is rejected, and not taken for a broken line', async () => {
	const deep = `${'['.repeat(50_000)}${LONG}${']'.repeat(50_000)}`;
	const odd = record({ id: 1, a: 1 }).replace('"a":1', `"a":${deep}`);
	const written = await run([odd, people(1, 10)]);
	expect(written.states.map((line) => JSON.parse(line).state.destinationStats)).toMatchObject([
		{ recordCount: 10, rejectedRecordCount: 1 },
	]);
});

it('a long number is no namespace', async () => {
	const odd = record({ id: 1 }, { namespace: 'N' }).replace('"N"', LONG);
	expect((await run([odd])).failure).toMatchObject({
		trace: { error: { failure_type: 'config_error' } },
	});
});

it('a source of nothing but bad records and states is stopped before it fills the memory', async () => {
	let taken = 0;
	const written = await run(
		(function* () {
			const bad = record({ name: 'nobody' });
			const wide = state(1).replace('"cursor":1', `"cursor":1,"x":"${'x'.repeat(100_000)}"`);
			for (; taken < 1_000; taken++) yield bad + wide;
		})(),
	);
	expect(taken).toBeLessThan(400);
	expect([written.states, written.fake.exchanges]).toEqual([[], []]);
	expect(written.failure).toMatchObject({
		trace: {
			error: {
				failure_type: 'config_error',
				message: expect.stringContaining('Every record of the stream people was rejected'),
			},
		},
	});
});
