import fc from 'fast-check';
import { expect, it } from 'vitest';
import { errorText } from '../../connectors/airbyte/destination';
import type { Preview } from '../../connectors/airbyte/previewResult';
import { people, record, state } from './input.mts';
import { createNights } from './nights.mts';
import { previewed } from './previewed.mts';
import { type Sync, sync } from './sync.mts';

/** Columns of people, good and bad. */
const data = fc.record(
	{
		id: fc.oneof(fc.nat(12), fc.constantFrom('p1', ' p1 ', '', null, true, 'x'.repeat(256), '漢')),
		email: fc.constantFrom('a@b.example', 'b@c.example', 'none', '', null, 'x'.repeat(300)),
		'Phone Number': fc.constantFrom('1', 2, '9'.repeat(51), null),
		plan: fc.oneof(fc.constantFrom('pro', '', null, { level: 1 }), fc.nat()),
		_ab_cdc_deleted_at: fc.constantFrom(null, null, null, '2026-01-01'),
	},
	{ requiredKeys: ['id'] },
);

const line = fc.oneof(
	{ weight: 100, arbitrary: data.map((columns) => record(columns)) },
	{ weight: 30, arbitrary: data.map((columns) => record(columns, { stream: 'leads' })) },
	{ weight: 10, arbitrary: data.map((columns) => record(columns, { stream: 'products' })) },
	{ weight: 10, arbitrary: fc.nat(9).map((cursor) => state(cursor)) },
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			'garbage\n',
			'\n',
			record(7),
			'{"type":"LOG"}\n',
			'{"type":"NEW"}\n',
		),
	},
	{ weight: 1, arbitrary: data.map((columns) => record(columns, { stream: 'unknown' })) },
);

const STREAM_SETTINGS = [
	{ stream: 'leads', user_id_prefix: 'lead-' },
	{ stream: 'products', skip_stream: true },
] as const;

const settings = fc.record({
	workspace_id: fc.constantFrom('', 'ws_simulator'),
	batches: fc.record({ people_per_request: fc.integer({ min: 1, max: 6 }) }),
	rejected_records: fc.oneof(
		fc.record({
			policy: fc.constantFrom('skip', 'skip', 'fail_at_first'),
			invalid_email: fc.constantFrom('reject', 'send_without_email'),
			samples: fc.nat(3),
		}),
		fc.constantFrom(
			{ policy: 'fail_above', max_count: 3 },
			{ policy: 'fail_above', max_percent: 20 },
		),
	),
	streams: fc.constant(STREAM_SETTINGS),
});

const FAILS_AT_FIRST = {
	workspace_id: '',
	batches: { people_per_request: 1 },
	rejected_records: { policy: 'fail_at_first', invalid_email: 'reject', samples: 0 },
	streams: STREAM_SETTINGS,
} as const;

const STREAMS = [{ name: 'people' }, { name: 'leads' }, { name: 'products' }];

/** Each count of the streams together. */
function sumOf({ lines, received, requests, streams }: Preview) {
	const sum = { received, upserted: 0, merged: 0, deletedInSource: 0, skipped: 0, requests };
	const rejected: Record<string, number> = {};
	for (const stream of streams) {
		for (const name of ['upserted', 'merged', 'deletedInSource', 'skipped'] as const)
			sum[name] += stream[name];
	}
	for (const { code, count } of [...streams.flatMap(({ rejections }) => rejections), ...lines]) {
		rejected[code] = (rejected[code] ?? 0) + count;
	}
	return { ...sum, rejected };
}

/** The same counts as the sync reports them, without what only Flameup or the clock knows. */
function reportOf({ lines }: Sync) {
	const text = lines.find(({ text }) => text.startsWith('report '))?.text ?? '';
	const { received, upserted, merged, deletedInSource, skipped, rejected, requests } = JSON.parse(
		text.slice('report '.length),
	);
	const counts = Object.entries(rejected).map(([code, one]) => [
		code,
		(one as { count: number }).count,
	]);
	return {
		...{ received, upserted, merged, deletedInSource, skipped, requests },
		rejected: Object.fromEntries(counts),
	};
}

/** The first time that each user ID was sent. */
function firstSent({ exchanges }: Sync): Map<string, unknown> {
	const sent = exchanges.flatMap(({ request }) =>
		request.body === undefined ? [] : JSON.parse(request.body.join('')).people,
	);
	return new Map(sent.toReversed().map((person) => [person.userId, person]));
}

function expectSame(seen: Preview, real: Sync): void {
	expect(sumOf(seen)).toEqual(reportOf(real));
	expect(seen.streams.reduce((sum, stream) => sum + stream.people, 0)).toBe(real.held.length);
	const sent = firstSent(real);
	for (const person of seen.streams.flatMap(({ firstPeople }) => firstPeople)) {
		const { userId } = person as { userId: string };
		expect(JSON.parse(JSON.stringify(person))).toEqual(sent.get(userId));
	}
	const shown = seen.streams.map(({ firstPeople, people }) => [firstPeople.length, people]);
	for (const [length, all = 0] of shown) expect(length).toBe(Math.min(3, all));
}

