import { describe, expect, it } from 'vitest';
import { z } from 'zod/v4';
import { operations, specification } from '../../connectors/airbyte/spec';
import { vocabulary } from '../../connectors/airbyte/vocabulary';
import { fields } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';

/** The keywords of JSON Schema draft 7 and of Airbyte's form that we use; all else is an error. */
const Property: z.ZodType<Property> = z.lazy(() =>
	z.strictObject({
		type: z.enum(['string', 'boolean', 'integer', 'number', 'array', 'object']).optional(),
		title: z.string().min(1).optional(),
		description: z.string().optional(),
		order: z.int().min(0).optional(),
		group: z.string().optional(),
		default: z.unknown().optional(),
		examples: z.array(z.unknown()).min(1).optional(),
		enum: z.array(z.string()).optional(),
		pattern: z.string().optional(),
		minLength: z.int().optional(),
		minimum: z.number().optional(),
		maximum: z.number().optional(),
		exclusiveMinimum: z.number().optional(),
		exclusiveMaximum: z.number().optional(),
		airbyte_secret: z.literal(true).optional(),
		always_show: z.literal(true).optional(),
		required: z.array(z.string()).optional(),
		additionalProperties: z.literal(true).optional(),
		properties: z.record(z.string(), Property).optional(),
		items: Property.optional(),
		const: z.string().optional(),
		oneOf: z.array(Property).min(2).optional(),
	}),
);
interface Property {
	type?: string | undefined;
	title?: string | undefined;
	description?: string | undefined;
	order?: number | undefined;
	group?: string | undefined;
	default?: unknown;
	examples?: unknown[] | undefined;
	airbyte_secret?: true | undefined;
	required?: string[] | undefined;
	properties?: Record<string, Property> | undefined;
	items?: Property | undefined;
	const?: string | undefined;
	oneOf?: Property[] | undefined;
}

const Specification = z.strictObject({
	protocol_version: z.literal('0.2.0'),
	documentationUrl: z.url(),
	supportsIncremental: z.literal(true),
	supportsNormalization: z.literal(false),
	supportsDBT: z.literal(false),
	supported_destination_sync_modes: z.tuple([z.literal('append'), z.literal('append_dedup')]),
	connectionSpecification: z.strictObject({
		$schema: z.literal('http://json-schema.org/draft-07/schema#'),
		type: z.literal('object'),
		title: z.string(),
		required: z.tuple([z.literal('api_key')]),
		additionalProperties: z.literal(true),
		groups: z.array(z.strictObject({ id: z.string(), title: z.string() })),
		properties: z.record(z.string(), Property),
	}),
});

const spec = Specification.parse(specification());
const { groups, properties } = spec.connectionSpecification;

/** Every property with its path, however deep. */
const all = (inner: Record<string, Property>, prefix = ''): [string, Property][] =>
	Object.entries(inner).flatMap(([name, property]) => [
		[prefix + name, property],
		...[property, property.items, ...(property.oneOf ?? [])].flatMap((one) =>
			all(one?.properties ?? {}, `${prefix}${name}.`),
		),
	]);
const everything = all(properties);
const choices = everything.filter(([, { oneOf }]) => oneOf !== undefined);

const isInList = (path: string) =>
	path.startsWith('mapping.rename.') || path.startsWith('streams.');

/** Settings left out there keep the general value, or are required. */
const isLaidOver = (path: string) =>
	path.startsWith('mapping.rename.') ||
	path.startsWith('streams.mapping.') ||
	path === 'streams.stream' ||
	path === 'streams.namespace';

/** What else a setting of the storage needs. */
const choiceOf = (path: string): object =>
	path === 'storage.path'
		? { storage_type: 'folder' }
		: { storage_type: 's3', s3_bucket_name: 'b', s3_bucket_region: 'r' };

