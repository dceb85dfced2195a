import { type IDataObject, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { describe, expect, it, vi } from 'vitest';
import {
	answering,
	automatic,
	createN8n,
	isFailed,
	mapped,
	pairs,
	people,
	type Setting,
} from './fake-n8n.mts';
import { fakeTimers, finish, run } from './timed.mts';

fakeTimers();

const trait = (name: string, value: string) => ({
	assignments: [{ id: '1', name, value, type: 'string' }],
});

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const batches = ({ requests }: { requests: { url: string }[] }) =>
	requests.filter(({ url }) => url.endsWith('/people/batch')).length;

describe('Create or Update', () => {
	it.each([
		[0, 0],
		[1, 1],
		[99, 1],
		[100, 1],
		[101, 2],
		[250, 3],
		[10_000, 100],
	])('saves %i rows with %i requests, each item paired with its row', async (rows, requests) => {
		const done = await run({ items: people(rows), parameters: mapped() });
		expect(done.error).toBeUndefined();
		expect(done.flameup.people().size).toBe(rows);
		expect(done.requests).toHaveLength(requests);
		expect(pairs(done.items)).toEqual(upTo(rows));
		expect(done.items.every(({ json }, i) => json.user_id === `user_${i}`)).toBe(true);
	});

	it('distinguishes created from updated, each with at most ten fields', async () => {
		const n8n = createN8n({ items: people(3), parameters: mapped() });
		const first = await finish(n8n);
		expect(first.items.map(({ json }) => json.result)).toEqual(Array(3).fill('created'));
		await vi.advanceTimersByTimeAsync(60_000);
		const { items } = await finish(n8n);
		expect(items.map(({ json }) => json.result)).toEqual(Array(3).fill('updated'));
		expect(Object.keys(items[0]?.json ?? {})).toEqual([
			'user_id',
			'result',
			'fingerprint',
			'email',
			'first_name',
			'last_name',
			'status',
			'created_at',
			'updated_at',
			'id',
		]);
	});

	it('returns the whole response of Flameup if Output is Raw', async () => {
		const done = await run({ items: people(1), parameters: mapped({ output: 'raw' }) });
		expect(done.items[0]?.json).toMatchObject({
			user_id: 'user_0',
			result: 'created',
			external_id: 'user_0',
			attributes: {},
		});
	});

	it('returns the selected fields beside the user ID and the result', async () => {
		const parameters = mapped({ output: 'fields', fields: ['email'] });
		const done = await run({ items: people(1), parameters });
		expect(done.items[0]?.json).toEqual({
			user_id: 'user_0',
			result: 'created',
			fingerprint: expect.any(String),
			email: 'user_0@example.com',
		});
	});

	it('reports "saved" when the response does not show who was created', async () => {
		const flameup = { counts: 'absent' as const };
		const done = await run({ items: people(2), parameters: mapped(), flameup });
		expect(done.items.map(({ json }) => json)).toMatchObject([
			{ user_id: 'user_0', result: 'saved' },
			{ user_id: 'user_1', result: 'saved' },
		]);
	});

	it('fails rows that no response confirms', async () => {
		const done = await run({
			items: people(2),
			parameters: mapped(),
			flameup: { emptyBody: true },
			onError: 'continue',
		});
		expect(done.items.map(({ json }) => json)).toMatchObject([
			{ error: 'not_confirmed', details: { user_id: 'user_0' } },
			{ error: 'not_confirmed', details: { user_id: 'user_1' } },
		]);
	});

	it.each([
		['another workspace', { workspace_id: 'ws_other' }, /another workspace/],
		['one ID for both', { id: '5f1a3e00-0000-4000-8000-000000000001' }, /the same ID/],
	])('warns of answers that name %s', async (_name, same, warning) => {
		const shared = answering(({ body }) => {
			const sent: { people: { userId: string }[] } = JSON.parse(body);
			const all = sent.people.map(({ userId }) => ({ id: userId, external_id: userId, ...same }));
			return { body: { people: all, created_count: all.length, updated_count: 0 } };
		});
		const done = await run({ items: people(2), parameters: mapped(), shared });
		expect(done.items).toHaveLength(2);
		expect(done.hints.filter((hint) => hint.startsWith('warning: '))).toEqual([
			expect.stringMatching(warning),
		]);
	});

	it.each([
		[{ success: false, error: 'no devices' }, ['no devices', 'no devices']],
		[
			{ people: [{ external_id: 'user_0' }], errors: [{ index: 1, message: 'is banned' }] },
			['is banned', 'is banned'],
		],
	])('shows what Flameup says in a 200 that reports a failure: %o', async (body, said) => {
		const shared = answering(() => ({ body }));
		const setting = { items: people(2), parameters: mapped(), onError: 'continue' as const };
		const done = await run({ ...setting, shared });
		expect(done.items.map(({ json }) => json)).toMatchObject(
			said.map((text, i) => ({
				error: 'not_confirmed',
				details: { said: text, user_id: `user_${i}` },
			})),
		);
	});

	it('works in contexts without the newer functions, and without a workspace', async () => {
		const done = await run({
			items: people(2),
			parameters: mapped(),
			workspaceId: '',
			lacks: ['getExecutionCancelSignal', 'addExecutionHints'],
		});
		expect(done.requests[0]?.url).toMatch(/\/api\/v1\/people\/batch$/);
		expect(done.items).toHaveLength(2);
	});

	it('tolerates slashes at the end of the base URL', async () => {
		const baseUrl = 'http://127.0.0.1:65535/api/v1// ';
		expect((await run({ items: people(1), parameters: mapped(), baseUrl })).items).toHaveLength(1);
	});
});

describe('rows that fail', () => {
	const edges = [0, 99, 100, 199, 249];
	const items = people(250).map((row, i) => (edges.includes(i) ? { ...row, email: 'no' } : row));

	it('come after the others, with exactly the keys by which n8n detects them', async () => {
		const done = await run({ items, parameters: mapped(), onError: 'continue' });
		const failed = done.items.filter(isFailed);
		expect(pairs(failed)).toEqual(edges);
		expect(pairs(done.items.slice(0, 245))).toEqual(upTo(250).filter((i) => !edges.includes(i)));
		expect(done.items.slice(0, 245).some(isFailed)).toBe(false);
		expect(failed[1]?.json).toEqual({
			error: 'invalid_email',
			details: {
				reason: 'The email address is not well-formed.',
				hint: expect.stringContaining('When an Email Address Is Invalid'),
				user_id: 'user_99',
			},
		});
		expect(done.flameup.people().size).toBe(245);
		expect(done.hints).toEqual([
			'245 rows saved (245 created).',
			'warning: 5 rows failed: 5 with an invalid email address.',
		]);
	});

	it.each(['index', 'no'] as const)(
		'are isolated when Flameup refuses them (%s)',
		async (names) => {
			const done = await run({
				items: people(250),
				parameters: mapped(),
				onError: 'continue',
				flameup: {
					namesPeople: names,
					refuse: ({ userId }) =>
						edges.includes(Number(userId.slice(5))) ? 'plan is not for sale' : undefined,
				},
			});
			expect(pairs(done.items.filter(isFailed))).toEqual(edges);
			expect(done.flameup.people().size).toBe(245);
			expect(done.items.at(-1)?.json).toMatchObject({
				error: 'refused',
				details: {
					reason: expect.stringMatching(/^Flameup refused the person\. Flameup says: .*sale/),
					said: expect.stringContaining('plan is not for sale'),
				},
			});
		},
	);

	it('stop the workflow with one error that names the item and what was saved', async () => {
		const bad = people(250).map((row, i) => (i === 150 ? { ...row, email: 'no' } : row));
		const { error, flameup } = await run({ items: bad, parameters: mapped() });
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error?.message).toBe('The email address is not well-formed [item 150]');
		expect(error?.context.itemIndex).toBe(150);
		expect(error?.description).toContain(
			`${flameup.people().size} rows had been saved before this. Running the workflow again is safe`,
		);
		expect(flameup.people().size).toBe(100);
	});

	it('stop the workflow with the reason of Flameup, without its markup', async () => {
		const { error } = await run({
			items: people(3),
			parameters: mapped(),
			flameup: { refuse: ({ userId }) => (userId === 'user_1' ? 'a <b>bad</b> plan' : undefined) },
		});
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error?.message).toBe('Flameup refused the person [item 1]');
		expect(error?.description).toContain('a &lt;b&gt;bad&lt;/b&gt; plan');
		expect(error?.context.itemIndex).toBe(1);
	});

	it('due to a failing expression, name the parameter', async () => {
		const done = await run({
			items: [
				{ userId: 'a', c: { m: 'a@b.co' } },
				{ userId: 'b' },
				{ userId: 'c', c: { m: 'c@d.co' } },
			],
			parameters: mapped({}, { email: '={{ $json.c.m.trim() }}' }),
			onError: 'continue',
		});
		expect(pairs(done.items)).toEqual([0, 2, 1]);
		expect(done.items[2]?.json).toMatchObject({
			error: 'invalid_parameter',
			details: {
				reason: expect.stringMatching(/^The expression in "Email" could not be evaluated\. /),
			},
		});
	});

	it('may be all rows, without any request', async () => {
		const done = await run({ items: [{}, {}], parameters: mapped(), onError: 'continue' });
		expect(done.items.every(isFailed)).toBe(true);
		expect(done.requests).toHaveLength(0);
		expect(done.items[0]?.json.error).toBe('missing_user_id');
	});
});

