import { isBlank } from '../../src/mapping/jsonValues';
import type { Mapping } from '../../src/settings/settings';
import type { Vocabulary } from '../../src/texts';
import { assignedValues, traitsJson, USE_EMAIL_FIELD, withoutEmail } from './namedValues';
import { PERSON_FIELDS } from './personFields';
import type { Records } from './records';
import type { Run } from './run';
import { WORDS } from './vocabulary';

const TRAITS = 'Custom Traits';

/** The column of the user ID has the name of its parameter, because errors quote it. */
const USER_ID = 'User ID';

/** Words for rows that are mapped by hand, where no option names the user ID. */
const MANUAL_WORDS: Vocabulary = {
	...WORDS,
	setting: (path) => (path === 'mapping.user_id_columns' ? `"${USER_ID}"` : WORDS.setting(path)),
};

/** The fields and traits that the user mapped. */
export function manualRecords({ parameters }: Run, mapping: Mapping): Records {
	const fields = PERSON_FIELDS.map(({ displayName, id }) => {
		const path = `person.value.${id}`;
		const column = id === 'userId' ? USER_ID : id;
		return { column, read: parameters.each(path, displayName), stored: parameters.raw(path) };
	});
	const mapped = fields.filter(({ stored }) => !isBlank(stored));
	const traits = withoutEmail(
		assignedValues(parameters, 'traits', TRAITS),
		TRAITS,
		USE_EMAIL_FIELD,
	);
	const json = traitsJson(parameters);
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