describe('spec', () => {
	it('is the one that is checked in', async () => {
		await expect(`${JSON.stringify(specification(), null, '\t')}\n`).toMatchFileSnapshot(
			'../../connectors/airbyte/spec.json',
		);
	});

	it('has every setting', () => {
		const paths = everything.map(([path]) => path);
		for (const { path } of fields(Settings, vocabulary())) expect(paths).toContain(path);
	});

	it.each(everything)('%s has a title, a sentence and a place', (_path, property) => {
		expect(property.title).toMatch(/^[A-Z]/);
		expect(property.description).toMatch(/^[A-Z{(][^{}]*\.$/);
		expect(property.description).not.toMatch(/^You\b/);
		expect(property.order).toBeTypeOf('number');
	});

	it('gives every place once', () => {
		const groups = everything.flatMap(([, { items, oneOf, properties: members }]) => [
			members,
			items?.properties,
			...(oneOf ?? []).map((one) => one.properties),
		]);
		for (const group of [properties, ...groups]) {
			const places = Object.values(group ?? {}).map(({ order }) => order);
			expect(new Set(places).size).toBe(places.length);
		}
	});

	it.each(choices)('%s is a choice as the platform shows it', (_path, { oneOf = [], type }) => {
		expect(type).toBe('object');
		const shared = oneOf.map(({ properties: members = {} }) =>
			Object.entries(members).flatMap(([name, { const: value }]) => (value ? [name, value] : [])),
		);
		expect(new Set(shared.map(([name]) => name)).size).toBe(1);
		expect(new Set(shared.map(([, value]) => value)).size).toBe(oneOf.length);
		for (const { required = [], title, type: inner } of oneOf) {
			expect([inner, title]).toEqual(['object', expect.stringMatching(/^[A-Z]/)]);
			expect(required).toContain(shared[0]?.[0]);
		}
	});

	it('uses every card, and no other', () => {
		const used = Object.values(properties).map(({ group }) => group);
		expect([...new Set(used)]).toEqual(groups.map(({ id }) => id));
		const inner = everything.filter(([path]) => path.includes('.'));
		expect(inner.filter(([, { group }]) => group !== undefined)).toEqual([]);
	});

	it('keeps the keys secret, and nothing else', () => {
		const secret = everything.filter(([, { airbyte_secret }]) => airbyte_secret);
		expect(secret.map(([path]) => path)).toEqual([
			'api_key',
			'storage.access_key_id',
			'storage.secret_access_key',
		]);
		expect(properties.api_key).not.toHaveProperty('default');
	});

	it('prefills what can be left as it is, and shows examples of the rest', () => {
		const leaves = everything.filter(
			([, { type, items }]) => type !== 'object' && !items?.properties,
		);
		for (const [path, { default: value, examples }] of leaves) {
			if (path === 'api_key' || isLaidOver(path) || path.endsWith('_type')) continue;
			expect(value !== undefined || examples !== undefined, path).toBe(true);
		}
	});

	it.each(everything.filter(([path]) => !isInList(path)))(
		'%s takes its default and its examples',
		(path, property) => {
			const values = [property.default, ...(property.examples ?? [])];
			for (const value of values.filter((one) => one !== undefined)) {
				const config = path
					.split('.')
					.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
				const { storage } = config as { storage?: object };
				const chosen = path.startsWith('storage.') && !path.endsWith('_type');
				if (chosen) Object.assign(storage ?? {}, { ...choiceOf(path), ...storage });
				const extra = /max_(count|percent)$/.test(path) ? { policy: 'fail_above' } : undefined;
				const rejected = (config as { rejected_records?: object }).rejected_records;
				const result = Settings.safeParse({
					api_key: 'key',
					...(config as object),
					...(extra && { rejected_records: { ...rejected, ...extra } }),
				});
				expect(result.error?.issues ?? []).toEqual([]);
			}
		},
	);
});

describe('the settings of a stream', () => {
	const items = properties.streams?.items?.properties ?? {};

	it('are the same as those of every stream, without defaults that would override them', () => {
		const own = items.mapping?.properties ?? {};
		expect(Object.keys(own)).toEqual(Object.keys(properties.mapping?.properties ?? {}));
		for (const property of Object.values(own)) expect(property).not.toHaveProperty('default');
	});

	it('take their defaults and examples', () => {
		const filled = Object.entries(items).flatMap(([name, { default: value, examples = [] }]) =>
			[value, ...examples].filter((one) => one !== undefined).map((one) => ({ [name]: one })),
		);
		expect(filled.length).toBeGreaterThan(1);
		for (const one of filled) {
			const config = { api_key: 'key', streams: [{ stream: 'people', ...one }] };
			expect(Settings.safeParse(config).error?.issues ?? []).toEqual([]);
		}
	});
});

describe('discover', () => {
	it('offers people, matched by their user ID', () => {
		expect(operations()).toMatchObject(
			['append', 'append_dedup'].map((sync_mode) => ({
				object_name: 'people',
				sync_mode,
				matching_keys: [['userId']],
				json_schema: {
					type: 'object',
					required: ['userId'],
					properties: { userId: {}, email: {}, phone: {}, traits: {} },
				},
			})),
		);
	});
});
