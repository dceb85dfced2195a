import { define, isObject, type SourceRecord } from '../../src/mapping/jsonValues';
import { USER_ID_NAMES } from '../../src/mapping/roles';
import { looseName } from '../../src/settings/names';
import type { Mapping } from '../../src/settings/settings';
import { invalidParameter } from './failure';
import { previousPath } from './keptFingerprints';
import { traitsJson } from './namedValues';
import { addedFields, isOwnFingerprint, isShownPerson } from './ownOutput';
import type { Records } from './records';
import type { Run } from './run';
import { WORDS } from './vocabulary';

/** Every field of the row, those of an object called `traits` one by one. */
export function automaticRecords({ items, parameters }: Run, mapping: Mapping): Records {
	const json = traitsJson(parameters);
	const fields = new Fields(mapping);
	const previous = previousPath(parameters);
	const named = mapping.user_id_columns;
	const userIds = new Set((named.length > 0 ? named : USER_ID_NAMES).map(looseName));
	const namesUserId = (name: string) => userIds.has(looseName(name));
	const rows = items.map(({ json: row }) => (previous ? without(row, previous) : row));
	const columns = new Set<string>();
	for (const row of rows) fields.visit(row, (name) => columns.add(name));
	return {
		// Not declared, because each row is mapped by its own fields.
		columns: [],
		expected: [...columns],
		mapping: withUnfoldedPaths(mapping, fields.unfolded),
		words: WORDS,
		read(row) {
			const record: Record<string, unknown> = {};
			fields.visit(rows[row] ?? {}, (name, value) => {
				if (!Object.hasOwn(record, name)) define(record, name, value);
			});
			const more = json(row);
			for (const name in more) {
				if (Object.hasOwn(record, name) && namesUserId(name)) throw twoUserIds(name);
				define(record, name, more[name]);
			}
			return record;
		},
	};
}

const TRAITS = 'traits';

/** What Flameup calls the traits of a person in its reference. */
const ATTRIBUTES = 'attributes';

/** Which fields of a row are mapped. */
class Fields {
	/** Fields whose members are fields themselves, as `looseName` has them. */
	readonly unfolded = new Set([TRAITS]);
	readonly #excluded: ReadonlySet<string>;
	/** Fields that a setting names; they are never left out silently. */
	readonly #named: ReadonlySet<string>;

	constructor({ email_column, exclude_columns, user_id_columns }: Mapping) {
		this.#excluded = new Set(exclude_columns.map(looseName));
		this.#named = new Set([...user_id_columns, email_column, ...exclude_columns].map(looseName));
		if (this.#excluded.has(TRAITS)) this.unfolded.delete(TRAITS);
	}

	/** First the fields of the row, then those of its traits, which give way to them. */
	visit(row: SourceRecord, visitor: (name: string, value: unknown) => void): void {
		const added = addedFields(row);
		const unfolded: SourceRecord[] = [];
		for (const name in row) {
			const value = row[name];
			if (isObject(value) && this.#isUnfolded(name, row)) unfolded.push(value);
			else if (isNamed(name) && this.#isSent(name, value, row, added)) visitor(name, value);
		}
		for (const traits of unfolded) {
			for (const name in traits) if (isNamed(name)) visitor(name, traits[name]);
		}
	}

	#isSent(name: string, value: unknown, row: SourceRecord, added: ReadonlySet<string>): boolean {
		const isAdded = added.has(name) || isOwnFingerprint(name, value, row);
		return !isAdded || this.#named.has(looseName(name));
	}

	#isUnfolded(name: string, row: SourceRecord): boolean {
		const loose = looseName(name);
		if (this.#excluded.has(loose)) return false;
		if (loose === TRAITS) return true;
		if (loose !== ATTRIBUTES || !isShownPerson(row)) return false;
		this.unfolded.add(ATTRIBUTES);
		return true;
	}
}

const twoUserIds = (name: string) =>
	invalidParameter(
		`"Custom Traits (JSON)" has a trait named "${name}"`,
		'It would replace the user ID in the field of the same name. Give the trait another name.',
	);

/** A row without the value at a path. */
function without(row: SourceRecord, [name = '', ...inside]: readonly string[]): SourceRecord {
	if (!Object.hasOwn(row, name)) return row;
	const { [name]: value, ...others } = row;
	if (inside.length === 0) return others;
	return isObject(value) ? { ...row, [name]: without(value, inside) } : row;
}

/** Whether a field has a name: an empty column of a spreadsheet has none. */
const isNamed = (name: string): boolean => name.trim() !== '';

/** A path such as traits.plan leads to plan, once the traits are fields like the others. */
function withUnfoldedPaths(mapping: Mapping, names: ReadonlySet<string>): Mapping {
	const unfolded = (path: string) => {
		const [first = '', ...rest] = path.split('.');
		return names.has(looseName(first)) && rest.length > 0 ? rest.join('.') : path;
	};
	return {
		...mapping,
		user_id_columns: mapping.user_id_columns.map(unfolded),
		email_column: unfolded(mapping.email_column),
		exclude_columns: mapping.exclude_columns.map(unfolded),
	};
}
