import { isObject } from '../../src/flameup/answers';
import { maxPersonBytes } from '../../src/loading/batcher';
import { createMapper, type Mapped } from '../../src/mapping/mapper';
import { type Mapping, normalized, type Settings } from '../../src/settings/settings';
import { Failure, fromError, fromRejection } from './failure';
import type { Read } from './parameters';
import { PERSON_FIELDS } from './personFields';
import type { Run } from './run';
import { assignedValues, asValues, define, jsonValues, type Values } from './values';

/** How rows become records, and how the core's mapper is to read them. */
export interface Records {
	readonly read: Read<Values>;
	readonly columns: readonly string[];
	readonly mapping: Partial<Mapping>;
}

/** The rows as records, in the mode that the user chose for the parameter Person. */
export function readRecords(run: Run): Records | Failure {
	const mode = run.parameters.constant('person.mappingMode', 'Mapping Mode');
	return mode === 'autoMapInputData' ? automatic(run) : manual(run);
}

/** The fields and traits that the user mapped. */
function manual({ parameters }: Run): Records {
	const fields = PERSON_FIELDS.map(({ displayName, id }) => {
		const path = `person.value.${id}`;
		return { id, read: parameters.each(path, displayName), stored: parameters.raw(path) };
	}).filter(({ stored }) => !isBlank(stored));
	const traits = assignedValues(parameters, 'traits', 'Custom Traits');
	const json = jsonValues(parameters, 'options.traitsJson', 'Custom Traits (JSON)');
	return {
		// All are declared, so that a trait with a similar name stays a trait.
		columns: PERSON_FIELDS.map(({ id }) => id),
		mapping: { user_id_columns: ['userId'] },
		read(row) {
			const more = json(row);
			if (more instanceof Failure) return more;
			const own = traits(row);
			if (own instanceof Failure) return own;
			const record: Record<string, unknown> = { ...more, ...own };
			for (const { id, read } of fields) {
				const value = read(row);
				if (value instanceof Failure) return value;
				if (!isBlank(value) || !Object.hasOwn(record, id)) record[id] = value;
			}
			return record;
		},
	};
}

/** Every field of the row, those of an object called `traits` one by one. */
function automatic({ items, parameters }: Run): Records | Failure {
	const idField = parameters.constant('options.userIdField', 'User ID Field');
	const emailField = parameters.constant('options.emailField', 'Email Field');
	const ignored = parameters.constant('options.fieldsToIgnore', 'Fields to Ignore');
	for (const value of [idField, emailField, ignored]) if (value instanceof Failure) return value;
	const json = jsonValues(parameters, 'options.traitsJson', 'Custom Traits (JSON)');
	const ignore = names(ignored);
	const email = names(emailField)[0] ?? '';
	const isIgnored = (name: string) => ignore.some((one) => normalized(one) === normalized(name));
	const inside = ignore.filter((name) => name.includes('.')).map((name) => name.split('.'));
	const isTraits = (name: string, value: unknown) =>
		normalized(name) === 'traits' && value !== null && value !== undefined && !isIgnored(name);

	const columns = new Set<string>();
	for (const { json: row } of items) {
		for (const name in row) {
			const value = row[name];
			if (!isTraits(name, value)) columns.add(name);
			else if (isObject(value)) for (const trait in value) columns.add(trait);
		}
	}
	if (email.includes('.')) columns.add(email);

	return {
		columns: [...columns],
		mapping: {
			user_id_columns: names(idField),
			email_column: email,
			exclude_columns: ignore,
		},
		read(row) {
			const more = json(row);
			if (more instanceof Failure) return more;
			const source = inside.reduce<Values>(without, items[row]?.json ?? {});
			const record: Record<string, unknown> = {};
			for (const name in source) {
				const value = source[name];
				if (!isTraits(name, value)) {
					define(record, name, value);
					continue;
				}
				const traits = asValues(value, name);
				if (traits instanceof Failure) return traits;
				for (const trait in traits) {
					if (!Object.hasOwn(source, trait)) define(record, trait, traits[trait]);
				}
			}
			if (email.includes('.') && !Object.hasOwn(source, email)) {
				define(record, email, at(source, email.split('.')));
			}
			for (const name in more) define(record, name, more[name]);
			return record;
		},
	};
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

const names = (value: unknown): string[] =>
	(typeof value === 'string' ? value : '')
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');

/** The object without what a path leads to, such as address.street; what it holds is not touched. */
function without(value: Values, [head = '', ...rest]: readonly string[]): Values {
	const inner = value[head];
	if (rest.length === 0) {
		return Object.fromEntries(Object.entries(value).filter(([name]) => name !== head));
	}
	return isObject(inner) ? { ...value, [head]: without(inner, rest) } : value;
}

const at = (value: unknown, path: readonly string[]): unknown =>
	path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

/** Reads a row and makes it a person, or tells why it cannot be one. Throws ConfigError at once for settings that clash. */
export function personReader(
	{ columns, mapping, read }: Records,
	settings: Settings,
): Read<Mapped> {
	const mapper = createMapper({
		mapping: { ...settings.mapping, ...mapping },
		columns,
		primaryKey: [],
		invalidEmail: settings.rejected_records.invalid_email,
		phoneIsTrait: settings.workspace_id !== '',
		maxBytes: maxPersonBytes(settings.batches.bytes_per_request),
	});
	return (row) => {
		const record = read(row);
		if (record instanceof Failure) return record;
		try {
			const mapped = mapper.toPerson(record);
			return 'code' in mapped ? fromRejection(mapped) : mapped;
		} catch (error) {
			const { details } = fromError(error);
			return new Failure({ ...details, endsRun: false });
		}
	};
}
