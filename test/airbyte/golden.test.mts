import { expect, it } from 'vitest';
import { people, record, state } from './input.mts';
import { type SyncOptions, sync } from './sync.mts';

const CONTACTS = {
	name: 'contacts',
	namespace: 'crm',
	key: ['Contact No'],
	columns: [
		'Contact No',
		'Email',
		'Mobile',
		'first_name',
		'plan',
		'city',
		'notes',
		'_ab_cdc_deleted_at',
	],
};
const IN_CRM = { stream: 'contacts', namespace: 'crm' };

const contact = (n: number, more: object = {}) =>
	record(
		{ 'Contact No': n, Email: `c${n}@example.com`, plan: 'pro', city: 'Brno', ...more },
		IN_CRM,
	);

const contacts = (from: number, to: number, more: object = {}) =>
	Array.from({ length: to - from + 1 }, (_, i) => contact(from + i, more)).join('');

const refuse: NonNullable<SyncOptions['flameup']>['refuse'] = ({ userId }) =>
	userId === '30' ? 'is a fake number' : undefined;

/** Whole logs, so that a changed wording is reviewed as a user will see it. */
const RUNS: Record<string, SyncOptions> = {
	'rejected records': {
		streams: [CONTACTS, { name: 'people', columns: ['user_id', 'email'] }, { name: 'orders' }],
		settings: {
			mapping: { exclude_columns: ['Notes'] },
			rejected_records: { samples: 2 },
			streams: [{ stream: 'orders', skip_stream: true }],
			streams_share_user_ids: true,
		},
		input:
			contacts(1, 40, { Mobile: '+420 1', notes: 'x' }) +
			contact(7, { plan: 'team' }) +
			contact(41, { _ab_cdc_deleted_at: '2026-01-01T00:00:00Z' }) +
			['none', 'not @ all', '@'].map((Email, i) => contact(50 + i, { Email })).join('') +
			record({ Email: 'nobody@example.com' }, IN_CRM) +
			contact(60, { 'Contact No': ['x'] }) +
			'{"type":"RECORD","record":{"stream":\n' +
			state(1, IN_CRM) +
			record({ user_id: 'u1' }) +
			record({ id: 1 }, { stream: 'orders' }) +
			state(2),
		flameup: { refuse },
	},
	'everything rejected': {
		settings: { mapping: { user_id_columns: ['customer'] }, rejected_records: { samples: 1 } },
		input: people(1, 30),
	},
	'stopped at the first rejected record': {
		settings: { rejected_records: { policy: 'fail_at_first' } },
		input: people(1, 100) + record({ email: 'x@example.com' }) + people(101, 200),
	},
	'one person for many records': {
		settings: { mapping: { user_id_columns: ['org'] } },
		input: Array.from({ length: 300 }, (_, i) =>
			record({ org: `o${i % 7}`, email: `p${i}@example.com` }),
		).join(''),
	},
	'an outage in the midst': {
		settings: { pace: { requests_in_flight: 1 }, batches: { people_per_request: 50 } },
		input: people(1, 400, 100),
		flameup: { outage: [1, 100], outageKind: '503', latencyMs: [400, 400] },
	},
	'an outage that does not end': {
		settings: { pace: { give_up_after_minutes: 2 } },
		input: people(1, 400, 100),
		flameup: { faultRate: 1, faultKinds: ['reset-before'] },
	},
	'a dry run': {
		settings: { dry_run: true, rejected_records: { include_values: true } },
		input: people(1, 5) + record({ id: 'p6', email: 'none' }),
	},
	'nothing to do': { streams: [{ name: 'people', mode: 'overwrite' }], input: state(1) },
};

const withoutTimes = (text: string): string =>
	text
		.replace(/\b\d+(?:\.\d)? s\b/g, '0.0 s')
		.replace(/\(\d+ a second\)/g, '(0 a second)')
		.replace(/"(waitedMs|durationMs)":\d+/g, '"$1":0');

it.each(Object.entries(RUNS))('the log of %s', async (name, options) => {
	const run = await sync(options);
	const lines = [
		...run.lines.map(({ level, text }) => `${level} ${text}`),
		...(run.failure === undefined ? [] : [`FAILED ${run.failure}`]),
	];
	const text = `${lines.map(withoutTimes).join('\n')}\n`;
	await expect(text).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.txt`);
});
