import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EXECUTABLE, PATH, start } from './connector.mts';
import { ERROR_SHAPES, echo, startHostile } from './hostile.mts';
import { ids, people, record } from './input.mts';
import { createWorld } from './world.mts';

const [PUBLIC, SECRET] = ['ws_live_Qx7Zr9Kp', '5e1f0c9a7b3d8246e0f1a2b3c4d5e6f7'];
const KEY = `${PUBLIC}.${SECRET}`;

/** Text searched for runs of eight characters of the key: plain, and decoded from base64 and hexadecimal. */
function decoded(output: string): string {
	const words = output.split(/[^\w+/=%-]+/).filter((word) => word.length >= 8);
	const as = (encoding: BufferEncoding) =>
		words.map((word) => Buffer.from(word, encoding).toString('latin1')).join(' ');
	return `${output} ${as('base64')} ${as('hex')}`.toLowerCase();
}

function leaks(output: string): string[] {
	const text = decoded(output);
	const parts = [PUBLIC.slice('ws_live_'.length), SECRET];
	return parts
		.flatMap((part) => Array.from({ length: part.length - 7 }, (_, at) => part.slice(at, at + 8)))
		.filter((part) => text.includes(part.toLowerCase()));
}

it('would be found', () => {
	const all = echo({ authorization: `Bearer ${KEY}`, body: '', path: '', method: '' });
	for (const form of all.split(' | ')) expect(leaks(form)).not.toEqual([]);
	expect(leaks('Flameup does not accept the API key. Flameup answered 401.')).toEqual([]);
});

const STATUSES = [200, 207, 301, 400, 401, 403, 404, 409, 413, 418, 422, 429, 500, 503];
const SHAPES = Object.entries(ERROR_SHAPES);

