import { describe, expect, it } from 'vitest';
import { API_URL, WORKSPACE } from '../core/fake-flameup.mts';
import { people, record, state, sumOfStats } from './input.mts';
import { createNights, type Night } from './nights.mts';

const DAY_MS = 24 * 60 * 60_000;

const version = (id: string, plan: string): string => record({ id, plan });

const NOTHING = { received: 0, rejections: 0, unchanged: 0, upserted: 0 };

/** The counts of a night that have to add up. */
const counts = ({ report }: Night) => {
	const { received, rejections, unchanged, upserted } = report ?? NOTHING;
	return { received, upserted, unchanged, rejected: rejections };
};

const journalIn = (objects: ReadonlyMap<string, Buffer>): string =>
	[...objects.keys()].find((name) => name.endsWith('.journal')) ?? 'none';

/** The names of the parts of the only journal. */
const partsIn = (objects: ReadonlyMap<string, Buffer>): string[] =>
	[...objects.keys()].filter((name) => name.endsWith('.journal'));

const contentIn = (objects: ReadonlyMap<string, Buffer>): Buffer =>
	Buffer.concat(partsIn(objects).map((name) => objects.get(name) ?? Buffer.alloc(0)));

const lockIn = (objects: ReadonlyMap<string, Buffer>): string =>
	journalIn(objects).replace(/\/\d+-\d+\.journal$/, '.lock');

/** What a source sends that failed after some records. */
const INCOMPLETE = `${JSON.stringify({
	type: 'TRACE',
	trace: {
		type: 'STREAM_STATUS',
		emitted_at: 1,
		stream_status: { stream_descriptor: { name: 'people' }, status: 'INCOMPLETE' },
	},
})}\n`;

describe('people who have not changed', () => {
	it('are in no request', async () => {
		const { night } = createNights();
		const first = await night({ input: [people(1, 250)] });
		const second = await night({ input: [people(1, 250)] });
		expect(counts(first)).toEqual({ received: 250, upserted: 250, unchanged: 0, rejected: 0 });
		expect(counts(second)).toEqual({ received: 250, upserted: 0, unchanged: 250, rejected: 0 });
		expect([second.ending, second.requests]).toEqual(['completed', 0]);
	});

	it('count in the states, and are told in the summary', async () => {
		const { night } = createNights();
		await night({ input: [people(1, 20)] });
		const { lines, states } = await night({
			input: [people(1, 20), version('new', 'a'), state(3)],
		});
		expect(sumOfStats(states)).toMatchObject({
			recordCount: 21,
			rejectedRecordCount: 0,
			unchanged: 20,
			created: 1,
		});
		expect(lines.join('\n')).toContain('Remembered from earlier syncs: 20 people');
		expect(lines.join('\n')).toContain('20 unchanged and not sent');
	});

	it('prove that the mapping is right, even if all others are rejected', async () => {
		const { night } = createNights();
		await night({ input: [version('a', 'pro')] });
		const bad = Array.from({ length: 30 }, () => record({ id: '' }));
		const { ending, states } = await night({ input: [version('a', 'pro'), ...bad, state(1)] });
		expect([ending, states.length]).toEqual(['completed', 1]);
	});

	it('are sent again if an answer without content was the only proof', async () => {
		const { night } = createNights();
		const first = await night({ input: [people(1, 300)], emptyAfter: 1 });
		expect(counts(first)).toEqual({ received: 300, upserted: 300, unchanged: 0, rejected: 0 });
		const second = await night({ input: [people(1, 300)] });
		expect(counts(second)).toEqual({ received: 300, upserted: 200, unchanged: 100, rejected: 0 });
	});

	it('are told when they did not appear in a full refresh', async () => {
		const { night } = createNights();
		await night({ input: [people(1, 5)] });
		const { lines } = await night({ input: [people(2, 5), version('new', 'a')] });
		expect(lines.join('\n')).toContain('1 person of earlier syncs did not appear');
		const incremental = await night({ input: [people(2, 5)], syncMode: 'incremental' });
		expect(incremental.lines.join('\n')).not.toContain('did not appear');
	});

	it.each([
		['nothing came at all', []],
		['the source says that it is incomplete', [people(2, 5), INCOMPLETE]],
	])('are not told when %s', async (_what, input) => {
		const { night } = createNights();
		await night({ input: [people(1, 5)] });
		const { ending, lines } = await night({ input });
		expect(ending).toBe('completed');
		expect(lines.join('\n')).not.toContain('did not appear');
	});
});

