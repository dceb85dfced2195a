import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { describe, expect, it, vi } from 'vitest';
import { createFlameup, type Flameup } from '../../simulator/flameup.mts';
import { automatic, createN8n, mapped, type Setting } from './fake-n8n.mts';
import { fakeTimers, finish, run } from './timed.mts';

fakeTimers();

const FINGERPRINT = /^flameup-[\da-f]{16}$/;
const PREVIOUS = { previousFingerprint: '={{ $json.kept }}' };

const ada = { userId: 'ada', email: 'ada@example.com', plan: 'pro' };
const bob = { userId: 'bob', email: 'bob@example.com', plan: 'free' };

/** The fingerprints with which rows come out, and everything else of the execution. */
async function save(rows: IDataObject[], setting: Setting = {}) {
	const done = await run({ items: rows, parameters: automatic(), onError: 'continue', ...setting });
	const jsons = done.items.map(({ json }) => json);
	return {
		...done,
		jsons,
		results: jsons.map(({ result, error }) => result ?? error),
		fingerprints: jsons.map(({ fingerprint }) => fingerprint),
	};
}

/** Saves the rows, and again with the fingerprints that they came out with. */
async function saveTwice(rows: IDataObject[], setting: Setting = {}, second: Setting = {}) {
	const first = await save(rows, setting);
	const kept = rows.map((row, i) => ({ ...row, kept: first.fingerprints[i] ?? null }));
	const parameters = automatic(PREVIOUS);
	return {
		first,
		again: await save(kept, { parameters, shared: first.flameup, ...setting, ...second }),
	};
}

describe('the fingerprint', () => {
	it('lets the second run send nobody, and a third one only who changed', async () => {
		const { first, again } = await saveTwice([ada, bob]);
		expect(first.fingerprints).toEqual(Array(2).fill(expect.stringMatching(FINGERPRINT)));
		expect(again.requests).toEqual([]);
		expect(again.jsons).toEqual(
			['ada', 'bob'].map((user_id, i) => {
				return { user_id, result: 'unchanged', fingerprint: first.fingerprints[i] };
			}),
		);
		expect(again.hints[0]).toContain('0 rows saved. 2 rows unchanged, and not sent. ');

		const [one, two] = first.fingerprints;
		const rows = [
			{ ...ada, plan: 'team', kept: one },
			{ ...bob, kept: two },
		];
		const third = await save(rows, { parameters: automatic(PREVIOUS), shared: first.flameup });
		expect(third.results).toEqual(['updated', 'unchanged']);
		expect(JSON.parse(third.requests[0]?.body ?? '').people).toHaveLength(1);
		expect(third.fingerprints[0]).not.toBe(one);
		expect(third.hints[0]).toContain('1 row saved (1 updated). 1 row unchanged, and not sent. ');
	});

	it('depends on the person alone, and not on the other rows or their order', async () => {
		const { first, again } = await saveTwice([ada, bob], {}, { parameters: automatic() });
		const other = await save([bob, { userId: 'cy' }, ada], { shared: first.flameup });
		expect(again.requests).toHaveLength(1);
		expect(again.fingerprints).toEqual(first.fingerprints);
		expect([other.fingerprints[2], other.fingerprints[0]]).toEqual(first.fingerprints);
	});

	it.each<[string, Setting]>([
		['workspace', { workspaceId: '' }],
		['address', { baseUrl: 'http://127.0.0.1:9/api/v1' }],
		['key', { apiKey: `ws_test_other.${'f'.repeat(64)}` }],
		['mapping', { parameters: automatic({ ...PREVIOUS, excludeColumns: 'plan' }) }],
	])('counts for one %s only', async (_what, second) => {
		const { again } = await saveTwice([ada], {}, second);
		expect(again.requests).not.toEqual([]);
	});

	it.each([undefined, null, '', ' ', 'x', 7, {}, 'flameup-', 'flameup-0000000000000000'])(
		'has the person sent if it is %o',
		async (kept) => {
			const rows = [{ ...ada, kept }];
			const { fingerprints, requests } = await save(rows as IDataObject[], {
				parameters: automatic(PREVIOUS),
			});
			expect(requests).toHaveLength(1);
			expect(fingerprints).toEqual([expect.stringMatching(FINGERPRINT)]);
		},
	);

	it('is missed where the option has the name of a field instead of its value', async () => {
		const { hints } = await save([ada], {
			parameters: automatic({ previousFingerprint: 'fingerprint' }),
		});
		expect(hints.join(' ')).toContain(
			'Sent, because "Previous Fingerprint" has something else than a fingerprint of this node: 1 row.',
		);
	});

	it('is null if the answer does not prove enough that the person was saved', async () => {
		const { jsons } = await save([ada], { flameup: { counts: 'absent' } });
		expect(jsons).toMatchObject([{ result: 'saved', fingerprint: null }]);
	});

	it('is not there for rows that failed', async () => {
		const { jsons } = await save([{ ...ada, email: 'no' }]);
		expect(Object.keys(jsons[0] ?? {})).toEqual(['error', 'details']);
	});

	it('is the same for all rows of a person, whether they were merged or sent one by one', async () => {
		const rows = [ada, bob, { ...ada, plan: 'team' }];
		for (const repeatedIds of ['merge', 'separate']) {
			const { fingerprints } = await save(rows, { parameters: automatic({ repeatedIds }) });
			expect(fingerprints[0]).toMatch(FINGERPRINT);
			expect(fingerprints[2]).toBe(fingerprints[0]);
			expect(fingerprints[1]).not.toBe(fingerprints[0]);
		}
	});

	it('lets A, B, A end at A', async () => {
		for (const repeatedIds of ['merge', 'separate']) {
			const first = await save([ada]);
			const kept = first.fingerprints[0] ?? null;
			const rows = [ada, { ...ada, plan: 'team' }, ada].map((row) => ({ ...row, kept }));
			const parameters = automatic({ ...PREVIOUS, repeatedIds });
			const again = await save(rows, { parameters, shared: first.flameup });
			expect(again.results[0]).toBe('unchanged');
			expect(first.flameup.people().get('ada')?.traits).toEqual({ plan: 'pro' });
			expect(again.fingerprints).toEqual(Array(3).fill(kept));
		}
	});

	it('does not count if two rows of a person disagree about it', async () => {
		const first = await save([ada]);
		for (const other of ['flameup-0123456789abcdef', null]) {
			const rows = [first.fingerprints[0], other].map((kept) => ({ ...ada, kept }));
			const parameters = automatic(PREVIOUS);
			const { results } = await save(rows as IDataObject[], { parameters, shared: first.flameup });
			expect(results).toEqual(['unchanged', 'updated']);
		}
	});

	it('is compared in a dry run too', async () => {
		const first = await save([ada]);
		const rows = [{ ...ada, kept: first.fingerprints[0] }, bob];
		const parameters = automatic({ ...PREVIOUS, dryRun: true });
		const dry = await save(rows as IDataObject[], { parameters, shared: first.flameup });
		expect(dry.requests).toEqual([]);
		expect(dry.results).toEqual(['unchanged', 'checked']);
		expect(dry.fingerprints).toEqual([first.fingerprints[0], undefined]);
	});

	it('is counted in the summary', async () => {
		const first = await save([ada]);
		const rows = [{ ...ada, kept: first.fingerprints[0] }, bob] as IDataObject[];
		const parameters = automatic(PREVIOUS, { output: 'summary' });
		const { jsons } = await save(rows, { parameters, shared: first.flameup });
		expect(jsons[0]).toMatchObject({ received: 2, saved: 1, unchanged: 1, rejected: 0 });
	});

	it('is read from the row without an evaluation by n8n, if the field was dragged', async () => {
		const parameters = mapped({ options: PREVIOUS });
		const { evaluated } = await save([ada, bob], { parameters });
		expect(evaluated).toEqual([]);
	});
});