describe.concurrent('the key is in no output', () => {
	it.each(STATUSES)('when it comes back with %i', async (status) => {
		// Each answer has the next shape; where a run ends at the first, the statuses take turns.
		let turn = STATUSES.indexOf(status);
		const { heard, url } = await startHostile((one, response) => {
			const text = echo(one);
			const header = encodeURIComponent(text);
			response.writeHead(status, header.slice(0, 500), {
				'content-type': 'application/json',
				'x-request-id': header,
				location: `/${header}`,
				'retry-after': '0',
			});
			response.end(SHAPES[turn++ % SHAPES.length]?.[1](text));
		});
		const world = await createWorld({
			settings: {
				api_key: KEY,
				api_url: url,
				pace: { give_up_after_minutes: 0 },
				rejected_records: { include_values: status % 2 === 0 },
			},
		});
		const write = await world.write(people(1, 6));
		expect(heard.some(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(true);
		expect(leaks(write.output)).toEqual([]);
		if (STATUSES.indexOf(status) % 2 === 0) expect(leaks((await world.check()).output)).toEqual([]);
	});

	it.each([
		['as a setting of its own', { [KEY]: 1 }],
		['under another name', { api_key: undefined, apiKey: KEY }],
		['as workspace', { workspace_id: KEY }],
		['as a column', { mapping: { user_id_columns: [KEY] } }],
		['in an address', { api_url: `https://${KEY}@flameup.invalid` }],
		['twice in one column list', { mapping: { only_columns: [KEY], exclude_columns: [KEY] } }],
		['with a line break', { api_key: `${KEY}\n${KEY}` }],
	])('when it is entered %s', async (_name, settings) => {
		const streams = [{ name: 'people', columns: ['id', 'email'] }];
		const world = await createWorld({ settings: { api_key: KEY, ...settings }, streams });
		const run = await world.write(people(1, 1));
		expect([run.code, run.errors.length]).toEqual([1, 1]);
		expect(leaks(run.output)).toEqual([]);
	});

	it('when it is entered as a column, and the source declares none', async () => {
		const mapping = { user_id_columns: [KEY], exclude_columns: [`a.${KEY}`] };
		const world = await createWorld({ settings: { api_key: KEY, mapping } });
		const run = await world.write(people(1, 1));
		expect(run.code).toBe(0);
		expect(run.output).toContain('missing_user_id');
		expect(leaks(run.output)).toEqual([]);
	});
});

describe.concurrent('the protocol stays valid', () => {
	it.each(['e', 'STATE', '"\\', 'ERROR.config_error'])('with the key %s', async (api_key) => {
		const world = await createWorld({ settings: { api_key } });
		const run = await world.write(people(1, 1));
		expect([run.code, run.errors[0]?.failure_type]).toEqual([1, 'config_error']);
	});
});

describe.concurrent('personal data is in no output', () => {
	const ZORA = {
		id: 'zora-id-77',
		email: 'zora@quellwater.example',
		phone: '+420 555 0100',
		first_name: 'Zoraida',
		last_name: 'Quellwater',
		salary: 98_765,
		score: 4321.5,
		born: '1987-03-21',
		note: 'likes "zebrawood"',
		address: { street: 'Zirconweg 12', tags: ['zinnia', { deep: 'zugzwang' }] },
	};
	const YURI = {
		...ZORA,
		id: 'yuri-id-88',
		email: 'yuri@yellowstone.example',
		first_name: 'Yurizan',
	};
	const VALUES =
		/zora|quellwater|555.?0100|98.?765|4321|1987-03|zebrawood|zirconweg|zinnia|zugzwang|yuri|yellowstone/i;

	it.each([
		['A', 400],
		['B', 422],
		['C', 409],
		['D', 422],
		['HTML', 422],
		['A', 401],
		['D', 404],
		['C', 500],
	] as const)('when Flameup repeats it in the shape %s with %i', async (shape, status) => {
		const { heard, url } = await startHostile(({ body }, response) => {
			const isTaken = status > 404 && status < 429 && !body.includes('zora');
			response.writeHead(isTaken ? 200 : status, { 'retry-after': '0' });
			response.end(isTaken ? '' : ERROR_SHAPES[shape]?.(`No: ${body}`));
		});
		const world = await createWorld({
			settings: { api_url: url, pace: { give_up_after_minutes: 0, requests_in_flight: 1 } },
		});
		const run = await world.write(record(ZORA) + record({ id: 'good-id' }) + record(YURI));
		expect(heard.length).toBeGreaterThan(0);
		expect(VALUES.exec(run.output)?.[0]).toBeUndefined();
	});

	const quotes = ['as-sent', 'other-case', 'url-encoded', 'part'] as const;
	const shapes = ['A', 'B', 'C', 'D'] as const;
	const quoting = quotes.flatMap((quote) => shapes.map((shape) => [quote, shape] as const));

	it.each(quoting)('when Flameup quotes it %s in the shape %s', async (quote, errorShape) => {
		const options = {
			simulator: { quotes: quote, errorShape, namesPeople: 'no' as const },
			input: record({ id: 'zora-id-77', email: 'Zora+Quell@yellowstone' }) + people(1, 3),
		};
		const [hidden, shown] = await Promise.all(
			[false, true].map(async (include_values) => {
				const world = await createWorld({
					simulator: options.simulator,
					settings: { rejected_records: { include_values } },
				});
				const run = await world.write(options.input);
				expect([run.code, world.held()]).toEqual([0, ids(3)]);
				return run;
			}),
		);
		const told = (run: typeof hidden) =>
			run?.logs.find((line) => line.startsWith('Rejected (refused): record 1 of people, '));
		expect(VALUES.exec(hidden?.output ?? 'zora')?.[0]).toBeUndefined();
		expect(told(hidden)).toMatch(
			/user ID hash [0-9a-f]{12}\. Flameup refused the person\. Flameup answered 400( \(field: email\))?\.$/,
		);
		// Otherwise there would have been nothing to hide.
		expect(told(shown)).toMatch(/user ID zora-id-77\. Flameup refused the person\. Flameup says: /);
		expect(VALUES.test(told(shown)?.split('Flameup says: ')[1] ?? '')).toBe(true);
	});

	it('nor when we reject it ourselves', async () => {
		const world = await createWorld();
		const lines = [
			{ ...ZORA, email: 'zora at quellwater' },
			{ ...ZORA, phone: '+420 555 0100'.repeat(5) },
			{ ...ZORA, id: ['zora'] },
			{ ...ZORA, id: null },
		];
		const run = await world.write(lines.map((line) => record(line)).join('') + record({ id: 1 }));
		expect(run.logs.filter((line) => line.startsWith('Rejected ('))).toHaveLength(4);
		expect(VALUES.exec(run.output)?.[0]).toBeUndefined();
	});
});

describe.concurrent('the hash of a user ID', () => {
	const BAD = 'zora-id-77';

	/** The hash in the log of a run that rejects somebody, and the configuration it had. */
	async function logged(api_key: string, userId = BAD) {
		const keys = [{ key: api_key, permissions: ['*'] }];
		const world = await createWorld({ simulator: { keys }, settings: { api_key } });
		const run = await world.write(record({ id: userId, email: 'none' }) + people(1, 1));
		const line = run.logs.find((text) => text.startsWith('Rejected (invalid_email)'));
		return { hash: /user ID hash (\w+)\./.exec(line ?? '')?.[1], config: world.config };
	}

	const ask = (config: string, ...userId: string[]) =>
		spawnSync(EXECUTABLE, ['hash', '--config', config, ...userId], {
			encoding: 'utf8',
			env: { PATH },
		});

	it.each([
		['a word', BAD, [BAD]],
		['an email address', 'Zora@Quellwater.example', ['Zora@Quellwater.example']],
		['letters of any kind', 'žluťoučký 🔥', ['žluťoučký 🔥']],
		['a number below zero', '-7108510333361982070', ['--', '-7108510333361982070']],
		['a long text', 'z'.repeat(255), ['z'.repeat(255)]],
	])('is the one that the command prints: %s', async (_name, userId, args) => {
		const { config, hash } = await logged(KEY, userId);
		expect(hash).toMatch(/^[0-9a-f]{12}$/);
		expect(ask(config, ...args)).toMatchObject({ status: 0, stdout: `${hash}\n`, stderr: '' });
	});

	it('cannot be computed without the key', async () => {
		const [one, other] = await Promise.all([logged(KEY), logged('ws_test_other.0123456789abcdef')]);
		expect(one.hash).toBeDefined();
		expect(one.hash).not.toBe(other.hash);
		const plain = ['sha256', 'sha1', 'md5', 'sha512'].map((name) =>
			createHash(name).update(BAD).digest('hex').slice(0, 12),
		);
		expect(plain).not.toContain(one.hash);
		expect(ask(other.config, BAD).stdout).toBe(`${other.hash}\n`);
	});

	it('is not that of the first of several words', async () => {
		const { config } = await logged(KEY);
		const { status, stdout } = ask(config, 'Zora', 'Quellwater');
		expect([status, stdout]).toEqual([1, expect.stringContaining('There are several user IDs.')]);
	});

	it('needs a configuration and a user ID', async () => {
		const { config } = await logged(KEY);
		const [noId, noConfig] = await Promise.all([
			start(['hash', '--config', config]).end(),
			start(['hash', BAD]).end(),
		]);
		expect([noId.code, noId.errors[0]?.failure_type, noConfig.code]).toEqual([
			1,
			'config_error',
			1,
		]);
		expect(noId.errors[0]?.message).toContain('The user ID is missing.');
		expect(noConfig.errors[0]?.message).toContain('The option --config is missing.');
	});
});
