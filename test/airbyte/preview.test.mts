import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../atTheEnd.mts';
import { start } from './connector.mts';
import { people, record, state } from './input.mts';
import { plain, shell } from './plain.mts';
import { createFolder, createWorld, KEY, type World } from './world.mts';

const example = (name: string) =>
	fileURLToPath(new URL(`../../examples/data/${name}`, import.meta.url));

const previewArgs = ({ catalog, config }: Pick<World, 'catalog' | 'config'>) => [
	...['preview', '--config', config, '--catalog', catalog],
];

/** The files of a connector that can reach nothing. */
function createFiles(
	settings: object,
	catalog: object = { streams: [{ stream: { name: 'people' } }] },
) {
	const folder = createFolder();
	const files = { config: join(folder, 'config.json'), catalog: join(folder, 'catalog.json') };
	const base = { api_key: KEY, api_url: 'http://127.0.0.1:1' };
	writeFileSync(files.config, JSON.stringify({ ...base, ...settings }));
	writeFileSync(files.catalog, JSON.stringify(catalog));
	return files;
}

/** The options that name such files. */
function filesArgs(...given: Parameters<typeof createFiles>): string[] {
	const { catalog, config } = createFiles(...given);
	return ['--config', config, '--catalog', catalog];
}

const streamOf = (name: string, columns: readonly string[], more: object = {}) => ({
	stream: {
		name,
		json_schema: { properties: Object.fromEntries(columns.map((column) => [column, {}])) },
	},
	...more,
});

describe.concurrent('a preview', () => {
	it('of the example is readable, and sends nothing', async ({ expect }) => {
		const args = previewArgs({ catalog: example('catalog.json'), config: example('config.json') });
		const run = await plain(args, { input: readFileSync(example('contacts.jsonl')) });
		expect([run.code, run.stderr]).toEqual([0, '']);
		await expect(run.stdout).toMatchFileSnapshot('golden/preview-of-the-example.txt');
	});

	it('claims what the simulator holds after a write of the same file', async () => {
		const input = readFileSync(example('contacts.jsonl'), 'utf8');
		const catalog = readFileSync(example('catalog.json'), 'utf8');
		// A slow machine must not send partial batches, which a preview does not foresee.
		const world = await createWorld({ settings: { batches: { max_age_seconds: 60 } } });
		writeFileSync(world.catalog, catalog);
		const args = [...previewArgs(world), '--json', '--records', '100000'];
		const seen = JSON.parse((await plain(args, { input })).stdout);
		expect(world.flameup.stats().requests).toBe(0);
		const [stream] = seen.streams;
		const run = await world.write(input);
		const codes = stream.rejections.map(
			({ code, count }: { code: string; count: number }) => `${count} ${code}`,
		);
		expect(run.logs.join('\n')).toContain(
			`${stream.rejected.toLocaleString('en-US')} rejected (${codes.join(', ')})`,
		);
		expect(seen).toMatchObject({ isWhole: true, received: stream.received, failures: [] });
		expect(world.held()).toHaveLength(stream.people);
		expect(world.flameup.stats().requests).toBe(seen.requests);
	});

	it('shows who has not changed, and leaves the storage as it is', async () => {
		const storage = createFolder();
		const settings = {
			storage: { storage_type: 'folder', path: storage },
			changes: 'send_changed',
		};
		const world = await createWorld({ settings });
		await world.write(people(1, 300));
		const stored = () =>
			readdirSync(storage, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile())
				.map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name), 'latin1')]);
		const before = stored();
		const input = people(1, 297) + people(298, 300, 10, { plan: 'new' });
		const text = (await plain(previewArgs(world), { input })).stdout;
		expect(text).toContain('unchanged        297  (99%)');
		expect(text).toContain('Remembered from earlier syncs: 300 people');
		const json = await plain([...previewArgs(world), '--json'], { input });
		const [stream] = JSON.parse(json.stdout).streams;
		expect(stream).toMatchObject({ received: 300, unchanged: 297, upserted: 3 });
		expect(stream.firstPeople.map(({ userId }: { userId: string }) => userId)).toEqual([
			...['p298', 'p299', 'p300'],
		]);
		expect(stored()).toEqual(before);
	});

	it.each([
		['3', 1_000],
		['150', 1_000],
		['400', 1_000],
	])('of %s records says how many requests many would take', async (records, needed) => {
		const args = [...previewArgs(createFiles({})), '--records', records];
		const { stdout } = await plain(args, { input: people(1, 500) });
		expect(stdout.replace(/\s+/g, ' ')).toContain(
			`100,000 records like these would take about ${needed.toLocaleString('en')} requests`,
		);
	});

	it('opens no connection', async () => {
		let connections = 0;
		const server = createServer((socket) => {
			connections++;
			socket.destroy();
		}).listen(0, '127.0.0.1');
		atTheEnd(() => void server.close());
		await new Promise((resolve) => server.once('listening', resolve));
		const { port } = server.address() as { port: number };
		const files = createFiles({ api_url: `http://127.0.0.1:${port}` });
		const run = await plain(previewArgs(files), { input: people(1, 300) });
		expect([run.code, run.stderr, connections]).toEqual([0, '', 0]);
	});

	it('never shows the API key, even if a record has it', async () => {
		const secret = KEY.split('.')[1] ?? '';
		const input =
			record({ id: KEY, email: 'x@y.example', note: `key ${secret}` }) + record({ [KEY]: 1 });
		for (const more of [[], ['--json']]) {
			const run = await plain([...previewArgs(createFiles({})), ...more], { input });
			expect(run.stdout).toContain('x@y.example');
			expect(run.stdout + run.stderr).not.toContain(secret);
		}
	});

	it('shows other texts that look like a key', async () => {
		const hash = '0123456789abcdef'.repeat(2);
		const run = await plain(previewArgs(createFiles({ api_key: 'ws_test_mine.0001' })), {
			input: record({ id: hash, email: 'x@y.example' }),
		});
		expect(run.stdout).toContain(`"userId": "${hash}"`);
	});
});

