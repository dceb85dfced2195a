import { problemOf } from '../../src/errors';
import { isBlank, type SourceRecord } from '../../src/mapping/jsonValues';
import type { Listing } from '../../src/mapping/listings';
import { type Mapped, Mapper } from '../../src/mapping/mapper';
import { nearestName } from '../../src/mapping/nearest';
import type { Mapping, Settings } from '../../src/settings/settings';
import { describe, paragraph, type Vocabulary } from '../../src/texts';
import { automaticRecords } from './automaticRecords';
import { Failure } from './failure';
import { assignedValues, jsonValues } from './namedValues';
import type { Read } from './parameters';
import { mapsAutomatically, PERSON_FIELDS } from './personFields';
import type { Run } from './run';
import { understoodText } from './understood';
import { WORDS } from './vocabulary';

/** Makes people of rows. */
export interface PersonReader {
	/** The person in a row. Throws a Failure when there is none. */
	readonly read: Read<Mapped>;
	/** How the fields were understood, and which ones the options name although no row has them. */
	hint(): string | undefined;
}

/** Rows as records, and how the mapper is to understand them. */
export interface Records {
	readonly columns: readonly string[];
	readonly mapping: Mapping;
	readonly words: Vocabulary;
	readonly read: Read<SourceRecord>;
}

/** Throws at once when the options do not fit the rows. */
export function createPersonReader(run: Run, settings: Settings): PersonReader {
	const isAutomatic = mapsAutomatically(run.parameters);
	const { columns, mapping, read, words } = isAutomatic
		? automaticRecords(run, settings.mapping)
		: manual(run, settings.mapping);
	const mapper = new Mapper({ settings, mapping, columns, primaryKey: [] });
	const unknown = mapper.unknownColumns().find(isOfUserId);
	if (unknown !== undefined) throw new Failure(unknownColumn(unknown, mapper));
	let rowsRead = 0;
	return {
		read(row) {
			rowsRead++;
			const record = read(row);
			const mapped = orProblem(() => mapper.toPerson(record));
			if (!('code' in mapped)) return mapped;
			const userId = 'userId' in mapped && { userId: mapped.userId };
			throw new Failure(mapped, { endsRun: false, words, ...userId });
		},
		hint() {
			const isComplete = rowsRead === run.items.length;
			const unseen = isComplete ? mapper.unseenColumns() : mapper.unknownColumns();
			const texts = unseen
				.filter((listing) => !isOfUserId(listing))
				.map((listing) => paragraph(describe(unknownColumn(listing, mapper), WORDS)));
			if (isAutomatic && rowsRead > 0) texts.unshift(understoodText(mapper.understanding()));
			return texts.length > 0 ? texts.join(' ') : undefined;
		},
	};
}

const isOfUserId = ({ setting }: Listing): boolean => setting === 'user_id_columns';

function unknownColumn({ listed, setting }: Listing, { columns }: Mapper) {
	const nearest = nearestName(listed, columns);
	return {
		code: 'unknown_column',
		setting: `mapping.${setting}`,
		column: listed,
		columns,
		...(nearest !== undefined && { nearest }),
	} as const;
}

/** What the mapper gives, or whatever a strange value made it throw. */
function orProblem<T>(work: () => T) {
	try {
		return work();
	} catch (error) {
		return problemOf(error);
	}
}

/** The column of the user ID has the name of its parameter, because errors quote it. */
const USER_ID = 'User ID';

/** Words for rows that are mapped by hand, where no option names the user ID. */
const MANUAL_WORDS: Vocabulary = {
	...WORDS,
	setting: (path) => (path === 'mapping.user_id_columns' ? `"${USER_ID}"` : WORDS.setting(path)),
};

/** The fields and traits that the user mapped. */
function manual({ parameters }: Run, mapping: Mapping): Records {
	const fields = PERSON_FIELDS.map(({ displayName, id }) => {
		const path = `person.value.${id}`;
		const column = id === 'userId' ? USER_ID : id;
		return { column, read: parameters.each(path, displayName), stored: parameters.raw(path) };
	});
	const mapped = fields.filter(({ stored }) => !isBlank(stored));
	const traits = assignedValues(parameters, 'traits', 'Custom Traits');
	const json = jsonValues(parameters, 'options.traitsJson', 'Custom Traits (JSON)');
	return {
		// All are declared, so that a trait with a similar name stays a trait.
		columns: fields.map(({ column }) => column),
		mapping: { ...mapping, user_id_columns: [USER_ID] },
		words: MANUAL_WORDS,
		read(row) {
			const record: Record<string, unknown> = { ...json(row), ...traits(row) };
			for (const { column, read } of mapped) {
				const value = read(row);
				if (!isBlank(value) || !Object.hasOwn(record, column)) record[column] = value;
			}
			return record;
		},
	};
}
