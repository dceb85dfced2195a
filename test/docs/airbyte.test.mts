import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSettings } from '../../connectors/airbyte/settings';
import { vocabulary } from '../../connectors/airbyte/vocabulary';
import { INVALID, kindOf, type ProblemCode, REFUSED } from '../../src/errors';
import { type JsonSchema, jsonSchema } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';
import { describe, fillIn, MEANINGS } from '../../src/texts';
import { PROBLEMS } from '../core/problems.mts';
import { aliases, expectPart, table } from './parts.mts';

const PAGE = new URL('../../docs/airbyte.md', import.meta.url);
const EXAMPLES = new URL('../../examples/airbyte/', import.meta.url);

const words = vocabulary();
const code = (value: unknown): string => `\`${value}\``;
const json = (value: unknown): string => code(JSON.stringify(value));

/** A list such as `a`, `b` or `c`. */
const either = (values: readonly unknown[]): string =>
	values
		.map(code)
		.join(', ')
		.replace(/, ([^,]*)$/, ' or $1');

/** The numbers that a setting accepts; zod gives every whole number a maximum. */
function range({ exclusiveMaximum, exclusiveMinimum, maximum, minimum }: JsonSchema): string {
	const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
	if (minimum !== undefined && most !== undefined) {
		return `, ${minimum.toLocaleString('en')} to ${most.toLocaleString('en')}`;
	}
	if (minimum !== undefined) return `, ${minimum} or more`;
	if (exclusiveMinimum === undefined || exclusiveMaximum === undefined) {
		throw new Error('The table has no words for this range.');
	}
	return `, more than ${exclusiveMinimum} and less than ${exclusiveMaximum}`;
}

const form = ({ properties }: JsonSchema): string =>
	properties === undefined ? 'text' : code(`{${Object.keys(properties).join(', ')}}`);

function kind(schema: JsonSchema): string {
	if (schema.enum !== undefined) return either(schema.enum);
	switch (schema.type) {
		case 'boolean':
			return either([true, false]);
		case 'integer':
			return `whole number${range(schema)}`;
		case 'number':
			return `number${range(schema)}`;
		case 'array':
			return `list of ${form(schema.items ?? {})}`;
		case 'string':
			return schema.secret === true ? 'text, secret' : 'text';
		default:
			throw new Error(`The table has no words for the type ${schema.type}.`);
	}
}

/** What a setting accepts, with an example unless it is the default. */
function values(schema: JsonSchema): string {
	const [example] = schema.examples ?? [];
	if (example === undefined || example === schema.default) return kind(schema);
	return `${kind(schema)}, such as ${json(example)}`;
}

function defaultOf({ default: value }: JsonSchema, isRequired: boolean): string {
	if (isRequired) return 'required';
	const isNone =
		value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
	return isNone ? 'none' : code(value);
}

/** The settings of a group. Of a choice of groups, all that one of them has; its constant names the choice. */
function members({ anyOf, properties = {} }: JsonSchema): Record<string, JsonSchema> {
	const all = { ...properties };
	for (const one of (anyOf ?? []) as JsonSchema[]) {
		for (const [name, property] of Object.entries(one.properties ?? {})) {
			const choice = property.const as string | undefined;
			all[name] = choice ? { ...property, enum: [...(all[name]?.enum ?? []), choice] } : property;
		}
	}
	return all;
}

/** A row for each setting of an object; the members of lists follow their list. */
function rows(schema: JsonSchema, prefix = ''): string[][] {
	return Object.entries(members(schema)).flatMap(([name, property]) => {
		const path = prefix + name;
		const { anyOf, description = '', items, title = name, type } = property;
		const isGroup = type === 'object' || anyOf !== undefined;
		if (isGroup && prefix === '') return rows(property, `${path}.`);
		const isRequired = schema.required?.includes(name) ?? false;
		const row = [
			`**${title}**<br>${code(path)}`,
			isGroup ? `the settings of ${code(name)}` : values(property),
			isGroup ? 'none' : defaultOf(property, isRequired),
			description,
		];
		return [row, ...rows(items ?? {}, `${path}[].`)];
	});
}

const isRefused = (one: string) => REFUSED.some((refused) => refused === one);

const rejections = () =>
	table(
		['code', 'found by', 'meaning', 'what to do'],
		[...INVALID, ...REFUSED].map((one) => [
			code(one),
			isRefused(one) ? 'Flameup' : 'the destination',
			fillIn(MEANINGS[one], words),
			describe(PROBLEMS[one], words).hint ?? '',
		]),
	);

/** What makes a storage unusable, and the setting that it comes from. */
const UNUSABLE = [
	['ENOENT', 'path'],
	['EACCES', 'path'],
	['NoSuchBucket', 's3_bucket_name'],
	['PermanentRedirect', 's3_bucket_region'],
	['NOT_S3', 's3_endpoint'],
	['NoSuchKey', 's3_endpoint'],
	['NO_CONDITIONS', 's3_endpoint'],
	['NO_CREDENTIALS', 'access_key_id'],
	['InvalidAccessKeyId', 'access_key_id'],
	['AccessDenied', 'access_key_id'],
	['SignatureDoesNotMatch', 'secret_access_key'],
	['RequestTimeTooSkewed', 's3_endpoint'],
] as const;

function errorRows(code: ProblemCode): string[][] {
	if (code !== 'unusable_storage') {
		const { hint = 'Correct the settings that it names.', title } = describe(PROBLEMS[code], words);
		return [[title, hint]];
	}
	return UNUSABLE.map(([fault, setting]) => {
		const problem = { code, fault, setting: `storage.${setting}` };
		const { hint = '', reason = '', title } = describe(problem, words);
		return [`${title}. ${reason}`, hint];
	});
}

/** The errors that end a sync, without those that only n8n can have. */
const errors = () =>
	table(
		['error', 'what to do'],
		(Object.keys(PROBLEMS) as ProblemCode[])
			.filter((one) => ['config', 'transient'].includes(kindOf(PROBLEMS[one])))
			.flatMap(errorRows),
	);

it('every rejection code has a meaning', () => {
	expect(Object.keys(MEANINGS)).toEqual([...INVALID, ...REFUSED]);
});

it.each([
	[
		'settings',
		table(['setting', 'values', 'default', 'what it is'], rows(jsonSchema(Settings, words))),
	],
	['aliases', aliases('column')],
	['rejections', rejections()],
	['errors', errors()],
])('the table of %s is what the code declares (npm run docs writes it)', (name, expected) =>
	expectPart(PAGE, name, expected),
);

it.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.json')))(
	'the example %s is a valid configuration',
	(name) => {
		expect(readSettings(readFileSync(new URL(name, EXAMPLES), 'utf8')).workspace_id).toBe(
			'ws_abc123',
		);
	},
);

const shown = [...readFileSync(PAGE, 'utf8').matchAll(/```json\n([\s\S]*?)```/g)].map(
	([, text = '']) => ({ text }),
);

it.each(shown)('the page shows valid settings: $text', ({ text }) => {
	const given = JSON.parse(text);
	const settings = readSettings(JSON.stringify({ api_key: 'ws_test_a.b', ...given }));
	expect(Object.keys(given)).not.toHaveLength(0);
	expect(settings).toMatchObject(given);
});