describe.concurrent('a preview gives the sentence of write for', () => {
	const cases: [string, () => string[]][] = [
		['no configuration', () => ['--catalog', example('catalog.json')]],
		['a configuration that is not there', () => ['--config', '/nowhere.json']],
		['no catalog', () => ['--config', example('config.json')]],
		['an unknown setting', () => filesArgs({ pace: { speed: 1 } })],
		['a wrong value', () => filesArgs({ batches: { people_per_request: 101 } })],
		['plain http', () => filesArgs({ api_url: 'http://flameup.invalid' })],
		['a catalog without streams', () => filesArgs({}, {})],
		[
			'a mistyped column',
			() =>
				filesArgs(
					{ mapping: { email_column: 'mial' } },
					{ streams: [streamOf('a', ['id', 'mail'])] },
				),
		],
		[
			'a stream that is no people',
			() => filesArgs({}, { streams: [streamOf('a', ['id', 'price'])] }),
		],
		[
			'streams that overlap',
			() =>
				filesArgs(
					{},
					{
						streams: ['a', 'b'].map((name) =>
							streamOf(name, ['id', 'email'], { primary_key: [['id']] }),
						),
					},
				),
		],
		['settings for a mistyped stream', () => filesArgs({ streams: [{ stream: 'peple' }] })],
		[
			'two columns for one trait',
			() =>
				filesArgs(
					{ mapping: { rename: [{ column: 'a', trait: 'plan' }] } },
					{ streams: [streamOf('a', ['id', 'email', 'a', 'plan'])] },
				),
		],
	];
	it.each(cases)('%s', async (_name, given) => {
		const args = given();
		const input = people(1, 3);
		const [shown, written] = await Promise.all([
			plain(['preview', ...args], { input }),
			start(['write', ...args], { keepsPrinted: false }).end(input),
		]);
		expect([shown.code, shown.stdout, shown.stderr]).toEqual([
			1,
			'',
			`${written.errors[0]?.message}\n`,
		]);
	});
});

