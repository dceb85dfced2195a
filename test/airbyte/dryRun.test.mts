import { describe, expect, it } from 'vitest';
import { people, record, state } from './input.mts';
import { sync } from './sync.mts';
import { createWorld } from './world.mts';

const dry = (input: string, rejected_records: object = {}, more: object = {}) =>
	sync({ settings: { dry_run: true, rejected_records, ...more }, input });

describe('a dry run', () => {
	it('sends nothing, acknowledges nothing, and still counts', async () => {
		const { flameup, write } = await createWorld({ settings: { dry_run: true } });
		const run = await write(`${people(1, 250)}${record({ email: 'x' })}`);
		expect([run.code, run.states, flameup.stats().requests]).toEqual([0, [], 0]);
		expect(run.logs).toContain('Dry run: no person is sent, and no state is saved.');
		expect(run.logs).toContain(
			'Stream people: 251 records received, 250 would be upserted, 1 rejected (1 missing_user_id).',
		);
		expect(run.logs.join('\n')).toContain('\n0 requests (dry run);');
	});

	it('needs no server', async () => {
		const run = await dry(people(1, 10), {}, { api_url: 'http://127.0.0.1:1' });
		expect([run.failure, run.requests, run.states]).toEqual([undefined, 0, []]);
	});

	it('shows the first three people as they would be sent, if the log may hold values', async () => {
		const input =
			record({ id: 'p0', email: 'none' }) +
			record({ id: 'p1', email: 'a@example.com', 'First Name': 'Žofie', plan: null }) +
			record({ id: 12345678901234567890n.toString(), score: 1.5, address: { city: 'Brno' } }) +
			people(3, 9, 10_000);
		const run = await dry(input, { include_values: true });
		const shown = run.lines.filter(({ text }) => text.startsWith('Would be sent: '));
		const real = await sync({ input });
		const body = real.exchanges[0]?.request.body?.join('') ?? '';
		expect(shown.map(({ text }) => JSON.parse(text.slice('Would be sent: '.length)))).toEqual(
			JSON.parse(body).people.slice(0, 3),
		);
		expect(body).toContain(shown[0]?.text.slice('Would be sent: '.length));
		expect(run.log).toContain('9 would be upserted, 1 rejected (1 invalid_email).');
	});

	it.each([
		['otherwise', { dry_run: true }, {}],
		['in a run that is not dry', { dry_run: false }, { include_values: true }],
	])('shows nobody %s', async (_name, more, rejected) => {
		const run = await dry(people(1, 10), rejected, more);
		expect(run.log).not.toContain('Would be sent');
		expect(run.log).not.toContain('p1@example.com');
	});

	it.each([
		[
			'all are rejected',
			record({}).repeat(20) + state(1),
			{},
			'None of the 20 records could be sent.',
		],
		[
			'one is rejected',
			people(1, 10) + record({}),
			{ policy: 'fail_at_first' },
			'A record was rejected.',
		],
	])('fails as the sync would when %s', async (_name, input, rejected, failure) => {
		expect((await dry(input, rejected)).failure).toContain(failure);
	});
});
