import type { SourceRecord } from '../../src/mapping/jsonValues';
import type { Mapping } from '../../src/settings/settings';
import type { Vocabulary } from '../../src/texts';
import type { Read } from './parameters';

/** Rows as records, and how the mapper is to understand them. */
export interface Records {
	/** Fields that are there in every row, if only without a value. */
	readonly columns: readonly string[];
	/** Fields that some rows have. */
	readonly expected?: readonly string[];
	readonly mapping: Mapping;
	readonly words: Vocabulary;
	readonly read: Read<SourceRecord>;
}
