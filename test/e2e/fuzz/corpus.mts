import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultKey } from '../../../simulator/keys.mts';
import { catalogOf } from '../../airbyte/catalog.mts';
import { record, state } from '../../airbyte/input.mts';

/** Marks personal data. */
export const CANARY = /zq\w+/gi;

/** Valid texts, from which the hostile ones are made. */
export interface Corpus {
	readonly lines: readonly string[];
	readonly configs: readonly string[];
	readonly catalogs: readonly string[];
}

/** A person whose data must not be printed. */
const person = (n: number) => ({
	id: `zqid${n}`,
	email: `zqmail${n}@zqhost.example`,
	phone: `+420 zqphone${n}`,
	first_name: `Zqfirst${n}`,
	Last_Name: `Zqlast${n}`,
	plan: n,
	balance: 12345678901234567890n.toString(),
	note: null,
	address: { street: `Zqstreet ${n}`, tags: [`zqtag${n}`, { deep: [n, true] }] },
});

const descriptor = { stream: 'leads', namespace: 'crm' };

const OWN_LINES = [
	...[1, 2, 3, 4].map((n) => record(person(n))),
	record(person(1)),
	record(person(5), descriptor),
	record(person(6), descriptor).replace('"zqid6"', '90071992547409931'),
	record(person(7)).replace('"note":null', '"note":NaN').replace('"plan":7', '"plan":-Infinity'),
	record({ ...person(8), note: 'zqnote is NaN, "Infinity" \\' }),
	record({ ...person(9), _ab_cdc_deleted_at: '2026-01-01' }),
	`\uFEFF${record(person(10))}`,
	state(1),
	state(2, descriptor),
	state(3).replace('"cursor":3', '"cursor":NaN'),
	'{"id":"zqid11","email":"zqmail11@zqhost.example"}',
	'["zqid12"]',
	'{"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":null,"stream_states":[]},"id":9007199254740993}}',
	'{"type":"STATE","state":{"data":{"cursor":1.0},"destinationStats":null}}',
	'{"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":1}}',
];

const root = join(import.meta.dirname, '../../..');

/** Reads the corpus from the repository. */
export function readCorpus(): Corpus {
	const filesIn = (folder: string, end: string) =>
		readdirSync(join(root, folder))
			.filter((name) => name.endsWith(end))
			.sort()
			.map((name) => readFileSync(join(root, folder, name), 'utf8'));
	const base = { api_key: defaultKey, workspace_id: 'ws_simulator' };
	const config = (more: object) =>
		JSON.stringify({ ...base, streams_share_user_ids: true, ...more }, null, 1);
	return {
		lines: [
			...OWN_LINES.map((line) => line.trimEnd()),
			...filesIn('test/streams', '.jsonl').flatMap((text) => text.split('\n').filter(Boolean)),
		],
		configs: [
			config({}),
			config({
				mapping: { nested_values: 'flatten', rename: [{ column: 'plan', trait: 'tier' }] },
				rejected_records: { policy: 'fail_above', max_count: 2, samples: 3 },
				pace: { requests_per_minute: 60, give_up_after_minutes: 0 },
				batches: { people_per_request: 3, max_age_seconds: 0.5, bytes_per_request: 10_000 },
			}),
			config({
				streams_share_user_ids: false,
				mapping: {
					exclude_columns: ['address.tags'],
					rename: [{ column: 'address.street', trait: 's' }],
				},
				streams: [
					{ stream: 'people', user_id_prefix: 'p-', mapping: { email_column: 'email' } },
					{
						stream: 'leads',
						namespace: 'crm',
						user_id_prefix: 'l-',
						mapping: { only_columns: ['plan', 'address.street'] },
					},
				],
			}),
			config({ streams: [{ stream: 'leads', namespace: 'crm', skip_stream: true }] }),
			...filesIn('examples/airbyte', '.json').map((text) =>
				config({ ...JSON.parse(text), api_key: defaultKey, workspace_id: 'ws_simulator' }),
			),
		],
		catalogs: [
			JSON.stringify(catalogOf([{ name: 'people' }, { name: 'leads', namespace: 'crm' }])),
			JSON.stringify(
				catalogOf([
					{ name: 'people', key: ['id'], columns: ['id', 'email', 'plan'], mode: 'overwrite' },
					{ name: 'leads', namespace: 'crm', key: ['id', 'email'], mode: 'append_dedup' },
				]),
			),
			JSON.stringify(
				catalogOf([
					{ name: 'people' },
					{
						name: 'leads',
						namespace: 'crm',
						key: ['id'],
						columns: ['id', 'email', 'plan', 'address'],
					},
					{ name: 'orders', key: ['id'], columns: ['id', 'total'] },
				]),
			),
			JSON.stringify(catalogOf([{ name: 'people' }, { name: 'people' }])),
			...filesIn('examples/data', 'catalog.json'),
		],
	};
}
