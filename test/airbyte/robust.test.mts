import { expect, it } from 'vitest';
import { people, record, state } from './input.mts';
import { countsOf, sync } from './sync.mts';

const LONG = '12345678901234567890';

it('a long number is not a message', async () => {
	const run = await sync({ input: `${LONG}\n${people(1, 10)}` });
	expect([run.failure, countsOf(run.states)]).toEqual([undefined, [[10, 1]]]);
	expect(run.log).toContain('Input: 1 line rejected (1 unreadable_line).');
});

it('a long number is not a record, and reveals nothing about the columns', async () => {
	const odd = record(1).replace('"data":1', `"data":${LONG}`);
	const run = await sync({ input: odd + people(1, 10) });
	expect([run.failure, run.held.length]).toEqual([undefined, 10]);
	expect(run.log).toContain('1 rejected (1 invalid_record)');
	expect(run.log).toContain('Stream people: user ID from id; email from email.');
	expect(run.log).not.toContain('no column for the user ID found');
});

it('a record with a long number deep inside is rejected, and not treated as a broken line', async () => {
	const deep = `${'['.repeat(50_000)}${LONG}${']'.repeat(50_000)}`;
	const odd = record({ id: 1, a: 1 }).replace('"a":1', `"a":${deep}`);
	const run = await sync({ input: odd + people(1, 10) });
	expect(countsOf(run.states)).toEqual([[10, 1]]);
	expect(run.log).toContain('1 rejected (1 invalid_record)');
});

it('a long number is not a namespace', async () => {
	const odd = record({ id: 1 }, { namespace: 'N' }).replace('"N"', LONG);
	expect((await sync({ input: odd })).failure).toMatch(/^config_error: /);
});

it('a source of nothing but bad records and states is stopped before it fills the memory', async () => {
	let taken = 0;
	const run = await sync({
		input: (function* () {
			const bad = record({ name: 'nobody' });
			const wide = state(1).replace('"cursor":1', `"cursor":1,"x":"${'x'.repeat(100_000)}"`);
			for (; taken < 1_000; taken++) yield bad + wide;
		})(),
	});
	expect(taken).toBeLessThan(400);
	expect([run.states, run.requests]).toEqual([[], 0]);
	expect(run.failure).toMatch(
		/^config_error: None of the 3\d\d records could be sent\. Most of them were rejected as missing_user_id\./,
	);
});