describe('a run that cannot continue', () => {
	it.each([
		['a wrong key', { apiKey: 'wrong' }, 'Flameup does not accept the API key', 1],
		['a wrong workspace', { workspaceId: 'other' }, 'Flameup does not know this workspace', 1],
		['a URL that is none', { baseUrl: 'flameup' }, 'The settings are not valid', 0],
		['http to elsewhere', { baseUrl: 'http://example.com' }, 'The settings are not valid', 0],
		['no credential', { credential: new Error('None set') }, 'The Flameup credential could not', 0],
	])('%s: one reason for all rows, and no further request', async (_name, setting, text, sent) => {
		const parameters = mapped();
		const going = await run({ items: people(1000), parameters, onError: 'continue', ...setting });
		expect(going.items).toHaveLength(1000);
		expect(going.items.every(isFailed)).toBe(true);
		expect(pairs(going.items)).toEqual(upTo(1000));
		expect(new Set(going.items.map(({ json }) => json.error)).size).toBe(1);
		expect(going.items[0]?.json).toMatchObject({
			error: 'configuration',
			details: { reason: expect.stringContaining(text) },
		});
		expect(going.requests).toHaveLength(sent);

		const stopping = await run({ items: people(450), parameters, ...setting });
		expect(stopping.error?.message).toContain(text);
		expect(stopping.error?.message).not.toMatch(/api_key|workspace_id|api_url|\[item/);
		expect(stopping.requests).toHaveLength(sent);
	});

	it('does not name an option that n8n lacks when it rejects http', async () => {
		const setting = { items: people(1), parameters: mapped(), baseUrl: 'http://example.com' };
		const { error } = await run(setting);
		expect(error?.description).toContain(
			'"Base URL" must start with https://; http:// is only for addresses of this machine.',
		);
		expect(error?.description).not.toContain('allowed');
	});

	it.each(['302', '307'] as const)('follows no redirect with the key (%s)', async (fault) => {
		const done = await run({
			items: people(1),
			parameters: mapped(),
			flameup: { faults: { 1: fault } },
		});
		expect(done.requests).toHaveLength(1);
		expect(`${done.error?.message} ${done.error?.description}`).toMatch(/redirect/);
	});

	it('gives up when Flameup stays down, and reports what was saved', async () => {
		const down = Object.fromEntries(upTo(500).map((i) => [i + 2, '500' as const]));
		const parameters = mapped({ options: { giveUpAfterMinutes: 2 } });
		const done = await run({ items: people(250), parameters, flameup: { faults: down } });
		expect(done.error).toBeInstanceOf(NodeApiError);
		expect(done.error?.message).toBe('Flameup was unavailable for 2 minutes');
		expect(done.error?.description).toContain('100 rows had been saved before this.');
		const going = await run({
			items: people(250),
			parameters,
			flameup: { faults: down },
			onError: 'continue',
		});
		expect(going.items.filter(isFailed)).toHaveLength(150);
		expect(going.items[100]?.json.error).toBe('unavailable');
	});

	it('keeps network error codes out of the message, which n8n would replace', async () => {
		const resets = Object.fromEntries(upTo(500).map((i) => [i + 1, 'reset-before' as const]));
		const { error } = await run({
			items: people(1),
			parameters: mapped({ options: { giveUpAfterMinutes: 1 } }),
			flameup: { faults: resets },
		});
		expect(error?.message).toMatch(/^Flameup could not be reached/);
	});
});

describe('temporary faults', () => {
	it('survives 429, 5xx, resets, stalls and truncated responses, and loses no row', async () => {
		const done = await run({
			items: people(1000),
			parameters: mapped(),
			flameup: {
				faults: { 2: '429', 3: '500', 4: 'reset-after', 5: 'stall', 6: 'cut', 7: '503-html' },
				limit: 20,
			},
		});
		expect(done.error).toBeUndefined();
		expect(done.items).toHaveLength(1000);
		expect(done.flameup.people().size).toBe(1000);
	});

	it.each([
		['while it waits for the allowance', { limit: 1 }],
		['while Flameup keeps it waiting', { latencyMs: 30_000 }],
		['while Flameup is down', { faultRate: 1, faultKinds: ['500' as const] }],
	])('ends within a second of a cancellation %s', async (_name, flameup) => {
		for (const onError of ['stop', 'continue'] as const) {
			const cancel = new AbortController();
			const n8n = createN8n({
				items: people(500),
				parameters: mapped(),
				flameup,
				onError,
				cancel: cancel.signal,
			});
			let ended = false;
			const outcome = n8n.execute().then(
				({ items }) => ({ items, message: '' }),
				(error: Error) => ({ items: [], message: error.message }),
			);
			void outcome.then(() => {
				ended = true;
			});
			await vi.advanceTimersByTimeAsync(5_000);
			expect(ended).toBe(false);
			cancel.abort();
			await vi.advanceTimersByTimeAsync(1_000);
			expect(ended).toBe(true);
			const { items, message } = await outcome;
			if (onError === 'stop') expect(message).toBe('The workflow was stopped before it finished');
			else expect(items).toHaveLength(500);
		}
	});
});

describe('Summary', () => {
	it('is one item without data about individual people', async () => {
		const items = [...people(150), { userId: 'user_0', plan: 'gold' }, { email: 'x' }];
		const done = await run({
			items,
			parameters: mapped({ output: 'summary' }),
			onError: 'continue',
		});
		const [summary, ...failed] = done.items;
		expect(summary?.json).toEqual({
			received: 152,
			saved: 151,
			created: 150,
			updated: 1,
			merged: 0,
			unchanged: 0,
			rejected: 1,
			rejections: { missing_user_id: 1 },
			emails_left_out: 0,
			requests: 2,
			rate_limited: 0,
			faults: 0,
			waited_seconds: 0,
			duration_seconds: 0,
			dry_run: false,
		});
		expect(summary?.pairedItem).toHaveLength(151);
		expect(pairs(failed)).toEqual([151]);
		expect(JSON.stringify(summary)).not.toContain('user_0');
	});
});

it('returns the summary even when nothing could be sent', async () => {
	const done = await run({
		items: people(2),
		parameters: mapped({ output: 'summary' }),
		onError: 'continue',
		apiKey: 'wrong',
	});
	expect(done.items).toHaveLength(3);
	expect(done.items[0]?.json).toMatchObject({ saved: 0, rejections: { configuration: 2 } });
});

describe('Dry Run', () => {
	it('shows what would be sent, and sends nothing', async () => {
		const done = await run({
			items: [...people(1), {}],
			parameters: automatic({ dryRun: true }),
			onError: 'continue',
		});
		expect(done.items[0]?.json).toEqual({
			user_id: 'user_0',
			result: 'checked',
			email: 'user_0@example.com',
			traits: { plan: 'pro' },
		});
		expect(done.items.filter(isFailed)).toHaveLength(1);
		expect(done.requests).toHaveLength(0);
		expect(done.hints[0]).toContain('1 row checked, and not sent.');
	});

	it('can be decided by an expression, evaluated with the first row', async () => {
		const items = people(2).map((row, i) => ({ ...row, test: i === 0 }));
		const parameters = mapped({ options: { dryRun: '={{ $json.test }}' } });
		const done = await run({ items, parameters });
		expect(done.items.map(({ json }) => json.result)).toEqual(['checked', 'checked']);
		expect(done.evaluated.filter((path) => path === 'options.dryRun')).toHaveLength(1);
	});
});

it.each([
	['dryRun', '"Dry Run" must be true or false.'],
	['requestsPerMinute', '"Requests per Minute" must be a number.'],
	['giveUpAfterMinutes', '"Give Up After Minutes" must be a number.'],
	['peoplePerRequest', '"People per Request" must be a number.'],
	['emptyValues', '"Empty Values" must be one of omit, send.'],
])('sends nothing if the expression of %s has no value', async (name, text) => {
	for (const value of ['={{ undefined }}', '={{ null }}']) {
		const done = await run({
			items: people(1),
			parameters: mapped({ options: { [name]: value } }),
		});
		expect(done.error?.description).toContain(text);
		expect(done.requests).toEqual([]);
	}
});

describe('rows of the same person', () => {
	const items = [
		{ userId: 'a', plan: 'free', city: 'Rome' },
		{ userId: 'b' },
		{ userId: 'a', plan: 'pro' },
	];

	it('are merged, each with an item', async () => {
		const done = await run({ items, parameters: automatic() });
		expect(done.items.map(({ json }) => json.result)).toEqual(['merged', 'created', 'created']);
		expect(done.requests).toHaveLength(1);
		expect(done.flameup.people().get('a')?.traits).toEqual({ plan: 'pro', city: 'Rome' });
	});

	it('are sent without the row that Flameup refuses', async () => {
		const rows = [...items, { userId: 'a', plan: 'stolen', city: 'Oslo' }];
		const flameup = {
			refuse: ({ traits }: { traits?: Record<string, unknown> }) =>
				traits?.plan === 'stolen' ? 'plan is not for sale' : undefined,
		};
		const setting = { items: rows, parameters: automatic(), flameup };
		const going = await run({ ...setting, onError: 'continue' });
		expect(pairs(going.items)).toEqual([0, 1, 2, 3]);
		expect(pairs(going.items.filter(isFailed))).toEqual([3]);
		expect(going.flameup.people().get('a')?.traits).toEqual({ plan: 'pro', city: 'Rome' });

		const stopping = await run(setting);
		expect(stopping.error?.message).toBe('Flameup refused the person [item 3]');
		expect(stopping.error?.description).toContain('3 rows had been saved before this.');
	});

	it('are sent in order when repeated IDs are sent separately', async () => {
		const done = await run({ items, parameters: automatic({ repeatedIds: 'separate' }) });
		expect(batches(done)).toBe(2);
		expect(done.items.map(({ json }) => json.result)).toEqual(['created', 'created', 'updated']);
		expect(done.flameup.people().get('a')?.writes).toBe(2);
	});
});

describe('manual mapping', () => {
	it('sends the fields, typed traits and JSON, and keeps similar names', async () => {
		const done = await run({
			items: [{ id: 7, mail: 'x@y.zz', n: '42', tags: '["a"]', extra: { deep: { yes: true } } }],
			parameters: mapped(
				{
					traits: {
						assignments: [
							{ id: '1', name: 'mail', value: '={{ $json.mail }}', type: 'string' },
							{ id: '2', name: 'score', value: '={{ $json.n }}', type: 'number' },
							{ id: '3', name: 'tags', value: '={{ $json.tags }}', type: 'array' },
							{ id: '4', name: 'vip', value: 'true', type: 'boolean' },
						],
					},
					options: { traitsJson: '={{ JSON.stringify($json.extra) }}' },
				},
				{ userId: '={{ $json.id }}', email: null, first_name: 'Ada', phone: '' },
			),
		});
		expect(JSON.parse(done.requests[0]?.body ?? '')).toEqual({
			people: [
				{
					userId: '7',
					traits: {
						mail: 'x@y.zz',
						score: 42,
						tags: ['a'],
						vip: true,
						deep: { yes: true },
						first_name: 'Ada',
					},
				},
			],
		});
	});

	it('omits fields that were not filled in, even when empty values are sent', async () => {
		const done = await run({
			items: [{ userId: 'a', last: null }],
			parameters: mapped(
				{ options: { emptyValues: 'send' } },
				{ email: null, first_name: null, last_name: '={{ $json.last }}' },
			),
		});
		expect(JSON.parse(done.requests[0]?.body ?? '').people[0].traits).toEqual({ last_name: null });
	});

	it.each([
		['text that is not JSON', '{"plan": }', 'is not valid JSON'],
		['a list', '[1]', 'is a list, not an object'],
		['a number', '={{ 5 }}', 'is a number, not an object'],
	])('rejects traits that are %s', async (_name, traitsJson, text) => {
		const done = await run({
			items: people(2),
			parameters: mapped({ options: { traitsJson } }),
			onError: 'continue',
		});
		const failed = {
			error: 'invalid_parameter',
			details: { reason: `"Custom Traits (JSON)" ${text}.` },
		};
		expect(done.items.map(({ json }) => json)).toMatchObject([failed, failed]);
	});

	it.each([
		['Custom Traits', 'E-Mail', mapped({ traits: trait('E-Mail', 'x@b.co') })],
		['Custom Traits', 'email', mapped({ traits: trait('email', 'x@b.co') }, { email: null })],
		['Custom Traits (JSON)', 'email', mapped({ options: { traitsJson: '{"email": null}' } })],
		['Custom Traits (JSON)', 'Email', automatic({ traitsJson: '{"Email": "x@b.co"}' })],
	])('takes no trait for an email address: %s, %s', async (label, name, parameters) => {
		const { error, requests } = await run({ items: people(1), parameters });
		expect(error?.message).toBe(`"${label}" has a trait named "${name}" [item 0]`);
		expect(error?.description).toContain('use the field "Email"');
		expect(requests).toEqual([]);
	});

	it('rejects a value of the wrong type', async () => {
		const assignments = [{ id: '1', name: 'score', value: '={{ $json.plan }}', type: 'number' }];
		const { error } = await run({
			items: people(1),
			parameters: mapped({ traits: { assignments } }),
		});
		expect(error?.message).toBe('A value in "Custom Traits" is not of the type number [item 0]');
		expect(error?.description).toMatch(/^It is the value of "score"\./);
	});

	it('evaluates per row only what can differ between rows', async () => {
		const assignments = [{ id: '1', name: 'source', value: 'n8n', type: 'string' }];
		const done = await run({
			items: people(20),
			parameters: mapped(
				{ traits: { assignments }, options: { peoplePerRequest: '={{ 5 }}' } },
				{ email: '={{ $json.email.trim() }}' },
			),
		});
		expect(done.requests).toHaveLength(4);
		const counts = Object.groupBy(done.evaluated, (path) => path);
		expect(Object.entries(counts).map(([path, all]) => [path, all?.length])).toEqual([
			['options.peoplePerRequest', 1],
			['person.value.email', 20],
		]);
	});
});

describe('automatic mapping', () => {
	const sent = async (items: Setting['items'], options: Record<string, unknown> = {}) => {
		const done = await run({ items: items ?? [], parameters: automatic(options) });
		if (done.error) throw done.error;
		return done.requests.flatMap(({ body }) => JSON.parse(body ?? '').people);
	};

	it('recognizes names, flattens traits and evaluates nothing', async () => {
		const row = {
			'User ID': 5,
			'E-Mail': 'A@b.co',
			'First Name': 'Ada',
			plan: 'pro',
			Traits: { last_name: 'Byron', plan: 'free', city: 'Rome' },
		};
		expect(await sent([row])).toEqual([
			{
				userId: '5',
				email: 'A@b.co',
				traits: { first_name: 'Ada', plan: 'pro', last_name: 'Byron', city: 'Rome' },
			},
		]);
	});

	it('maps each row by its own fields, whatever the other rows have', async () => {
		const names = ['Email', 'email_address', 'E-Mail', 'mail', 'primary email'];
		const rows = names.map((name, i) => ({
			[i % 2 === 0 ? 'userId' : 'User ID']: `u${i}`,
			[name]: `u${i}@b.co`,
			[i % 2 === 0 ? 'q1_11' : 'q11_1']: 'yes',
		}));
		expect(await sent(rows)).toEqual(
			rows.map((_, i) => ({
				userId: `u${i}`,
				email: `u${i}@b.co`,
				traits: { [i % 2 === 0 ? 'q1_11' : 'q11_1']: 'yes' },
			})),
		);
		const { hints } = await run({ items: rows, parameters: automatic() });
		expect(hints[0]).toContain('User ID from userId or User ID; Email from Email or email_address');
	});

	it('gives a field its own name, whatever similar ones other rows have', async () => {
		const rows = [
			{ id: 1, Plan: 1, plan: 2 },
			{ id: 2, plan: 3 },
			{ id: 3, re_sent: 4 },
			{ id: 4, resent: 5 },
		];
		for (const items of [rows, rows.toReversed()]) {
			const traits = new Map((await sent(items)).map((one) => [one.userId, one.traits]));
			expect(Object.fromEntries(traits)).toEqual({
				1: { Plan: 1, plan: 2 },
				2: { plan: 3 },
				3: { re_sent: 4 },
				4: { resent: 5 },
			});
		}
	});

	it('never takes the user ID or the email address from Custom Traits (JSON)', async () => {
		const items = [
			{ userId: 'ann', Mail: 'ann@b.co' },
			{ 'User ID': 'bob', 'E-Mail': 'bob@b.co' },
		];
		const traitsJson = '{"user_id":"eve","email_address":"eve@b.co"}';
		const traits = { user_id: 'eve', email_address: 'eve@b.co' };
		expect(await sent(items, { traitsJson })).toEqual([
			{ userId: 'ann', email: 'ann@b.co', traits },
			{ userId: 'bob', email: 'bob@b.co', traits },
		]);
		const same = { items: [{ user_id: 'ann' }], parameters: automatic({ traitsJson }) };
		const done = await run({ ...same, onError: 'continue' });
		expect(done.items[0]?.json).toMatchObject({ error: 'invalid_parameter' });
		expect([...done.flameup.people()]).toEqual([]);
		const named = { userIdColumns: 'key', traitsJson: '{"id":"ticket"}' };
		expect(await sent([{ key: 'ann', id: 5 }], named)).toEqual([
			{ userId: 'ann', traits: { id: 'ticket' } },
		]);
	});

	it('reads a user ID in the spelling that has a value', async () => {
		const items = [
			{ userId: 'a', user_id: '' },
			{ userId: null, user_id: 'b' },
		];
		expect((await sent(items)).map(({ userId }) => userId)).toEqual(['a', 'b']);
	});

	it('takes the user ID from one usual name, even if it comes after another one', async () => {
		const items = [{ id: 1 }, { id: 2, user_id: 'b' }, { 'User-ID': 'c' }, { external_id: 'd' }];
		const done = await run({ items, parameters: automatic(), onError: 'continue' });
		expect([...done.flameup.people().keys()]).toEqual(['b', 'c']);
		expect(done.items.slice(2).map(({ json }) => json.error)).toEqual([
			'missing_user_id',
			'missing_user_id',
		]);
	});

	it('excludes fields, also nested ones, and uses the selected ones', async () => {
		const row = {
			id: 1,
			customer: { no: 'c-9', mail: 'c@d.co', secret: 'x' },
			email: 'other@b.co',
			notes: 'n',
		};
		const options = {
			userIdColumns: 'customer.no',
			emailColumn: 'customer.mail',
			excludeColumns: 'Notes, customer.secret',
		};
		expect(await sent([row], options)).toEqual([
			{
				userId: 'c-9',
				email: 'c@d.co',
				traits: { id: 1, email: 'other@b.co', customer: { no: 'c-9' } },
			},
		]);
		expect(row.customer.secret).toBe('x');
	});

	it.each([['gold'], [5], [['a']], [true]])(
		'treats traits that are not an object as a custom trait: %o',
		async (traits) => {
			expect(await sent([{ userId: 'a', traits }])).toEqual([{ userId: 'a', traits: { traits } }]);
			expect(await sent([{ userId: 'a', traits }], { excludeColumns: 'traits' })).toEqual([
				{ userId: 'a' },
			]);
		},
	);

	it('flattens traits in the rows where they are an object', async () => {
		const rows = [
			{ userId: 'a', traits: { plan: 'pro' } },
			{ userId: 'b', traits: 'gold' },
			{ userId: 'c', traits: null },
		];
		expect(await sent(rows)).toEqual([
			{ userId: 'a', traits: { plan: 'pro' } },
			{ userId: 'b', traits: { traits: 'gold' } },
			{ userId: 'c' },
		]);
	});

	it('leaves out fields without a name, as from empty spreadsheet columns', async () => {
		const row = { userId: 'a', '': 1, ' ': 2, '\t': 3, traits: { '': 4, '  ': 5, plan: 'pro' } };
		expect(await sent([row])).toEqual([{ userId: 'a', traits: { plan: 'pro' } }]);
	});

	it('resolves paths into the traits that it flattens', async () => {
		const row = { traits: { no: 'a', plan: 'pro', 'E-Mail': 'a@b.co' } };
		expect(
			await sent([row], { userIdColumns: 'traits.no', excludeColumns: 'traits.plan' }),
		).toEqual([{ userId: 'a', email: 'a@b.co' }]);
	});

	it('uses the first of several fields that has a value', async () => {
		const rows = [
			{ a: 1, b: 2 },
			{ a: null, b: 2 },
		];
		const people = await sent(rows, { userIdColumns: 'a, b' });
		expect(people.map(({ userId }) => userId)).toEqual(['1', '2']);
	});

	it('ignores the options of this mode when fields are mapped manually', async () => {
		const options = { userIdColumns: 'no_such', excludeColumns: 'email' };
		const done = await run({ items: people(1), parameters: mapped({ options }) });
		expect(done.flameup.people().get('user_0')?.email).toBe('user_0@example.com');
	});

	it('fails all rows when a user ID field does not exist, and sends nothing', async () => {
		const parameters = automatic({ userIdColumns: 'userId, user-mail' });
		const stopped = await run({ items: people(2), parameters });
		expect(stopped.error?.message).toBe('"User ID Fields" names a field that does not exist');
		expect(stopped.error?.description).toContain('There is no field "user-mail".');
		expect(stopped.error?.description).toContain('The fields are "userId", "email" and "plan".');
		const going = await run({ items: people(2), parameters, onError: 'continue' });
		expect(going.items.filter(isFailed)).toHaveLength(2);
		expect(going.items[0]?.json.error).toBe('configuration');
		expect(going.requests).toHaveLength(0);
	});

	it.each(['upsert', 'create'])(
		'shows a hint for configured fields that no row has (%s)',
		async (operation) => {
			const items = [
				{ userId: 'a', contact: { mail: 'a@b.co' } },
				{ userId: 'b', notes: 'n' },
			];
			const options = { emailColumn: 'contact.emial', excludeColumns: 'notes, nots, contact.mail' };
			const done = await run({ items, parameters: automatic(options, { operation }) });
			expect(done.items).toHaveLength(2);
			const [hint = ''] = done.hints;
			expect(hint).toContain('There is no field "contact.emial".');
			expect(hint).toContain('There is no field "nots".');
			expect(hint).toContain('Did you mean "notes"?');
			expect(hint).not.toContain('Email from');
			expect(hint).not.toContain('no field "notes"');
			expect(hint).not.toContain('no field "contact.mail"');
		},
	);

	it.each(['upsert', 'create'])('reports how it mapped the fields (%s)', async (operation) => {
		const hintOf = async (items: Setting['items'], options = {}) => {
			const parameters = automatic(options, { operation });
			const done = await run({ items: items ?? [], parameters, onError: 'continue' });
			return done.hints.join(' ');
		};
		const row = { id: 1, 'E-Mail': 'a@b.co', fname: 'Ada', a: 1, b: 2, c: 3, d: 4, e: 5 };
		expect(await hintOf([row])).toContain(
			'User ID from id; Email from E-Mail; First Name from fname; custom traits: a, b, c and 2 more.',
		);
		expect(
			await hintOf([{ x: { no: 5 }, plan: 'pro', notes: 'n' }], {
				userIdColumns: 'x.no, plan',
				excludeColumns: 'notes',
			}),
		).toContain('User ID from x.no or plan; custom traits: x, plan; left out: notes.');
		expect(await hintOf([{ plan: '<b>' }])).toContain(
			'No field for the user ID; custom traits: plan.',
		);
	});

	it.each(['upsert', 'create'])(
		'warns of a user ID that is the number of a row in a Data Table (%s)',
		async (operation) => {
			const times = { createdAt: '2026-11-01T00:00:00Z', updatedAt: '2026-11-01T00:00:00Z' };
			const warned = async (row: IDataObject, options = {}) => {
				const parameters = automatic(options, { operation });
				const { hints } = await run({ items: [row], parameters });
				return hints.some((hint) => /^warning: The user ID comes from the field "id"/.test(hint));
			};
			expect(await warned({ id: 1, plan: 'pro', ...times })).toBe(true);
			expect(await warned({ id: 1, user_id: 'a', ...times })).toBe(false);
			expect(await warned({ id: 1, sku: 'a', ...times }, { userIdColumns: 'sku' })).toBe(false);
			expect(await warned({ id: 'a', ...times })).toBe(false);
			expect(await warned({ id: 1 })).toBe(false);
		},
	);

	it('shows no hint for fields that are mapped manually', async () => {
		const done = await run({ items: people(1), parameters: mapped() });
		expect(done.hints.join(' ')).not.toContain('User ID from');
	});

	it('rejects an expression for Fields to Leave Out that returns neither text nor a list', async () => {
		const options = (excludeColumns: string) => automatic({ excludeColumns });
		const list = await run({ items: people(1), parameters: options("={{ ['email', 'plan'] }}") });
		expect(JSON.parse(list.requests[0]?.body ?? '')).toEqual({ people: [{ userId: 'user_0' }] });
		const other = await run({ items: people(1), parameters: options('={{ 5 }}') });
		expect(other.error?.description).toContain('"Fields to Leave Out" must be a list.');
		expect(other.requests).toHaveLength(0);
	});
});

/** Every request gets 429, and the node gives up at once. */
const USED_UP = {
	parameters: mapped({ options: { giveUpAfterMinutes: 0 } }),
	flameup: { faults: { 1: '429' as const } },
};

describe("n8n's error details", () => {
	it.each([
		['a refusal', { flameup: { refuse: () => 'plan is not for sale' } }, '400', /not for sale/],
		['a wrong key', { apiKey: 'wrong' }, '401', /api key/i],
		['a used up allowance', USED_UP, '429', /Too many requests/],
	])('have the status and the message of %s', async (_name, setting, status, words) => {
		const { error } = await run({ items: people(1), parameters: mapped(), ...setting });
		expect(error).toBeInstanceOf(NodeApiError);
		expect((error as NodeApiError).httpCode).toBe(status);
		expect(error?.messages.join()).toMatch(words);
	});
});