describe.concurrent('a preview of', () => {
	const cases: [string, string | Uint8Array, number, RegExp | string][] = [
		['nothing', '', 0, /^Stream people: 0 records\n\nThe input has no records\.\n$/],
		['only states', state(1) + state(2), 0, 'The input has no records.'],
		['blank lines', '\n\n \n', 0, 'The input has no records.'],
		[
			'some garbage',
			`${people(1, 2)}garbage\n${people(3, 4)}{"type":\n`,
			0,
			/Input\n\n {2}unreadable_line: lines 3, 6\n {4}The line is not a JSON object\. Check the output/,
		],
		[
			'bytes that are not UTF-8',
			Buffer.concat([Buffer.from(people(1, 2)), Buffer.from([0xff, 0x0a])]),
			0,
			'unreadable_line: line 3',
		],
		['a byte order mark', `\uFEFF${people(1, 2)}`, 0, 'Stream people: 2 records'],
		['a last line without a newline', people(1, 2).trimEnd(), 0, 'Stream people: 2 records'],
		[
			'a stream that is not in the catalog',
			people(1, 2) + record({ id: 1 }, { stream: 'other' }) + people(3, 9),
			1,
			'The sync would fail: A record belongs to the stream "other", which is not in the catalog. Refresh',
		],
		[
			'nobody',
			record({ email: 'x@y.example' }).repeat(20),
			1,
			'The sync would fail: None of the 20 records could be sent.',
		],
		[
			'columns without a user ID',
			record({ customer: 7, 'E-Mail': 'none' }),
			0,
			/Warnings\n {2}- The stream "people" does not look like people\./,
		],
	];
	it.each(cases)('%s', async (_name, input, code, expected) => {
		const run = await plain(previewArgs(createFiles({})), { input });
		expect([run.code, run.stderr]).toEqual([code, '']);
		expect(run.stdout).toMatch(expected);
	});

	it.each([
		['CSV', 'id,email\n1,a@b.example\n'],
		['a JSON array', '[{"id":1}]'],
		['only garbage', 'garbage\n'.repeat(200)],
	])('%s is refused as write does it', async (_name, input) => {
		const run = await plain(previewArgs(createFiles({})), { input });
		expect([run.code, run.stdout]).toEqual([1, '']);
		expect(run.stderr).toMatch(/^The input holds no Airbyte messages\./);
	});

	it.each([
		['fail_at_first', { policy: 'fail_at_first' }, 'A record was rejected.'],
		['fail_above', { policy: 'fail_above', max_count: 1 }, 'Too many records were rejected.'],
	])('more rejected records than %s allows goes on', async (_name, rejected_records, sentence) => {
		const input = people(1, 2) + record({}).repeat(3) + people(3, 4);
		const run = await plain(previewArgs(createFiles({ rejected_records })), { input });
		expect([run.code, run.stderr]).toEqual([1, '']);
		expect(run.stdout).toContain('missing_user_id: records 3, 4, 5');
		expect(run.stdout).toContain('upserted          4');
		expect(run.stdout).toContain(`The sync would fail: ${sentence}`);
	});
});