describe('people who have changed', () => {
	it('are sent, and nobody else', async () => {
		const { night, people: held } = createNights();
		await night({ input: [people(1, 50), version('a', 'free')] });
		const { report, requests } = await night({ input: [people(1, 50), version('a', 'pro')] });
		expect([report?.upserted, report?.updated, requests]).toEqual([1, 1, 1]);
		expect(held().get('a')?.traits.plan).toBe('pro');
	});

	it.each([
		['in one batch', 0],
		['in batches of their own', 100],
	])('end at the last version when they change back in the same run, %s', async (_how, between) => {
		const { night, people: held } = createNights();
		await night({ input: [version('a', 'A')] });
		const filler = people(1, between);
		const filler2 = people(1_001, 1_000 + between);
		const input = [version('a', 'B'), filler, version('a', 'A'), filler2];
		expect((await night({ input })).ending).toBe('completed');
		expect(held().get('a')?.traits.plan).toBe('A');
		const next = await night({ input: [version('a', 'A')] });
		expect([next.report?.unchanged, held().get('a')?.traits.plan]).toEqual([1, 'A']);
	});

	it('are sent again when Flameup refused their last version', async () => {
		const { night } = createNights();
		await night({ input: [version('a', 'A')] });
		await night({ input: [record({ id: 'a', plan: 'B', simulator_refuse: 'no' })] });
		const { report } = await night({ input: [version('a', 'A')] });
		expect([report?.upserted, report?.unchanged]).toEqual([1, 0]);
	});

	it('are sent again after a crash that Flameup may have seen, though they are what was saved', async () => {
		const { night, people: held } = createNights();
		await night({ input: [version('a', 'A')] });
		const killed = await night({
			input: [version('a', 'B')],
			killedAt: { request: 1, reaches: true },
		});
		expect([killed.ending, held().get('a')?.traits.plan]).toEqual([undefined, 'B']);
		await night({ input: [version('a', 'A')] });
		expect(held().get('a')?.traits.plan).toBe('A');
	});
});