describe('in automatic mapping, a fingerprint', () => {
	const sent = async (row: IDataObject, options = {}) => {
		const { requests } = await save([row], { parameters: automatic(options) });
		return JSON.parse(requests[0]?.body ?? '').people[0].traits;
	};
	const ours = 'flameup-0123456789abcdef';

	it('of this node is no trait, under whatever name', async () => {
		expect(await sent({ ...ada, fingerprint: ours, other: ours })).toEqual({ plan: 'pro' });
		const outcome = { user_id: 'a', result: 'saved', fingerprint: null };
		expect(await sent(outcome, { emptyValues: 'send' })).toBeUndefined();
	});

	it('is no trait if the option names its field', async () => {
		const row = { ...ada, kept: 'not yet' };
		expect(await sent(row, PREVIOUS)).toEqual({ plan: 'pro' });
		const inside = { ...ada, crm: { segment: 'a', 'last sent': 'x' } };
		const previousFingerprint = "={{ $json.crm['last sent'] }}";
		expect(await sent(inside, { previousFingerprint })).toEqual({
			plan: 'pro',
			crm: { segment: 'a' },
		});
	});

	it('of the user is a trait, also beside a result', async () => {
		const browser = { user_id: 'a', result: 'saved', fingerprint: 'd41d8cd98f00b204' };
		const { user_id: _id, ...traits } = browser;
		expect(await sent(browser)).toEqual(traits);
		const row = { ...ada, fingerprint: 'd41d8cd98f00b204e9800998ecf8427e' };
		expect(await sent(row)).toEqual({ plan: 'pro', fingerprint: row.fingerprint });
		expect(await sent({ ...ada, fingerprint: null }, { emptyValues: 'send' })).toEqual({
			plan: 'pro',
			fingerprint: null,
		});
	});
});