describe.concurrent('the output of a preview', () => {
	it.each([
		['0', 'The option --records must be a whole number from 1 to 100,000.'],
		['1e3', 'The option --records must be a whole number from 1 to 100,000.'],
		['100001', 'The option --records must be a whole number from 1 to 100,000.'],
	])('--records %s', async (records, message) => {
		const run = await plain([...previewArgs(createFiles({})), '--records', records]);
		expect([run.code, run.stdout, run.stderr]).toEqual([1, '', `${message}\n`]);
	});

	it.each([
		[['--rows', '5'], "Unknown option '--rows'. See destination-flameup --help."],
		[['file.jsonl'], 'The argument file.jsonl is not expected. See destination-flameup --help.'],
		[['--json=yes'], "Option '--json' does not take an argument. See destination-flameup --help."],
	])('%s', async (args, message) => {
		const run = await plain([...previewArgs(createFiles({})), ...args], { input: people(1, 2) });
		expect([run.code, run.stdout, run.stderr]).toEqual([1, '', `${message}\n`]);
	});

	it('needs an input', async () => {
		const args = previewArgs(createFiles({})).join(' ');
		const run = await shell(`$flameup ${args} < /dev/null`);
		expect([run.code, run.stdout, run.stderr]).toEqual([
			1,
			'',
			'There is no input. Pipe Airbyte messages into standard input.\n',
		]);
	});

	it('may be read in part, and its input may go on for ever', async () => {
		const args = previewArgs(createFiles({})).join(' ');
		const line = record({ id: 1, email: 'x@y.example' }).trimEnd();
		const run = await shell(`yes '${line}' | $flameup ${args} | head -n 1`);
		expect(run).toEqual({
			...{ code: 0, signal: null, stderr: '' },
			stdout: 'Stream people: 1,000 records\n',
		});
	});

	it('is JSON with --json', async () => {
		const input = people(1, 2) + record({ id: 3, email: 'none' });
		const run = await plain([...previewArgs(createFiles({})), '--json', '--records', '3'], {
			input,
		});
		const none = { merged: 0, unchanged: 0, deletedInSource: 0, skipped: 0 };
		expect(JSON.parse(run.stdout)).toEqual({
			...{
				received: 3,
				isWhole: true,
				requests: 1,
				minutes: 0,
				requestsPerMinute: 120,
				peoplePerRequest: 100,
			},
			...{ lines: [], warnings: [], failures: [] },
			streams: [
				{
					...{ stream: 'people', received: 3, upserted: 2, rejected: 1, people: 2, ...none },
					columns: [
						{ column: 'id', becomes: 'user_id', filled: 3 },
						{ column: 'email', becomes: 'email', filled: 3 },
					],
					rejections: [
						{
							...{ code: 'invalid_email', count: 1 },
							reason: 'The email address is not well-formed.',
							hint: 'Correct it in the source, or let rejected_records.invalid_email send the person without it.',
							first: [{ record: 3, userId: '3', value: 'none' }],
						},
					],
					firstPeople: [
						{ userId: 'p1', email: 'p1@example.com' },
						{ userId: 'p2', email: 'p2@example.com' },
					],
				},
			],
		});
	});

	it('says what it leaves out, moves and takes apart', async ({ expect }) => {
		const files = createFiles(
			{
				mapping: {
					...{ exclude_columns: ['meta.ssn'], nested_values: 'flatten' },
					rename: [{ column: 'plan', trait: 'tier' }],
				},
				streams: [{ stream: 'logs', skip_stream: true }],
			},
			{ streams: [streamOf('people', []), streamOf('logs', [])] },
		);
		const input =
			record({ id: 1, plan: 'pro', meta: { ssn: 1, vip: true }, _airbyte_raw_id: 'r', email: '' }) +
			record({ id: 2, _ab_cdc_deleted_at: '2026-01-01' }) +
			record({ id: [3], email: ' ' }) +
			record({ id: 1 }, { stream: 'logs' });
		const run = await plain(previewArgs(files), { input });
		await expect(run.stdout).toMatchFileSnapshot('golden/preview-of-many-things.txt');
	});

	it('has lines of at most 100 characters, and no control characters', async () => {
		const text = fc.oneof(
			fc.string({ unit: 'binary', maxLength: 150 }),
			fc.constantFrom(
				'\u001b[2J',
				'\u009b31m',
				'\r',
				'\u202e',
				'x'.repeat(200),
				'word '.repeat(50),
			),
		);
		const row = fc.dictionary(text, fc.oneof(text, fc.jsonValue()), { noNullPrototype: true });
		const [rows = []] = fc.sample(fc.array(row, { minLength: 5, size: 'max', maxLength: 40 }), 1);
		const files = createFiles({ mapping: { user_id_columns: ['id', 'x'.repeat(200)] } });
		const input = rows.map((one, i) => record({ ...one, id: i % 3 ? i : one.x })).join('');
		const run = await plain(previewArgs(files), { input });
		for (const line of run.stdout.split('\n')) {
			expect([...line].length).toBeLessThanOrEqual(100);
			expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
		}
	});
});
