import { expect, it } from 'vitest';
import { z } from 'zod/v4';
import { type Field, fields, jsonSchema } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';

const text = { title: 'T', description: 'You see it.' };

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
])('describes %s', (_name, schema, expected) => {
	const [field] = fields(z.object({ it: schema.meta({ ...schema.meta(), ...text }) }));
	expect(field).toMatchObject({ path: 'it', secret: false, ...text, ...expected });
});

it('lists a group before its members, with their paths', () => {
	const inner = z.object({ deep: z.object({ leaf: z.string() }), last: z.string() });
	expect(fields(z.object({ first: z.string(), group: inner })).map(({ path }) => path)).toEqual([
		'first',
		'group',
		'group.deep',
		'group.deep.leaf',
		'group.last',
	]);
});

it('falls back to the name where a title is missing', () => {
	expect(fields(z.object({ plain: z.string() }))).toEqual([
		{ path: 'plain', title: 'plain', description: '', type: 'text', required: true, secret: false },
	]);
});

it('asks for the API key only, and hides nothing else', () => {
	const all = fields(Settings);
	expect(all.filter(({ required }) => required).map(({ path }) => path)).toEqual(['api_key']);
	expect(all.filter(({ secret }) => secret).map(({ path }) => path)).toEqual(['api_key']);
	expect(new Set(all.map(({ path }) => path)).size).toBe(all.length);
});

it('shows as defaults what the schema fills in', () => {
	const filled = Settings.parse({ api_key: 'key' });
	for (const field of fields(Settings)) {
		if (field.default === undefined || field.type === 'group') continue;
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
	expect(closed(jsonSchema(Settings))).toBe(true);
});
