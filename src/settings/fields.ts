import { z } from 'zod/v4';

/** One setting, as a form or a table shows it. */
export interface Field {
	/** The place in the settings, such as pace.requests_per_minute. */
	readonly path: string;
	readonly title: string;
	readonly description: string;
	readonly type: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'list' | 'group';
	readonly required: boolean;
	readonly default?: unknown;
	readonly choices?: readonly string[];
	readonly secret: boolean;
}

/** The part of JSON Schema that our settings use. */
export interface JsonSchema {
	type?: string;
	title?: string;
	description?: string;
	default?: unknown;
	enum?: string[];
	required?: string[];
	properties?: Record<string, JsonSchema>;
	items?: JsonSchema;
	[keyword: string]: unknown;
}

/** The JSON Schema of what a user may enter: fields with a default are not required. */
export const jsonSchema = (schema: z.ZodType): JsonSchema =>
	z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonSchema;

/** All settings of a schema in order, groups before their members. */
export const fields = (schema: z.ZodType): Field[] => flatten(jsonSchema(schema), '');

function flatten(schema: JsonSchema, prefix: string): Field[] {
	return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
		const path = prefix + name;
		const field: Field = {
			path,
			title: property.title ?? name,
			description: property.description ?? '',
			type: typeOf(property),
			required: schema.required?.includes(name) ?? false,
			secret: property.secret === true,
			...(property.default !== undefined && { default: property.default }),
			...(property.enum !== undefined && { choices: property.enum }),
		};
		return [field, ...(field.type === 'group' ? flatten(property, `${path}.`) : [])];
	});
}

function typeOf({ enum: choices, type }: JsonSchema): Field['type'] {
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
