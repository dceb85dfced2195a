import { z } from 'zod/v4';
import { fillIn, type Vocabulary } from '../texts';

/** One setting, as a form or a table shows it. */
export interface Field {
	/** Such as pace.requests_per_minute. */
	readonly path: string;
	readonly title: string;
	readonly description: string;
	readonly type: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'group';
	readonly required: boolean;
	readonly default?: unknown;
	readonly choices?: readonly string[];
	/** The first of its examples. */
	readonly example?: unknown;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly secret: boolean;
	/** Whether the n8n node shows it too. */
	readonly n8n: boolean;
	/** Its description there, if it has one of its own. */
	readonly n8nDescription?: string;
	/** Whether it names columns, or paths inside them. */
	readonly paths: boolean;
}

/** The part of JSON Schema that our settings use. */
export interface JsonSchema {
	type?: string;
	title?: string;
	description?: string;
	default?: unknown;
	/** The value that tells the alternatives of a choice of groups apart. */
	const?: string;
	/** Alternatives of a choice of groups. */
	anyOf?: JsonSchema[];
	enum?: string[];
	examples?: unknown[];
	minimum?: number;
	maximum?: number;
	required?: string[];
	properties?: Record<string, JsonSchema>;
	/** Marks a setting that the n8n node shows too, perhaps with another description. */
	n8n?: true | { readonly description: string };
	items?: JsonSchema;
	[keyword: string]: unknown;
}

/** The maximum that zod sets for every whole number. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** The JSON Schema of the user's input, in the host's terms. Settings with a default are not required. */
export const jsonSchema = (schema: z.ZodType, words: Vocabulary): JsonSchema =>
	inWords(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonSchema, words);

/** All settings of a schema in order, groups before their members. */
export const fields = (schema: z.ZodType, words: Vocabulary): Field[] =>
	flatten(jsonSchema(schema, words), '', words);

function inWords(schema: JsonSchema, words: Vocabulary): JsonSchema {
	const { anyOf, description, items, properties, title } = schema;
	return {
		...schema,
		...(title !== undefined && { title: fillIn(title, words) }),
		...(description !== undefined && { description: fillIn(description, words) }),
		...(anyOf !== undefined && { anyOf: anyOf.map((one) => inWords(one, words)) }),
		...(items !== undefined && { items: inWords(items, words) }),
		...(properties !== undefined && {
			properties: Object.fromEntries(
				Object.entries(properties).map(([name, property]) => [name, inWords(property, words)]),
			),
		}),
	};
}

function flatten(schema: JsonSchema, prefix: string, words: Vocabulary): Field[] {
	return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
		const path = prefix + name;
		const { maximum, minimum } = property;
		const field: Field = {
			path,
			title: property.title ?? name,
			description: property.description ?? '',
			type: typeOf(property),
			required: schema.required?.includes(name) ?? false,
			secret: property.secret === true,
			n8n: property.n8n !== undefined,
			paths: property.paths === true,
			...(typeof property.n8n === 'object' && {
				n8nDescription: fillIn(property.n8n.description, words),
			}),
			...(property.default !== undefined && { default: property.default }),
			...(property.enum !== undefined && { choices: property.enum }),
			...(property.examples !== undefined && { example: property.examples[0] }),
			...(minimum !== undefined && { minimum }),
			...(maximum !== undefined && maximum < UNLIMITED && { maximum }),
		};
		return [field, ...(field.type === 'group' ? flatten(united(property), `${path}.`, words) : [])];
	});
}

/** All members of a choice of groups as one group; those that only some alternatives have are optional. */
function united(group: JsonSchema): JsonSchema {
	if (group.anyOf === undefined) return group;
	const properties: Record<string, JsonSchema> = {};
	for (const alternative of group.anyOf) {
		for (const [name, property] of Object.entries(alternative.properties ?? {})) {
			const { const: value, ...rest } = property;
			const choices = value && [...(properties[name]?.enum ?? []), value];
			properties[name] = { ...rest, ...(choices && { enum: choices }) };
		}
	}
	const { default: chosen } = group;
	for (const [name, value] of Object.entries(chosen ?? {})) {
		properties[name] = { ...properties[name], default: value };
	}
	return { properties };
}

function typeOf({ anyOf, enum: choices, type }: JsonSchema): Field['type'] {
	if (anyOf !== undefined) return 'group';
	if (choices !== undefined) return 'choice';
	switch (type) {
		case 'object':
			return 'group';
		case 'array':
			return 'list';
		case 'boolean':
		case 'integer':
		case 'number':
			return type;
		default:
			return 'text';
	}
}