it('a preview claims what a sync of the same input does', async () => {
	const input = fc.array(line, { maxLength: 60 }).map((lines) => lines.join(''));
	let compared = 0;
	await fc.assert(
		fc.asyncProperty(input, settings, async (text, given) => {
			const options = { input: text, settings: given, streams: STREAMS };
			const real = await sync(options);
			const seen = await previewed(options).catch((error: unknown) => errorText(error));
			if (typeof seen === 'string') {
				expect(real.failure).toBe(`config_error: ${seen}`);
				expect(real.held).toEqual([]);
				return;
			}
			const [failure] = seen.failures.map((error) => `config_error: ${errorText(error)}`);
			expect(failure).toBe(real.failure);
			if (failure !== undefined) return;
			compared++;
			expect(seen.isWhole).toBe(true);
			expectSame(seen, real);
		}),
		{
			numRuns: 400,
			examples: [['garbage\n', FAILS_AT_FIRST]],
		},
	);
	expect(compared).toBeGreaterThan(100);
});

const REMEMBERING = {
	storage: { storage_type: 'folder', path: '/storage' },
	changes: 'send_changed',
};

it('claims who would be sent after a night with a storage', async () => {
	const version = fc.record({ id: fc.nat(8), plan: fc.constantFrom('a', 'b') });
	const records = fc
		.array(version, { maxLength: 30 })
		.map((versions) => versions.map((columns) => record(columns)).join(''));
	let unchanged = 0;
	await fc.assert(
		fc.asyncProperty(
			records,
			records,
			fc.integer({ min: 1, max: 4 }),
			async (first, input, size) => {
				const settings = { ...REMEMBERING, batches: { people_per_request: size } };
				const { clock, night, objects } = createNights();
				await night({ input: [first], settings });
				const before = new Map(objects);
				const seen = await previewed({ input, settings, clock, objects });
				expect(new Map(objects)).toEqual(before);
				const { report, requests } = await night({ input: [input], settings });
				expect(sumOf(seen)).toMatchObject({ requests, upserted: report?.upserted ?? 0 });
				const [stream] = seen.streams;
				expect(stream?.unchanged).toBe(report?.unchanged ?? 0);
				expect(stream?.firstPeople).toHaveLength(Math.min(3, stream?.people ?? 0));
				unchanged += stream?.unchanged ?? 0;
			},
		),
		{ numRuns: 100 },
	);
	expect(unchanged).toBeGreaterThan(20);
});

it('says why everyone would be sent', async () => {
	const { clock, night, objects } = createNights();
	const preview = async (settings: object) =>
		(
			await previewed({
				input: people(1, 3),
				settings: { ...REMEMBERING, ...settings },
				clock,
				objects,
			})
		).memory;
	expect(await preview({})).toContain('Nothing is in storage yet.');
	await night({ input: [people(1, 3)] });
	expect(await preview({})).toContain('Remembered from earlier syncs: 3 people');
	expect(await preview({ mapping: { rename: [{ column: 'email', trait: 'mail' }] } })).toContain(
		'The settings or the API key differ',
	);
	expect(await preview({ changes: 'send_all' })).toBeUndefined();
});

it('counts on what a sync that is running, or was killed, has left in storage', async () => {
	const { clock, night, objects } = createNights();
	await night({ input: [people(1, 300)] });
	const input = [people(1, 100, 10, { plan: 'new' }), people(101, 300)];
	await night({ input, killedAt: { request: 1, reaches: true } });
	const given = { settings: REMEMBERING, clock, objects };
	const { streams } = await previewed({ input: people(1, 300), ...given });
	expect(streams[0]?.unchanged).toBe(200);
});

it.each([
	['ends there', '', true],
	['ends there, after states', state(3) + state(4), true],
	['goes on', record({ id: 'p9' }), false],
	['goes on with a line that is no message', 'garbage', false],
])('the first three records, and the input %s', async (_name, rest, isWhole) => {
	const first = people(1, 3, 100);
	const seen = await previewed({ input: first + rest, records: 3 });
	expect([seen.isWhole, seen.received]).toEqual([isWhole, 3]);
	expectSame(seen, await sync({ input: first }));
});

it('counts the same, however the input is cut into chunks', async () => {
	const text = `${people(1, 30)}garbage\n${record({ id: '漢', email: '漢@例.jp' })}`;
	const bytes = Buffer.from(text);
	const expected = await previewed({ input: text, records: 20 });
	for (const size of [1, 2, 7, 100, 1_000]) {
		const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
			bytes.subarray(i * size, (i + 1) * size),
		);
		expect(await previewed({ input: chunks, records: 20 })).toEqual(expected);
	}
});

it.each([
	['a request', 1, 120, 0],
	['a full window', 120, 120, 0],
	['one request more', 121, 120, 1],
	['a million people', 10_000, 120, 83],
	['a slower pace', 10, 2, 4],
])('says how long %s takes', async (_name, requests, pace, minutes) => {
	const seen = await previewed({
		input: people(1, requests, 100_000),
		records: 100_000,
		settings: { batches: { people_per_request: 1 }, pace: { requests_per_minute: pace } },
	});
	expect([seen.requests, seen.minutes]).toEqual([requests, minutes]);
});

it('counts full requests, however slow the source is', async () => {
	const chunks = Array.from({ length: 5 }, (_, i) => people(i + 1, i + 1));
	const seen = await previewed({ input: chunks, pauseMs: 30_000 });
	expect([seen.received, seen.requests]).toEqual([5, 1]);
});

it('keeps the digits of long numbers', async () => {
	const input = record({ id: 1, big: 0 }).replace('"big":0', '"big":12345678901234567890');
	const seen = await previewed({ input });
	expect(JSON.stringify(seen)).toContain('"traits":{"big":12345678901234567890}');
});
