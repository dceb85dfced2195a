import { ENVELOPE_BYTES } from '../../src/limits';
import { Mapper, type MapperOptions } from '../../src/mapping/mapper';
import type { Person } from '../../src/mapping/person';
import { Mapping, Settings } from '../../src/settings/settings';

/** The mapping as a user writes it. */
export type MappingInput = Parameters<typeof Mapping.parse>[0] & object;

/** Differences from a stream without declared columns, and from default settings. */
export interface MapperSpec extends Partial<Omit<MapperOptions, 'mapping' | 'settings'>> {
	readonly invalidEmail?: Settings['rejected_records']['invalid_email'];
	/** In a workspace the phone number is a trait, else it stands beside the email address. */
	readonly phoneIsTrait?: boolean;
	readonly maxBytes?: number;
}

const SETTINGS = Settings.parse({ api_key: 'key' });

/** A mapper of one stream. */
export function mapperOf(mapping: MappingInput = {}, spec: MapperSpec = {}): Mapper {
	const { invalidEmail = 'reject', maxBytes = 1_000_000, phoneIsTrait = true, ...shape } = spec;
	return new Mapper({
		settings: {
			workspace_id: phoneIsTrait ? 'ws_1' : '',
			batches: { ...SETTINGS.batches, bytes_per_request: maxBytes + ENVELOPE_BYTES },
			rejected_records: { ...SETTINGS.rejected_records, invalid_email: invalidEmail },
		},
		mapping: Mapping.parse(mapping),
		columns: [],
		primaryKey: [],
		...shape,
	});
}

/** The person as Flameup gets them, or the code of the rejection. */
export function sentBy(mapper: Mapper, record: unknown): Person | string {
	const result = mapper.toPerson(record);
	return 'json' in result ? JSON.parse(result.json) : result.code;
}

/** The same for the first record of a stream. */
export const sent = (record: unknown, mapping?: MappingInput, spec?: MapperSpec) =>
	sentBy(mapperOf(mapping, spec), record);

/** The user ID, or the code of the rejection. */
export function userIdOf(record: unknown, mapping?: MappingInput, spec?: MapperSpec): string {
	const person = sent(record, mapping, spec);
	return typeof person === 'string' ? person : person.userId;
}

/** The traits of a record that also has an ID. */
export function traitsOf(record: object, mapping?: MappingInput): object | undefined {
	const person = sent({ id: 1, ...record }, mapping);
	return typeof person === 'string' ? { rejected: person } : person.traits;
}
