import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXECUTABLE, start } from './connector.mts';
import { cursorOf, ids, people, record, state, sumOfStats } from './input.mts';
import { createFolder, createWorld } from './world.mts';

describe.concurrent('unusable input', () => {
	it.each([
		['closed', '<&-', 'There is no input. Pipe Airbyte messages into standard input.'],
		['/dev/null', '</dev/null', 'There is no input. Pipe Airbyte messages into standard input.'],
		['a folder', '<.', 'There is no input. Pipe Airbyte messages into standard input.'],
		[
			'open for writing only',
			'0>out',
			/^Standard input could not be read.*EBADF.* Pipe Airbyte messages into it\.$/,
		],
	])('%s', async (_name, redirection, message) => {
		const { flameup, folder, writeArgs } = await createWorld();
		const run = await start(['-c', `exec "$0" "$@" ${redirection}`, EXECUTABLE, ...writeArgs], {
			program: '/bin/sh',
			cwd: folder,
		}).end();
		expect([run.code, run.stderr, run.errors.length]).toEqual([1, '', 1]);
		expect(run.errors[0]?.failure_type).toBe('config_error');
		expect(run.errors[0]?.message).toMatch(message);
		expect(flameup.stats().requests).toBe(0);
	});

	it('a terminal', async () => {
		const { writeArgs } = await createWorld();
		const command = [EXECUTABLE, ...writeArgs].join(' ');
		const run = await start(['-qec', `${command} | cat`, '/dev/null'], { program: 'script' }).end();
		expect(run.errors[0]?.message).toContain('There is no input.');
	});
});

describe.concurrent('input from', () => {
	it.each([
		['a file', 'exec "$0" "$@" <"$in"'],
		['a pipe', 'cat "$in" | "$0" "$@"'],
	])('%s', async (_name, script) => {
		const { folder, held, writeArgs } = await createWorld();
		writeFileSync(join(folder, 'in'), people(1, 250, 100));
		const run = await start(['-c', script, EXECUTABLE, ...writeArgs], {
			program: '/bin/sh',
			env: { in: join(folder, 'in') },
		}).end();
		expect([run.code, held(), run.states.length]).toEqual([0, ids(250), 2]);
	});
});

describe.concurrent('invalid files', () => {
	const good = '{"api_key":"k.0123456789abcdef"}';
	it.each([
		[
			'a configuration that is not JSON',
			'{"api_key": "secret",\n  workspace_id: 1}',
			'{"streams":[]}',
			'The configuration file is not valid JSON. Look at line 2, column 3.',
		],
		['a catalog that is not JSON', good, 'streams', 'The catalog file is not valid JSON.'],
		['no catalog', good, undefined, 'The file catalog.txt of --catalog does not exist.'],
		[
			'a catalog of something else',
			good,
			'{}',
			'The catalog is not a configured catalog. streams is missing. It looks like {"streams": [{"stream": {"name": "people"}}]}.',
		],
		[
			'a catalog that is a list',
			good,
			'[]',
			'The catalog is not a configured catalog. It looks like {"streams": [{"stream": {"name": "people"}}]}.',
		],
		[
			'columns that are not there',
			'{"api_key":"k","mapping":{"user_id_columns":["customer"]}}',
			'{"streams":[{"stream":{"name":"a","json_schema":{"properties":{"id":{}}}}}]}',
			'customer',
		],
	])('%s', async (_name, config, catalog, message) => {
		const cwd = createFolder();
		writeFileSync(join(cwd, 'config.txt'), config);
		if (catalog !== undefined) writeFileSync(join(cwd, 'catalog.txt'), catalog);
		const args = ['write', '--config', 'config.txt', '--catalog', 'catalog.txt'];
		const run = await start(args, { cwd }).end(people(1, 1));
		expect([run.code, run.errors.length, run.stderr]).toEqual([1, 1, '']);
		expect(run.errors[0]).toMatchObject({
			failure_type: 'config_error',
			message: expect.stringContaining(message),
		});
	});
});

