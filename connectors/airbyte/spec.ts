import { config } from '../../package.json';
import { Person } from '../../src/mapping/person';
import { type JsonSchema, jsonSchema } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';
import { SYNC_MODES } from './protocol';
import { vocabulary } from './vocabulary';

/** The cards of Airbyte's form, in order. */
const GROUPS = [
	{ id: 'connection', title: 'Connection' },
	{ id: 'mapping', title: 'Mapping' },
	{ id: 'rejected_records', title: 'Rejected Records' },
	{ id: 'speed', title: 'Pace and Batches' },
	{ id: 'changes', title: 'Changes and Storage' },
	{ id: 'testing', title: 'Testing' },
];

const GROUP_OF: Readonly<Record<string, string>> = {
	mapping: 'mapping',
	streams: 'mapping',
	streams_share_user_ids: 'mapping',
	rejected_records: 'rejected_records',
	pace: 'speed',
	batches: 'speed',
	storage: 'changes',
	changes: 'changes',
	resend_everything_after_days: 'changes',
	dry_run: 'testing',
};

/** Keywords that Airbyte does not know. */
const OURS: ReadonlySet<string> = new Set(['anyOf', 'n8n', 'paths', 'prominent', 'secret']);

/** Translates our schema keywords to Airbyte's, and adds the order of the settings. */
function forAirbyte(schema: JsonSchema): JsonSchema {
	const { anyOf, items, prominent, properties, secret } = schema;
	return {
		...Object.fromEntries(Object.entries(schema).filter(([keyword]) => !OURS.has(keyword))),
		...(secret === true && { airbyte_secret: true }),
		...(prominent === true && { always_show: true }),
		...(anyOf !== undefined && { type: 'object', oneOf: anyOf.map(forAirbyte) }),
		...(items !== undefined && { items: forAirbyte(items) }),
		...(properties !== undefined && {
			// Newer platforms may add properties of their own; `write` still reports unknown settings.
			additionalProperties: true,
			properties: Object.fromEntries(
				Object.entries(properties).map(([name, property], order) => [
					name,
					{ ...forAirbyte(property), order },
				]),
			),
		}),
	};
}

/** The specification that `spec` prints. */
export function specification(): unknown {
	const schema = forAirbyte(jsonSchema(Settings, vocabulary()));
	const properties = Object.fromEntries(
		Object.entries(schema.properties ?? {}).map(([name, property]) => [
			name,
			{ ...property, group: GROUP_OF[name] ?? 'connection' },
		]),
	);
	return {
		protocol_version: '0.2.0',
		documentationUrl: config.documentation,
		supportsIncremental: true,
		supportsNormalization: false,
		supportsDBT: false,
		supported_destination_sync_modes: SYNC_MODES,
		connectionSpecification: {
			...schema,
			$schema: 'http://json-schema.org/draft-07/schema#',
			title: 'Flameup',
			groups: GROUPS,
			properties,
		},
	};
}

/** The operations that `discover` offers: people, matched by their user ID. */
export function operations(): unknown[] {
	return SYNC_MODES.map((syncMode) => ({
		object_name: 'people',
		sync_mode: syncMode,
		json_schema: jsonSchema(Person, vocabulary()),
		matching_keys: [['userId']],
	}));
}
