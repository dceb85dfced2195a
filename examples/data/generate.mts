/**
 * Writes the sample CRM export beside this file: `node examples/data/generate.mts`.
 * Its output is deterministic, so `git diff` shows how a change here affects the data.
 */
import { writeFileSync } from 'node:fs';
import { BIG_ID, type Contact, changedContact, newContact } from './contact.mts';
import { createRandom } from './random.mts';

const PEOPLE = 10_060;
const RECORDS_PER_STATE = 100;
const FIRST_MS = Date.UTC(2026, 2, 1, 6);
/** A log position above 2^53, as in real databases. */
const FIRST_LSN = 9_223_372_036_854_700_000n;

const random = createRandom(20_260_301);

/** One in fifty is repeated with changes, and some of those with a malformed email. */
const isRepeated = (n: number) => n % 50 === 11 || n % 2_500 === 7;

const firsts = Array.from({ length: PEOPLE }, (_, n) => ({
	at: n,
	contact: newContact(n, random),
}));
const repeats = firsts
	.filter(({ at }) => isRepeated(at))
	.map(({ at, contact }) => ({
		at: at + 0.5 + (at % 100 < 50 ? random.between(2, 60) : random.between(900, 5_000)),
		contact: changedContact(contact, at, random),
	}));
const contacts = [...firsts, ...repeats].sort((a, b) => a.at - b.at).map(({ contact }) => contact);

const updatedAt = (position: number) => new Date(FIRST_MS + position * 7_000).toISOString();

const recordLine = (contact: Contact, position: number) => {
	const times = { _ab_cdc_updated_at: updatedAt(position), updated_at: updatedAt(position) };
	return JSON.stringify({
		type: 'RECORD',
		record: {
			stream: 'contacts',
			namespace: 'crm',
			emitted_at: FIRST_MS + position,
			data: { ...contact, ...times },
		},
	}).replace(`"id":"${BIG_ID}"`, `"id":${BIG_ID}`);
};

const stateLine = (id: number, position: number, recordCount: number) =>
	JSON.stringify({
		type: 'STATE',
		state: {
			type: 'STREAM',
			stream: {
				stream_descriptor: { name: 'contacts', namespace: 'crm' },
				stream_state: { updated_at: updatedAt(position), lsn: '<lsn>' },
			},
			sourceStats: { recordCount },
			id,
		},
	}).replace('"<lsn>"', String(FIRST_LSN + BigInt(position)));

const lines = contacts.flatMap((contact, position) => {
	const line = recordLine(contact, position);
	const count = (position % RECORDS_PER_STATE) + 1;
	if (count < RECORDS_PER_STATE && position < contacts.length - 1) return [line];
	return [line, stateLine(Math.floor(position / RECORDS_PER_STATE) + 1, position, count)];
});

const orNull = (type: string) => ({ type: ['null', type] });
const dateTime = { type: 'string', format: 'date-time' };

const catalog = {
	streams: [
		{
			stream: {
				name: 'contacts',
				namespace: 'crm',
				json_schema: {
					$schema: 'http://json-schema.org/draft-07/schema#',
					type: 'object',
					properties: {
						id: { type: ['null', 'integer', 'string'] },
						'First Name': orNull('string'),
						LAST_NAME: orNull('string'),
						Email: orNull('string'),
						Phone: { type: ['null', 'integer', 'string'] },
						Company: orNull('string'),
						'Job Title': orNull('string'),
						'Lead Score': orNull('integer'),
						'Lifetime Value': orNull('number'),
						newsletter_opt_in: orNull('boolean'),
						tags: { type: 'array', items: { type: 'string' } },
						address: {
							type: ['null', 'object'],
							properties: {
								street: orNull('string'),
								zip: orNull('string'),
								city: orNull('string'),
								country: orNull('string'),
							},
						},
						birth_date: { type: ['null', 'string'], format: 'date' },
						Notes: orNull('string'),
						locale: orNull('string'),
						timezone: orNull('string'),
						updated_at: dateTime,
						_ab_cdc_updated_at: dateTime,
						_airbyte_raw_id: orNull('string'),
						_airbyte_extracted_at: dateTime,
						_airbyte_meta: orNull('object'),
					},
				},
				supported_sync_modes: ['full_refresh', 'incremental'],
				source_defined_cursor: true,
				default_cursor_field: ['updated_at'],
				source_defined_primary_key: [['id']],
			},
			sync_mode: 'incremental',
			cursor_field: ['updated_at'],
			destination_sync_mode: 'append_dedup',
			primary_key: [['id']],
		},
	],
};

/** What `npm run simulator` accepts. */
const config = {
	api_key: `ws_test_simulator_local.${'0123456789abcdef'.repeat(4)}`,
	workspace_id: 'ws_simulator',
	api_url: 'http://127.0.0.1:8080/api/v1',
};

const write = (name: string, text: string) =>
	writeFileSync(new URL(name, import.meta.url), `${text}\n`);

/** Formats JSON like the project's formatter, with lists of plain values on one line. */
const tidy = (value: unknown) => {
	const text = JSON.stringify(value, null, '\t');
	const oneLine = (list: string) =>
		list.replace(/\s*\n\s*/g, ' ').replace(/\[ | \]/g, (end) => end.trim());
	return text.replace(/\[\s+(?:\[[^[\]{}]*\]|[^[\]{}]*)\s+\]/g, oneLine);
};

write('contacts.jsonl', lines.join('\n'));
write('catalog.json', tidy(catalog));
write('config.json', tidy(config));
