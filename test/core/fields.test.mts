import { expect, it } from 'vitest';
import { z } from 'zod/v4';
import { type Field, fields, jsonSchema } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';
import { N8N_WORDS, AIRBYTE_WORDS as words } from './words.mts';

const text = { title: 'T', description: 'What it is.' };

it.each<[string, z.ZodType, Partial<Field>]>([
	['a text', z.string(), { type: 'text', required: true }],
	['a number', z.number(), { type: 'number' }],
	['a whole number', z.int(), { type: 'integer' }],
	['a switch', z.boolean(), { type: 'boolean' }],
	['a choice', z.enum(['a', 'b']), { type: 'choice', choices: ['a', 'b'] }],
	['a list', z.array(z.string()), { type: 'list' }],
	['a list of groups', z.array(z.object({ a: z.string() })), { type: 'list' }],
	['an optional text', z.string().optional(), { type: 'text', required: false }],
	['a text with a default', z.string().default('x'), { required: false, default: 'x' }],
	['a switch that is off', z.boolean().default(false), { required: false, default: false }],
	['an empty default', z.string().default(''), { required: false, default: '' }],
	['a secret', z.string().meta({ secret: true }), { secret: true }],
	['what n8n shows too', z.string().meta({ n8n: true }), { n8n: true }],
	['what names columns', z.array(z.string()).meta({ paths: true }), { paths: true }],
	['bounds', z.int().min(2).max(5), { minimum: 2, maximum: 5 }],
	['one bound', z.int().min(2), { minimum: 2 }],
])('describes %s', (_name, schema, expected) => {
	const [field] = fields(z.object({ it: schema.meta({ ...schema.meta(), ...text }) }), words);
	expect(field).toMatchObject({ path: 'it', secret: false, ...text, ...expected });
});

it('lists a group before its members, with their paths', () => {
	const inner = z.object({ deep: z.object({ leaf: z.string() }), last: z.string() });
	expect(
		fields(z.object({ first: z.string(), group: inner }), words).map(({ path }) => path),
	).toEqual(['first', 'group', 'group.deep', 'group.deep.leaf', 'group.last']);
});

it('falls back to the name where a title is missing', () => {
	expect(fields(z.object({ plain: z.string() }), words)).toEqual([
		{
			path: 'plain',
			title: 'plain',
			description: '',
			type: 'text',
			required: true,
			secret: false,
			n8n: false,
			paths: false,
		},
	]);
});

it('asks for the API key only, and hides keys only', () => {
	const all = fields(Settings, words);
	expect(all.filter(({ required }) => required).map(({ path }) => path)).toEqual(['api_key']);
	expect(all.filter(({ secret }) => secret).map(({ path }) => path)).toEqual([
		'api_key',
		'storage.access_key_id',
		'storage.secret_access_key',
	]);
	expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
});

it('shows as defaults what the schema fills in', () => {
	const s3 = { storage_type: 's3', s3_bucket_name: 'bucket', s3_bucket_region: 'region' };
	const filled = Settings.parse({ api_key: 'key', storage: s3 });
	expect(Settings.parse({ api_key: 'key' }).storage).toEqual({ storage_type: 'none' });
	for (const field of fields(Settings, words)) {
		if (field.default === undefined || field.type === 'group') continue;
		if (field.path === 'storage.storage_type') continue;
		const value = field.path.split('.').reduce<unknown>((at, key) => (at as never)[key], filled);
		expect([field.path, value]).toEqual([field.path, field.default]);
	}
});

it('lets nobody enter a setting that does not exist', () => {
	const closed = (schema: ReturnType<typeof jsonSchema>): boolean =>
		(schema.type !== 'object' || schema.additionalProperties === false) &&
		[...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])].every(
			closed,
		);
	expect(closed(jsonSchema(Settings, words))).toBe(true);
});

it('inserts the words of the host into each text', () => {
	const schema = z.object({
		it: z
			.string()
			.meta({ title: '{Column}s of a {Record}', description: 'The {run}: {column} {other}.' }),
	});
	expect(fields(schema, words)).toMatchObject([
		{ title: 'Columns of a Record', description: 'The sync: column {other}.' },
	]);
	expect(fields(schema, N8N_WORDS)).toMatchObject([
		{ title: 'Fields of a Item', description: 'The workflow: field {other}.' },
	]);
});

it('shows the settings of n8n in their groups, and none that only Airbyte has', () => {
	const shown = fields(Settings, N8N_WORDS).filter(({ n8n }) => n8n);
	expect(shown.map(({ path }) => path)).toContain('mapping.user_id_columns');
	expect(shown.filter(({ path }) => path.startsWith('streams'))).toEqual([]);
	for (const { description, title } of shown) {
		expect(`${title} ${description}`).not.toMatch(/\b(?:record|column|sync)s?\b/i);
	}
});
