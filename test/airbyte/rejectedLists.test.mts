import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RejectedLine } from '../../connectors/airbyte/rejectedLists';
import { API_KEY } from '../core/fake-flameup.mts';
import { s3Error } from '../core/fake-s3.mts';
import { sha256 } from '../core/fake-storage.mts';
import { people, record, state } from './input.mts';
import { createNights } from './nights.mts';

const DAY_MS = 24 * 60 * 60_000;

const BAD = record({ id: 'bad', email: 'nobody at home' });
const REFUSED = record({ id: 'refused', plan: 'pro', simulator_refuse: 'no' });

const sendAll = { changes: 'send_all' };
const keep = (rejected: object = {}) => ({
	...sendAll,
	rejected_records: rejected,
});

const namesIn = (objects: ReadonlyMap<string, Buffer>, folder: string): string[] =>
	[...objects.keys()].filter((name) => name.startsWith(folder));

const linesIn = (objects: ReadonlyMap<string, Buffer>): RejectedLine[] =>
	namesIn(objects, 'rejected/').flatMap((name) =>
		gunzipSync(objects.get(name) ?? '')
			.toString()
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line)),
	);

describe('rejected records', () => {
	it('are listed in storage, one list for each stream, without their values', async () => {
		const { night, objects } = createNights();
		const { lines } = await night({
			input: [people(1, 3), BAD, REFUSED, record({ id: '' }, { stream: 'odd/..' }), 'no JSON\n'],
			settings: { ...keep(), streams_share_user_ids: true },
			streams: ['people', 'odd/..'],
		});
		expect(namesIn(objects, 'rejected/').sort()).toEqual([
			expect.stringMatching(/^rejected\/input\//),
			expect.stringMatching(/^rejected\/odd%2F\.\.\/2026-01-01T0000Z-\w{1,8}-0001\.jsonl\.gz$/),
			expect.stringMatching(/^rejected\/people\//),
		]);
		const listed = linesIn(objects);
		expect(listed.filter(({ stream }) => stream === 'people')).toEqual([
			{
				at: expect.stringMatching(/^2026-01-01T00:00:0.*Z$/),
				stream: 'people',
				record: 4,
				code: 'invalid_email',
				reason: 'The email address is not well-formed.',
				hint: expect.stringContaining('Correct it in the source'),
				user_id_hash: sha256('bad').slice(0, 6),
			},
			expect.objectContaining({ record: 5, code: 'refused' }),
		]);
		expect(JSON.stringify(listed)).not.toMatch(/nobody at home|"refused","plan"/);
		expect(lines.join('\n')).toContain('The rejected records are listed in storage: rejected/');
	});

	it('are kept as they came, with every digit, if the user asks for it', async () => {
		const { night, objects } = createNights();
		const long = '{"id":"","account":12345678901234567890,"text":"ö"}';
		const line = `{"type":"RECORD","record":{"stream":"people","data":${long},"emitted_at":1}}\n`;
		await night({
			input: [people(1, 3), BAD, REFUSED, line, 'no JSON\n'],
			settings: keep({ keep_values: true }),
		});
		expect(linesIn(objects).map(({ code, data }) => [code, data])).toEqual(
			expect.arrayContaining([
				['invalid_email', { id: 'bad', email: 'nobody at home' }],
				['refused', { id: 'refused', plan: 'pro', simulator_refuse: 'no' }],
				['unreadable_line', 'no JSON'],
			]),
		);
		const text = namesIn(objects, 'rejected/people').map((name) =>
			gunzipSync(objects.get(name) ?? '').toString(),
		);
		expect(text.join('')).toContain(`"data":${long}`);
	});

	it('are saved before the state that covers them is acknowledged', async () => {
		const { night, objects } = createNights();
		const listedAt: number[] = [];
		let appends = 0;
		const { states } = await night({
			input: [people(1, 3), BAD, state(1), REFUSED, state(2), BAD, state(3)],
			settings: keep(),
			fate: {
				before(operation, name) {
					if (operation === 'append' && name.startsWith('rejected/')) appends++;
					return 'goes on';
				},
			},
			onState: () => void listedAt.push(linesIn(objects).length),
		});
		expect(states.length).toBe(3);
		expect(listedAt.every((listed, i) => listed > i)).toBe(true);
		expect(appends).toBeGreaterThan(0);
	});

	it('that cannot be saved fail the run, and no state covers them', async () => {
		const { night } = createNights();
		const { ending, states } = await night({
			input: [people(1, 3), state(1), BAD, state(2)],
			settings: keep(),
			fate: {
				before: (operation, name) =>
					operation === 'append' && name.startsWith('rejected/') ? 'fails' : 'goes on',
			},
		});
		expect(ending).toMatchObject({ code: 'storage_failed', setting: 'storage.path' });
		expect(states.map((line) => JSON.parse(line).state.id)).not.toContain(2);
	});

	it.each([
		[5, 'completed'],
		[6, expect.objectContaining({ code: 'storage_failed', fault: 'SlowDown' })],
	])(
		'are saved by patient requests, the last of which may come late: %i fail',
		async (failing, ending) => {
			const { night, objects } = createNights({ storage: 's3' });
			let failed = 0;
			const one = await night({
				input: [people(1, 3), BAD, state(1)],
				settings: keep(),
				s3: {
					before: ({ method }, name) =>
						method === 'PUT' && name?.startsWith('rejected/') && failed++ < failing
							? s3Error(503, 'SlowDown')
							: 'goes on',
				},
			});
			expect(one.ending).toEqual(ending);
			expect(linesIn(objects).length).toBe(one.states.length);
		},
	);

	it('beyond the most megabytes are only counted, with a warning', async () => {
		const { night, objects } = createNights();
		const text = 'x'.repeat(300_000);
		const bad = Array.from({ length: 6 }, () => record({ id: 'bad', email: 'no', text }));
		const { lines, report } = await night({
			input: [people(1, 30), ...bad],
			settings: keep({ keep_values: true, keep_megabytes: 1 }),
		});
		expect([linesIn(objects).length, report?.rejections]).toEqual([3, 6]);
		expect(lines.filter((line) => line.includes('keep_megabytes'))).toHaveLength(1);
	});

	it('fill several parts, each of which is whole', async () => {
		const { night, objects, people: held } = createNights();
		const bad = Array.from({ length: 40 }, (_, i) =>
			record({ id: 'bad', email: 'no', i, text: randomBytes(100_000).toString('base64') }),
		);
		const settings = keep({ keep_values: true });
		await night({ input: [people(1, 80), ...bad], settings });
		const parts = namesIn(objects, 'rejected/').sort();
		const numbers = parts.map((name) => Number(/-(\d{4})\.jsonl\.gz$/.exec(name)?.[1]));
		expect(numbers).toEqual(numbers.map((_, i) => i + 1));
		expect(numbers.length).toBeGreaterThan(1);
		expect(parts.every((name) => (objects.get(name)?.length ?? 0) < 50_000_000)).toBe(true);
		expect(linesIn(objects)).toHaveLength(40);
		const corrected = { ...settings, rejected_records: { invalid_email: 'send_without_email' } };
		await night({ input: [], settings: corrected, retries: {} });
		expect(held().get('bad')?.traits.i).toBe(39);
		expect(namesIn(objects, 'rejected/')).toEqual([]);
	});

	it('are removed after the days in the settings, with the reports', async () => {
		const { clock, night, objects } = createNights();
		const settings = keep({ keep_days: 7 });
		await night({ input: [people(1, 3), BAD], settings });
		const old = [...objects.keys()];
		await clock.run(clock.sleep(5 * DAY_MS), 9 * DAY_MS);
		await night({ input: [people(1, 3), BAD], settings });
		expect(namesIn(objects, 'rejected/')).toHaveLength(2);
		await clock.run(clock.sleep(4 * DAY_MS), 9 * DAY_MS);
		await night({ input: [people(1, 3)], settings });
		expect(old.filter((name) => objects.has(name))).toEqual([]);
		expect(namesIn(objects, 'rejected/')).toHaveLength(1);
		expect(namesIn(objects, 'reports/')).toHaveLength(2);
	});

	it('are all that is removed', async () => {
		const { night, objects } = createNights();
		const run = '2020-01-01T0000Z-12ab34cd';
		const old = [`rejected/people/${run}-0001.jsonl.gz`, `reports/${run}.json`];
		const others = [
			'reports/2020-01-01-notes.txt',
			'reports/2020-01-01.json',
			'rejected/people/2020-01-01-notes.txt',
			`rejected/people/${run}.json`,
			`rejected/people/${run}-0001.jsonl.gz.bak`,
			`rejected/archive/people/${run}-0001.jsonl.gz`,
			`reports/archive/${run}.json`,
		];
		for (const name of [...old, ...others]) objects.set(name, Buffer.from('x'));
		await night({ input: [people(1, 3)], settings: keep({ keep_days: 1 }) });
		expect(old.filter((name) => objects.has(name))).toEqual([]);
		expect(others.filter((name) => !objects.has(name))).toEqual([]);
	});
});

describe('a retry', () => {
	const kept = keep({ keep_values: true });
	const corrected = keep({ keep_values: true, invalid_email: 'send_without_email' });
	const retried = { input: [], settings: corrected };

	it('sends what was rejected, once it can be accepted, and removes it from the lists', async () => {
		const { night, objects, people: held } = createNights();
		const long = '{"id":"long","email":"no","account":12345678901234567890}';
		const line = `{"type":"RECORD","record":{"stream":"people","data":${long},"emitted_at":1}}\n`;
		await night({ input: [people(1, 3), BAD, line], settings: kept });
		const { ending, lines } = await night({ ...retried, retries: {} });
		expect(ending).toBe('completed');
		expect([held().has('bad'), held().has('long')]).toEqual([true, true]);
		expect(namesIn(objects, 'rejected/')).toEqual([]);
		expect(lines.join('\n')).toContain('2 listed records tried again, 2 accepted and removed');
		const again = await night({ ...retried, retries: {} });
		expect([again.requests, again.lines.at(-1)]).toEqual([
			0,
			expect.stringContaining('No record in the lists can be tried again.'),
		]);
	});

	it('does not say that the people of earlier syncs are missing', async () => {
		const { night } = createNights();
		const settings = { ...kept, changes: 'send_changed' };
		await night({ input: [people(1, 3), BAD], settings });
		const { lines } = await night({ input: [], settings, retries: {} });
		expect(lines.join('\n')).toContain('1 listed record tried again');
		expect(lines.join('\n')).not.toContain('did not appear');
	});

	it('leaves in the lists what is rejected again, or is without values', async () => {
		const { night, objects } = createNights();
		await night({ input: [people(1, 3), BAD], settings: keep() });
		await night({ input: [people(1, 3), BAD, REFUSED, 'no JSON\n'], settings: kept });
		const { lines } = await night({ ...retried, retries: {} });
		const left = linesIn(objects).map(({ code }) => code);
		expect(left.sort()).toEqual(['invalid_email', 'refused', 'unreadable_line']);
		expect(lines.at(-1)).toBe(
			'2 listed records tried again, 1 accepted and removed from the lists. Not tried: 1 record without values, which the lists have only with rejected_records.keep_values; 1 line of input that could not be read.',
		);
	});

	it('sends only records of a code, or of runs since a day', async () => {
		const { clock, night, objects, people: held } = createNights();
		await night({ input: [people(1, 3), BAD, record({ id: '' })], settings: kept });
		await clock.run(clock.sleep(2 * DAY_MS), 9 * DAY_MS);
		const since = clock.now() - DAY_MS;
		expect((await night({ ...retried, retries: { since } })).requests).toBe(0);
		expect((await night({ ...retried, retries: { code: 'missing_user_id' } })).requests).toBe(0);
		expect(held().has('bad')).toBe(false);
		await night({ ...retried, retries: { code: 'invalid_email', since: since - 2 * DAY_MS } });
		expect(held().has('bad')).toBe(true);
		expect(linesIn(objects).map(({ code }) => code)).toEqual(['missing_user_id']);
	});

	it('sends nothing of streams that are not in the catalog', async () => {
		const { night, objects } = createNights();
		await night({ input: [people(1, 3), BAD], settings: kept });
		const { lines, requests } = await night({ ...retried, streams: ['others'], retries: {} });
		expect([requests, linesIn(objects).length]).toEqual([0, 1]);
		expect(lines.at(-1)).toBe(
			'No record in the lists can be tried again. Not tried: 1 record of streams that are not in --catalog.',
		);
	});

	it('removes what was accepted before it failed', async () => {
		const { night, objects } = createNights();
		const settings = { ...kept, batches: { people_per_request: 1 } };
		const bad = ['a', 'b', 'c'].map((id) => record({ id, email: 'no' }));
		await night({ input: [people(1, 3), ...bad], settings });
		const killed = await night({
			...retried,
			settings: {
				...corrected,
				batches: { people_per_request: 1 },
				pace: { requests_in_flight: 1 },
			},
			retries: {},
			refusesAfter: 1,
		});
		expect(killed.ending).toMatchObject({ code: 'unauthorized' });
		expect(linesIn(objects)).toHaveLength(2);
		expect(killed.lines.join('\n')).toContain(
			'1 of 3 listed records tried again, 1 accepted and removed from the lists.',
		);
	});

	it('leaves the lists as they are in a dry run', async () => {
		const { night, objects, people: held } = createNights();
		await night({ input: [people(1, 3), BAD], settings: kept });
		const before = new Map(objects);
		const { lines, requests } = await night({
			input: [],
			settings: { ...corrected, dry_run: true },
			retries: {},
		});
		expect([requests, held().has('bad')]).toEqual([0, false]);
		expect(new Map(objects)).toEqual(before);
		expect(lines.join('\n')).toContain('1 listed record would be tried again');
		await night({ ...retried, retries: {} });
		expect(held().has('bad')).toBe(true);
	});

	it.each<[string, (list: Uint8Array) => Uint8Array]>([
		['cut off', (list) => list.subarray(0, -20)],
		['no gzip', () => Buffer.from('not gzip')],
		['another file', () => gzipSync('{"foreign":1}\n')],
		['another file of JSON', () => gzipSync('null\n1\n"a"\n[]\n')],
		['partly another file', (list) => Buffer.concat([list, gzipSync('no JSON\n')])],
		['empty', () => new Uint8Array()],
	])('leaves a list that is damaged as it is, and says so: %s', async (_what, damaged) => {
		const { night, objects } = createNights();
		await night({ input: [people(1, 3), BAD, record({ id: 8, email: 'no' })], settings: kept });
		const [name = ''] = namesIn(objects, 'rejected/');
		const bytes = damaged(Buffer.from(objects.get(name) ?? ''));
		objects.set(name, Buffer.from(bytes));
		const { lines } = await night({ ...retried, retries: {} });
		expect(Buffer.from(objects.get(name) ?? '')).toEqual(Buffer.from(bytes));
		expect(lines.join('\n')).toContain(`The list ${name} in storage is damaged.`);
		expect(lines.join('\n')).not.toMatch(/\d accepted and removed/);
	});

	it('reads a list as far as a crash has left it whole', async () => {
		const { night, objects, people: held } = createNights();
		await night({ input: [people(1, 3), BAD], settings: kept });
		const [name = ''] = namesIn(objects, 'rejected/');
		const torn = gzipSync(`${JSON.stringify({ code: 'refused', stream: 'people' })}\n`);
		objects.set(
			name,
			Buffer.concat([objects.get(name) ?? '', torn.subarray(0, 20)].map(Buffer.from)),
		);
		await night({ ...retried, retries: {} });
		expect(held().has('bad')).toBe(true);
	});
});

describe('the report', () => {
	it('has the counts of the run and its settings, without secrets', async () => {
		const { night, objects } = createNights();
		await night({ input: [people(1, 3), BAD], settings: keep() });
		const [name = ''] = namesIn(objects, 'reports/');
		const text = objects.get(name)?.toString() ?? '';
		expect(JSON.parse(text)).toMatchObject({
			run: expect.stringMatching(/^2026-01-01T0000Z-/),
			completed: true,
			received: 4,
			upserted: 3,
			rejected: { invalid_email: { count: 1 } },
			requests: 1,
			settings: { changes: 'send_all', pace: { requests_per_minute: 120 } },
		});
		expect(text).not.toContain(API_KEY);
	});

	it('says why a run failed', async () => {
		const { night, objects } = createNights();
		await night({ input: [people(1, 3), BAD], settings: keep({ policy: 'fail_at_first' }) });
		const [name = ''] = namesIn(objects, 'reports/');
		const report = JSON.parse(objects.get(name)?.toString() ?? '');
		expect(report).toMatchObject({ completed: false, failure: 'too_many_rejected' });
	});

	it('that cannot be written is told, and the run goes on', async () => {
		const { night } = createNights();
		const { ending, lines } = await night({
			input: [people(1, 3)],
			settings: keep(),
			fate: { before: (_, name) => (name.startsWith('reports/') ? 'fails' : 'goes on') },
		});
		expect(ending).toBe('completed');
		expect(lines.join('\n')).toContain(
			'The disk is full. Check storage.path. The report of this sync is not in storage.',
		);
	});

	it('is not written in a dry run, which leaves the storage as it is', async () => {
		const { night, objects } = createNights();
		await night({ input: [people(1, 3), BAD], settings: { ...keep(), dry_run: true } });
		expect([...objects.keys()]).toEqual([]);
	});
});