describe('everyone is sent', () => {
	const input = [people(1, 30)];
	const all = { received: 30, upserted: 30, unchanged: 0, rejected: 0 };

	it.each([
		['after the days in the settings', { resend_everything_after_days: 7 }, 'resend_everything'],
		['with another mapping', { mapping: { nested_values: 'flatten' } }, 'settings or the API key'],
		['with other rules', { rejected_records: { invalid_email: 'send_without_email' } }, 'settings'],
		['with settings of a stream', { streams: [{ stream: 'people' }] }, 'settings'],
	])('%s', async (_why, settings, reason) => {
		const { clock, night } = createNights();
		await night({ input });
		await clock.run(clock.sleep(8 * DAY_MS), 9 * DAY_MS);
		expect(counts(await night({ input })).unchanged).toBe(30);
		const other = await night({ input, settings });
		expect(counts(other)).toEqual(all);
		expect(other.lines.join('\n')).toContain(reason);
		expect(counts(await night({ input, settings })).unchanged).toBe(30);
	});

	it('after the clock was set back, which the log says', async () => {
		const later = createNights();
		await later.clock.run(later.clock.sleep(2 * DAY_MS), 3 * DAY_MS);
		await later.night({ input });
		const { night, objects } = createNights();
		for (const [name, content] of later.objects) objects.set(name, content);
		const next = await night({ input });
		expect(counts(next)).toEqual(all);
		expect(next.lines.join('\n')).toContain('The clock of this computer is behind');
		expect(next.lines.join('\n')).not.toContain('are over');
	});

	it('when the mode is overwrite, which empties the storage', async () => {
		const { night } = createNights();
		await night({ input });
		await night({ input: [], mode: 'overwrite' });
		expect(counts(await night({ input }))).toEqual(all);
	});

	it('after a run that sent them without the fingerprints', async () => {
		const { night } = createNights();
		await night({ input });
		expect(counts(await night({ input, settings: { changes: 'send_all' } }))).toEqual(all);
		const next = await night({ input });
		expect(counts(next)).toEqual(all);
		expect(next.lines.join('\n')).toContain('were sent without it');
		expect(counts(await night({ input })).unchanged).toBe(30);
	});

	it('after such a run was killed', async () => {
		const { night, people: held } = createNights();
		await night({ input: [version('a', 'A')] });
		await night({
			input: [version('a', 'B')],
			settings: { changes: 'send_all' },
			killedAt: { request: 1, reaches: true },
		});
		await night({ input: [version('a', 'A')] });
		expect(held().get('a')?.traits.plan).toBe('A');
	});

	it.each([
		['another spelling of the address', {}, { api_url: `${API_URL}/` }],
		['the workspace by its ID', { workspace_id: '' }, { workspace_id: WORKSPACE }],
		['the workspace of the API key', { workspace_id: WORKSPACE }, { workspace_id: '' }],
	])('after a run that names %s', async (_name, settings, others) => {
		const { night, people: held } = createNights();
		await night({ input: [version('a', 'A')], settings });
		await night({ input: [version('a', 'B')], settings: { ...settings, ...others } });
		expect(held().get('a')?.traits.plan).toBe('B');
		const next = await night({ input: [version('a', 'A')], settings });
		expect(held().get('a')?.traits.plan).toBe('A');
		expect(next.lines.join('\n')).toContain('were sent without it');
	});

	it('but not after a run for another workspace', async () => {
		const { night } = createNights();
		await night({ input });
		await night({ input, settings: { workspace_id: 'another' } });
		expect(counts(await night({ input })).unchanged).toBe(30);
	});

	it('after a run of one of the streams with another one', async () => {
		const { night } = createNights();
		const settings = { streams_share_user_ids: true };
		await night({ input, settings });
		await night({ input, settings, streams: ['people', 'others'] });
		expect(counts(await night({ input, settings }))).toEqual(all);
	});

	it.each<[string, (bytes: Buffer) => Buffer]>([
		['nothing', () => Buffer.alloc(0)],
		['half of the header', (bytes) => bytes.subarray(0, 16)],
		['only the header', (bytes) => bytes.subarray(0, 32)],
		['no closing frame', (bytes) => bytes.subarray(0, -12)],
		['half a frame', (bytes) => bytes.subarray(0, 200)],
		['one wrong bit', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 77 ? byte ^ 4 : byte)))],
		['something else', () => Buffer.from('This is a text of somebody else. '.repeat(100))],
		['more than was written', (bytes) => Buffer.concat([bytes, Buffer.alloc(12)])],
	])('when the storage holds %s', async (_what, spoil) => {
		const { night, objects } = createNights();
		await night({ input });
		const name = journalIn(objects);
		objects.set(name, spoil(objects.get(name) ?? Buffer.alloc(0)));
		const next = await night({ input });
		expect(counts(next)).toEqual(all);
		expect(next.lines.join('\n')).toContain('damaged or incomplete. Everyone is sent.');
		expect(counts(await night({ input })).unchanged).toBe(30);
	});

	it('in a dry run that finds nothing in storage, which stays as it is', async () => {
		const { night, objects } = createNights();
		const settings = { dry_run: true };
		expect(counts(await night({ input, settings })).upserted).toBe(30);
		expect([...objects.keys()]).toEqual([]);
		await night({ input });
		const before = new Map(objects);
		const dry = await night({ input: [people(1, 31)], settings });
		expect(counts(dry)).toEqual({ received: 31, upserted: 1, unchanged: 30, rejected: 0 });
		expect(new Map(objects)).toEqual(before);
	});
});