describe.concurrent('rejected records', () => {
	const bad = (n: number) => record({ id: `zora-${n}`, email: 'no-email' });

	const bads = (count: number) => Array.from({ length: count }, (_, i) => bad(i + 1)).join('');

	it('all of 20: the run fails, and no state goes out', async () => {
		const { flameup, write } = await createWorld();
		const run = await write(bads(10) + state(10) + bads(10) + state(20));
		expect([run.code, run.states, run.errors.length]).toEqual([1, [], 1]);
		expect(run.errors[0]).toMatchObject({
			failure_type: 'config_error',
			message:
				'None of the 20 records could be sent. Most of them were rejected as invalid_email. The email address is not well-formed. Correct the mapping or the source, then run the sync again.',
		});
		expect(flameup.stats().requests).toBe(0);
	});

	it('all of 19: a warning, because a source of few changes would never make progress', async () => {
		const { write } = await createWorld();
		const run = await write(bads(10) + state(10) + bads(9) + state(19));
		expect([run.code, run.errors]).toEqual([0, []]);
		expect(run.states.map(cursorOf)).toEqual([10, 19]);
		expect(run.logs).toContain('No person was upserted: all records to be sent were rejected.');
	});

	it.each([
		[
			'stop at the first',
			{ policy: 'fail_at_first' },
			'rejected_records.policy is fail_at_first. It was record 201 of people (invalid_email).',
		],
		[
			'stop above a number',
			{ policy: 'fail_above', max_count: 2 },
			'rejected_records.max_count allows 2, but 3 were rejected. The last one was record 203 of people (invalid_email).',
		],
	])('%s: no state beyond that point goes out', async (_name, rejected_records, message) => {
		const { held, start: begin } = await createWorld({ settings: { rejected_records } });
		const connector = begin();
		await connector.write(people(1, 200, 100));
		await connector.acknowledged(2);
		const run = await connector.end(bad(1) + bad(2) + bad(3) + state(203) + people(204, 900));
		expect([run.code, run.errors.length, run.states.length]).toEqual([1, 1, 2]);
		expect(run.errors[0]).toMatchObject({
			failure_type: 'config_error',
			message: expect.stringContaining(message),
		});
		expect(held()).toEqual(ids(200));
	});

	it.each([
		[50, 0],
		[30, 1],
	])('more than %i percent of 40: exit code %i', async (max_percent, code) => {
		const rejected_records = { policy: 'fail_above', max_percent };
		const { held, write } = await createWorld({ settings: { rejected_records } });
		const run = await write(people(1, 6) + bad(1) + bad(2) + bad(3) + bad(4));
		expect([run.code, held(), run.errors.length]).toEqual([code, ids(6), code]);
		if (code === 1)
			expect(run.errors[0]?.message).toContain('but 40.0% of 10 records were rejected.');
	});

	it('may be sent without their address', async () => {
		const rejected_records = { invalid_email: 'send_without_email' };
		const { flameup, write } = await createWorld({ settings: { rejected_records } });
		const run = await write(bad(1) + bad(2) + state(2));
		expect(run.code).toBe(0);
		expect([...flameup.people().values()].map(({ email }) => email)).toEqual([
			undefined,
			undefined,
		]);
		expect(sumOfStats(run.states)).toMatchObject({ recordCount: 2, rejectedRecordCount: 0 });
		expect(run.logs.join('\n')).toContain('without their invalid email address: 2.');
	});

	it.each([
		[{ samples: 0 }, 0, false],
		[{ samples: 2 }, 2, false],
		[{ include_values: true }, 5, true],
	])('%o: %i in the log, with values: %s', async (rejected_records, lines, named) => {
		const { write } = await createWorld({ settings: { rejected_records } });
		const run = await write([1, 2, 3, 4, 5].map(bad).join('') + people(1, 1));
		expect(run.logs.filter((line) => line.startsWith('Rejected ('))).toHaveLength(lines);
		expect(run.output.includes('zora-')).toBe(named);
	});
});

describe.concurrent('the last lines', () => {
	it('report the outcome of each stream, and its cost', async () => {
		const streams = [{ name: 'people' }, { name: 'leads', namespace: 'crm' }];
		const { write } = await createWorld({ streams });
		const run = await write(
			people(1, 120) + record({ id: 'p1', plan: 'pro' }) + record({ id: '' }),
		);
		const last = run.logs.slice(-4).map((line) => line.replace(/\d+\.\d s/g, '0.0 s'));
		expect(last.slice(0, 3)).toEqual([
			'Stream people: 122 records received, 121 upserted (120 created, 1 updated, 0 merged with another record of the same person), 1 rejected (1 missing_user_id).',
			'Stream crm.leads: no records received.',
			'2 requests with 60.5 people each; 0.0 s waiting to send; 0.0 s in total.',
		]);
		expect(JSON.parse(last[3]?.slice('report '.length) ?? '')).toMatchObject({
			received: 122,
			upserted: 121,
			rejected: { missing_user_id: { count: 1 } },
			requests: 2,
		});
	});
});