it('of anybody or anything else leaves nobody out, in whatever row it is', async () => {
	const people = ['ada', 'bob', 'eve'].flatMap((userId) =>
		['free', 'pro'].map((plan) => ({ userId, plan })),
	);
	const texts: IDataObject[string][] = [];
	for (const one of people) texts.push(...(await save([one])).fingerprints);
	const of = (at: number) => ({ ...people[at], kept: texts[at] });
	const index = fc.nat(people.length - 1);
	const own = index.map(of);
	const mistaken = fc.tuple(index, index).map(([at, other]) => ({ ...of(at), kept: texts[other] }));
	const rejected = mistaken.map((one) => ({ ...one, email: 'no address' }));
	const some = fc.array(fc.oneof(own, own, mistaken, rejected), { minLength: 1, maxLength: 12 });
	await fc.assert(
		fc.asyncProperty(some, async (rows) => {
			const { jsons } = await save(rows, { parameters: automatic(PREVIOUS) });
			expect(jsons).toHaveLength(rows.length);
			for (const [i, { kept, plan, userId }] of rows.entries()) {
				if (jsons[i]?.result !== 'unchanged') continue;
				const at = people.findIndex((one) => one.userId === userId && one.plan === plan);
				expect(kept).toBe(texts[at]);
			}
		}),
		{ numRuns: 300 },
	);
});

/** A row: who, with which values, and whether Flameup refuses it. */
const row = fc
	.record({
		userId: fc.constantFrom('a', 'b'),
		plan: fc.constantFrom('A', 'A', 'B'),
		city: fc.constantFrom(undefined, undefined, 'Rome', 'Oslo'),
		simulator_refuse: fc.constantFrom(undefined, undefined, undefined, undefined, 'no'),
	})
	.map((values) => JSON.parse(JSON.stringify(values)) as IDataObject);

const execution = fc.record({
	rows: fc.array(row, { minLength: 1, maxLength: 4 }),
	options: fc.record({
		repeatedIds: fc.constantFrom('merge', 'separate'),
		peoplePerRequest: fc.constantFrom(1, 2, 100),
	}),
	onError: fc.constantFrom('stop' as const, 'continue' as const),
	/** What Flameup does wrong in this run. */
	trouble: fc.constantFrom(
		...([{}, {}, {}, { counts: 'absent' }, { completeness: 'short', shortRate: 0.5 }] as const),
		...(['500', 'reset-after', 'stall-after', '207-half', 'queued', 'html-200'] as const).map(
			(kind) => ({ faultRate: 0.6, faultKinds: [kind] }),
		),
	),
	/** n8n ends after the node ran, before its output was stored. */
	breaksOff: fc.constantFrom(false, false, false, true),
});

/** A user's table: the fingerprints of a run are taken out of it before, and put back after. */
function createTable() {
	const table = new Map<unknown, unknown>();
	return {
		take(rows: IDataObject[]): IDataObject[] {
			const taken = new Map(table);
			for (const { userId } of rows) table.delete(userId);
			return rows.map((one) => ({ ...one, kept: taken.get(one.userId) ?? null }) as IDataObject);
		},
		put(items: IDataObject[]) {
			for (const { fingerprint, user_id } of items) table.set(user_id, fingerprint);
		},
	};
}

const held = (flameup: Flameup) =>
	JSON.stringify([...flameup.people().values()].map(({ userId, traits }) => [userId, traits]));

it('whatever happens, a run leaves in Flameup what sending everything leaves', async () => {
	let unchanged = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(execution, { minLength: 3, maxLength: 8 }), async (history) => {
			const shared = createFlameup({ now: Date.now, limit: 0 });
			const usual = shared.switches();
			const table = createTable();
			for (const { breaksOff, onError, options, rows, trouble } of history) {
				shared.set({ ...usual, ...trouble });
				const common = { ...options, giveUpAfterMinutes: 0.2 };
				const parameters = automatic({ ...common, ...PREVIOUS });
				const setting = { items: table.take(rows), parameters, onError, shared };
				const { error, items } = await finish(createN8n(setting));
				const jsons = items.map(({ json }) => json);
				if (!breaksOff) table.put(jsons.filter((one) => one.error === undefined));
				unchanged += jsons.filter(({ result }) => result === 'unchanged').length;
				shared.set(usual);
				const isWhole = error === undefined && Object.keys(trouble).length === 0;
				if (!isWhole) continue;
				const after = held(shared);
				const everything = { items: rows, parameters: automatic(common), shared };
				await finish(createN8n({ ...everything, onError: 'continue' }));
				expect(held(shared)).toBe(after);
			}
		}),
		{ numRuns: 200 },
	);
	expect(unchanged).toBeGreaterThan(30);
	vi.clearAllTimers();
});