describe('the storage', () => {
	const input = [people(1, 30)];

	it('holds no personal data, and 16 bytes a person', async () => {
		const { night, objects } = createNights();
		await night({ input: [people(1, 1_000)] });
		const kept = [...objects].filter(([name]) => name.startsWith('fingerprints/'));
		const everything = kept.map(([name, bytes]) => name + bytes.toString('latin1')).join();
		const personal = ['p1000', 'example.com', 'people', 'ws_'];
		expect(personal.filter((text) => everything.includes(text))).toEqual([]);
		const { length } = contentIn(objects);
		expect(length).toBeGreaterThan(16_000);
		expect(length).toBeLessThan(16_500);
	});

	it('is written anew when it holds much that is superfluous', async () => {
		const { night, objects } = createNights();
		const size = () => contentIn(objects).length;
		await night({ input: [people(1, 9_000)] });
		const small = size();
		for (const plan of ['a', 'b']) await night({ input: [people(1, 9_000, 1_000, { plan })] });
		expect(size()).toBeLessThan(small + 100);
		expect(counts(await night({ input: [people(1, 9_000, 1_000, { plan: 'b' })] })).unchanged).toBe(
			9_000,
		);
	});

	it('keeps what was saved before a crash', async () => {
		const { clock, night } = createNights();
		async function* slowly() {
			yield people(1, 100);
			await clock.sleep(6 * 60_000);
			yield people(101, 200);
		}
		const killed = await night({ input: slowly(), killedAt: { request: 2, reaches: true } });
		expect(killed.ending).toBeUndefined();
		expect(counts(await night({ input: [people(1, 200)] }))).toEqual({
			received: 200,
			upserted: 100,
			unchanged: 100,
			rejected: 0,
		});
	});

	it.each([
		[0.5, 1],
		[1, 31],
	])(
		'of which a crash wrote %s of a frame is used only if that is all',
		async (torn, unchanged) => {
			const { night } = createNights();
			await night({ input });
			const killed = await night({
				input: [people(1, 30), version('new', 'a')],
				fate: {
					torn,
					before: (operation) => (operation === 'append' ? 'never returns' : 'goes on'),
				},
			});
			expect(killed.ending).toBeUndefined();
			expect(counts(await night({ input: [version('later', 'a')] })).upserted).toBe(1);
			const last = await night({ input: [people(1, 30), version('later', 'a')] });
			expect(counts(last).unchanged).toBe(unchanged);
		},
	);

	it('is of no use to a second run at once, after which everyone is sent', async () => {
		const { night, objects } = createNights();
		await night({ input });
		const lock = lockIn(objects);
		objects.set(lock, Buffer.from('{"run":"another"}'));
		let beats = 0;
		const second = await night({
			input,
			seesEnded: false,
			fate: {
				before(operation, name) {
					if (operation === 'read' && name === lock) {
						objects.set(lock, Buffer.from(`{"run":"another","beat":${Math.floor(beats++ / 3)}}`));
					}
					return 'goes on';
				},
			},
		});
		expect(counts(second).upserted).toBe(30);
		expect(second.lines.join('\n')).toContain('Another sync is using this storage');
		objects.delete(lock);
		const third = await night({ input });
		expect(counts(third).upserted).toBe(30);
		expect(counts(await night({ input })).unchanged).toBe(30);
	});

	it('that another run has taken over is left to it, and the next run sends everyone', async () => {
		const { night, objects } = createNights();
		await night({ input });
		const lock = lockIn(objects);
		const before = contentIn(objects);
		const suspended = await night({
			input: [people(1, 30, 10, { plan: 'pro' })],
			fate: {
				before(operation) {
					if (operation === 'read' && objects.has(lock))
						objects.set(lock, Buffer.from('{"run":"b"}'));
					return 'goes on';
				},
			},
		});
		expect([suspended.ending, counts(suspended).upserted]).toEqual(['completed', 30]);
		expect(suspended.lines.join('\n')).toContain('Another run has taken it over');
		expect([contentIn(objects), objects.has(lock)]).toEqual([before, true]);
		expect(counts(await night({ input })).upserted).toBe(30);
	});

	it('is taken over from a run that has not renewed its lock for 30 seconds', async () => {
		const { clock, night, objects } = createNights();
		await night({ input });
		const lock = lockIn(objects);
		objects.set(lock, Buffer.from('{"run":"another"}'));
		const before = clock.now();
		const next = await night({ input, seesEnded: false });
		expect(counts(next).unchanged).toBe(30);
		expect(clock.now() - before).toBeLessThan(40_000);
		expect(objects.has(lock)).toBe(false);
	});

	it('that cannot be used at the start fails the run before anybody is sent', async () => {
		const { night } = createNights();
		const { ending, requests } = await night({ input, fate: { before: () => 'fails' } });
		expect(ending).toMatchObject({ code: 'storage_failed', setting: 'storage.path' });
		expect(requests).toBe(0);
	});

	it('that two runs could claim at once is not used', async () => {
		const { night, objects } = createNights({ storage: 's3' });
		for (const conditions of ['ignored', 'not known'] as const) {
			const one = await night({ input, s3: { conditions } });
			expect([one.ending, counts(one).upserted]).toEqual(['completed', 30]);
			expect(one.lines.join('\n')).toContain('does not support conditional writes');
			expect([...objects.keys()].filter((name) => name.startsWith('fingerprints/'))).toEqual([]);
		}
	});

	it.each([
		['the second part is missing', 1, undefined],
		['the last part is missing', 2, undefined],
		['the last part is empty', 2, Buffer.alloc(0)],
		['the last part ends early, after a whole frame', 2, Buffer.alloc(28)],
	])('is of no use if %s', async (_what, which, left) => {
		const { night, objects } = createNights();
		for (const last of [30, 31, 32]) await night({ input: [people(1, last)] });
		expect(partsIn(objects)).toHaveLength(3);
		const name = partsIn(objects)[which] ?? '';
		const part = objects.get(name);
		if (left === undefined) objects.delete(name);
		else objects.set(name, part?.subarray(0, left.length) ?? left);
		const next = await night({ input: [people(1, 32)] });
		expect(counts(next).upserted).toBe(32);
		expect(next.lines.join('\n')).toContain('damaged or incomplete. Everyone is sent.');
		expect(counts(await night({ input: [people(1, 32)] })).unchanged).toBe(32);
	});

	it('is written anew when it has many parts', async () => {
		const { night, objects } = createNights();
		for (let last = 1; last <= 110; last++) await night({ input: [people(1, last)] });
		expect(partsIn(objects).length).toBeLessThan(15);
		expect(counts(await night({ input: [people(1, 110)] })).unchanged).toBe(110);
	});

	it('that is full keeps nothing, and the run goes on', async () => {
		const { night, objects, people: held } = createNights();
		await night({ input });
		const changed = [people(1, 30, 10, { plan: 'pro' })];
		const full = await night({
			input: changed,
			fate: { before: (operation) => (operation === 'append' ? 'fails' : 'goes on') },
		});
		expect([full.ending, counts(full).upserted]).toEqual(['completed', 30]);
		expect(full.lines.join('\n')).toContain(
			'The disk is full. Check storage.path. What was not yet saved',
		);
		expect(held().get('p1')?.traits.plan).toBe('pro');
		expect(journalIn(objects)).toBe('none');
		expect(counts(await night({ input: changed })).upserted).toBe(30);
	});

	it.each([
		['its lock is read', 'read', '.lock'],
		['fingerprints are saved', 'append', '.journal'],
	])('that is lost when %s and comes back hides nothing', async (_when, due, end) => {
		const { night, objects, people: held } = createNights();
		await night({ input });
		let lost: typeof objects | undefined;
		const losing = await night({
			input: [people(1, 30, 10, { plan: 'pro' })],
			fate: {
				before(operation, name) {
					const isDue = operation === due && name.endsWith(end);
					const isLocked = [...objects.values()].some((content) => content.includes('run 2'));
					if (lost === undefined && isDue && isLocked) {
						lost = new Map(objects);
						objects.clear();
					}
					return 'goes on';
				},
			},
		});
		expect(losing.ending).toMatchObject({ code: 'storage_failed', fault: 'VANISHED' });
		expect(held().get('p1')?.traits.plan).toBeUndefined();
		objects.clear();
		for (const [name, content] of lost ?? []) objects.set(name, content);
		expect(counts(await night({ input })).unchanged).toBe(30);
	});

	it('whose journal was lost and comes back after the next sync hides nothing', async () => {
		const { night, objects, people: held } = createNights();
		await night({ input });
		const lost = [...objects].filter(([name]) => name.endsWith('.journal'));
		for (const [name] of lost) objects.delete(name);
		const changed = await night({ input: [people(1, 30, 10, { plan: 'pro' })] });
		expect(changed.lines.join('\n')).toContain('damaged or incomplete');
		for (const [name, content] of lost) objects.set(name, content);
		await night({ input: [people(1, 30, 10, { plan: 'free' })] });
		await night({ input: [people(1, 30, 10, { plan: 'pro' })] });
		expect(held().get('p1')?.traits.plan).toBe('pro');
	});

	it('in whose place an older copy comes, at any moment before a sync has looked at it for the last time, hides nothing', async () => {
		const versions = ['a', 'b'].map((plan) => people(1, 30, 10, { plan }));
		const [older = '', newer = ''] = versions;
		const batches = { people_per_request: 10 };
		const operations: string[] = [];
		const { night } = createNights();
		await night({ input: [older] });
		const before = (operation: string, name: string) => {
			operations.push(`${operation} ${name.split('.').at(-1)}`);
			return 'goes on' as const;
		};
		await night({ input: [newer], settings: { batches }, fate: { before } });
		const last = operations.lastIndexOf('read lock');
		expect(last).toBeGreaterThan(10);
		for (let at = 0; at <= last; at++) {
			const { night, objects, people: held } = createNights();
			await night({ input: [older] });
			const copy = new Map(objects);
			let number = 0;
			const replaced = () => {
				if (number++ === at) {
					objects.clear();
					for (const [name, content] of copy) objects.set(name, content);
				}
				return 'goes on' as const;
			};
			await night({ input: [newer], settings: { batches }, fate: { before: replaced } });
			await night({ input: [older] });
			expect([at, held().get('p1')?.traits.plan]).toEqual([at, 'a']);
			expect([at, held().get('p30')?.traits.plan]).toEqual([at, 'a']);
		}
	});

	it.each([
		['at the start', 'claim', 'stopped'],
		['later', 'append', 'storage_failed'],
	])('that hangs %s does not hold up a run that is terminated', async (_when, first, code) => {
		const { clock, night } = createNights();
		await night({ input });
		let hangs = false;
		const before = clock.now();
		const hung = await night({
			input: [people(1, 30, 10, { plan: 'pro' })],
			terminatedAfterMs: 60_000,
			fate: {
				before(operation) {
					hangs ||= operation === first;
					return hangs ? 'hangs' : 'goes on';
				},
			},
		});
		expect(hung.ending).toMatchObject({ code });
		expect(clock.now() - before).toBeLessThanOrEqual(65_000);
		expect(hung.lines.join('\n')).toContain('had not answered when the sync had to end');
		expect([hung.requests, counts(await night({ input })).unchanged]).toEqual([0, 30]);
	});

	it('that vanishes stops the run before it sends what the storage would deny', async () => {
		const { night, people: held } = createNights();
		await night({ input });
		let isGone = false;
		const gone = await night({
			input: [people(1, 30, 10, { plan: 'pro' })],
			fate: {
				before(operation) {
					isGone ||= operation === 'append';
					return isGone ? 'fails' : 'goes on';
				},
			},
		});
		expect(gone.ending).toMatchObject({ code: 'storage_failed' });
		expect(held().get('p1')?.traits.plan).toBeUndefined();
		expect(counts(await night({ input })).unchanged).toBe(30);
	});
});
