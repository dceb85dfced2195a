import { ConfigError } from '../errors';
import { EMAIL_PATTERN, LIMITS, type Mapping, type Person } from '../settings/settings';
import { type Columns, resolveColumns, type Target } from './columns';
import { isExactNumber } from './exactNumbers';
import type { Rejection, RejectionCode } from './rejection';
import { fitsIn } from './utf8';

/** One record as the source has it: columns and their values. */
export type SourceRecord = Readonly<Record<string, unknown>>;

/** A person, and the same as the JSON that is sent. */
export interface Mapped {
	readonly person: Person;
	readonly json: string;
	/** The record's email address was invalid, and the person goes without it. */
	readonly emailLeftOut?: true;
}

/** What a mapper has to know of its stream and of the settings. */
export interface MapperOptions {
	readonly mapping: Mapping;
	/** The columns the source declares; when there are none, those of the first record. */
	readonly columns: readonly string[];
	/** Paths of the stream's primary key; several are joined by a colon. */
	readonly primaryKey: readonly (readonly string[])[];
	readonly invalidEmail: 'reject' | 'send_without_email';
	/** Where a phone number goes: among the traits, or beside the email address. */
	readonly phoneIsTrait: boolean;
	/** UTF-8 bytes that one person may have as JSON. */
	readonly maxBytes: number;
}

/** Turns the records of one stream into people. */
export interface Mapper {
	/**
	 * A person, or why the record cannot become one. Numbers with more digits than a double holds are
	 * kept when they come as JSON.rawJSON. Throws ConfigError when two columns clash.
	 */
	toPerson(record: unknown): Mapped | Rejection;
	/** How the columns were understood, as one sentence; empty before anything is known of them. */
	describe(): string;
}

/** Deeper objects are kept as they are when nested values are flattened. */
const DEEPEST = 50;

const NO_JSON = 'The record is nested too deeply to be sent, or holds what JSON cannot.';

const isBlank = (value: unknown): boolean =>
	value === null ||
	value === undefined ||
	value === '' ||
	(typeof value === 'number' && !Number.isFinite(value));

/** The text of a scalar, exact and trimmed; undefined for anything else. */
function scalarText(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim();
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	return isExactNumber(value) ? value.rawJSON : undefined;
}

const rejected = (code: RejectionCode, reason: string, userId?: string): Rejection =>
	userId === undefined ? { code, reason } : { code, reason, userId };

function valueAt(record: SourceRecord, path: readonly string[]): unknown {
	let value: unknown = record;
	for (const key of path) {
		value =
			typeof value === 'object' && value !== null && Object.hasOwn(value, key)
				? (value as SourceRecord)[key]
				: undefined;
	}
	return value;
}

/** Parts of a joined user ID keep apart: `a:b` + `c` is not `a` + `b:c`. */
const escaped = (part: string): string => part.replace(/[%:]/g, encodeURIComponent);

/** A mapper for one stream. Throws ConfigError for settings that clash with its columns. */
export function createMapper(options: MapperOptions): Mapper {
	const { mapping, phoneIsTrait } = options;
	const keepsEmpty = mapping.empty_values === 'send';
	const flattens = mapping.nested_values === 'flatten';
	let columns: Columns | undefined;
	const resolve = (names: readonly string[]) =>
		resolveColumns(mapping, names, options.primaryKey, phoneIsTrait);
	if (options.columns.length > 0) columns = resolve(options.columns);

	function readUserId(record: SourceRecord, { paths, joined }: Columns['userId']) {
		const parts: string[] = [];
		for (const path of paths) {
			const value = valueAt(record, path);
			if (isLostNumber(value)) {
				return rejected(
					'invalid_user_id',
					`The column ${path.join('.')} holds a number with more digits than can be kept. Turn it into text in the source.`,
				);
			}
			const text = isBlank(value) ? '' : scalarText(value);
			if (text === undefined) {
				return rejected(
					'invalid_user_id',
					`The column ${path.join('.')} holds ${kindOf(value)}, not a text or a number.`,
				);
			}
			if (text !== '' && !joined) return text;
			if (text === '' && joined) break;
			if (joined) parts.push(escaped(text));
		}
		if (joined && parts.length === paths.length) return parts.join(':');
		const tried = paths.map((path) => path.join('.')).join(joined ? ' and ' : ' or ');
		return rejected(
			'missing_user_id',
			tried === '' ? 'No column for the user ID was found.' : `There is no value in ${tried}.`,
		);
	}

	function setTrait(traits: Record<string, unknown>, name: string, value: unknown): void {
		if (flattens && Object.hasOwn(traits, name)) {
			throw new ConfigError(
				`Two columns would both become the trait ${name}. Rename one of them, or put it into exclude_columns.`,
			);
		}
		if (name === '__proto__') {
			Object.defineProperty(traits, name, { value, enumerable: true, configurable: true });
		} else {
			traits[name] = value;
		}
	}

	function flatten(traits: Record<string, unknown>, name: string, value: object, depth: number) {
		for (const [key, raw] of Object.entries(value)) {
			const path = `${name}.${key}`;
			const inner = asJson(raw);
			if (isBlank(inner) && !keepsEmpty) continue;
			if (typeof inner === 'object' && inner !== null && canFlatten(inner) && depth < DEEPEST) {
				flatten(traits, path, inner, depth + 1);
			} else {
				setTrait(traits, path, inner);
			}
		}
	}

	function addTrait(
		traits: Record<string, unknown>,
		{ name, asText }: Target & { to: 'trait' },
		given: unknown,
	): void {
		const value = asText && typeof given === 'string' ? given.trim() : asJson(given);
		if (isBlank(value)) {
			if (keepsEmpty) setTrait(traits, name, value ?? null);
		} else if (typeof value !== 'object' || value === null || isExactNumber(value)) {
			setTrait(traits, name, asText ? (scalarText(value) ?? String(value)) : value);
		} else if (asText || mapping.nested_values === 'text') {
			setTrait(traits, name, toJson(value) ?? value);
		} else if (flattens && canFlatten(value)) {
			flatten(traits, name, value, 1);
		} else {
			setTrait(traits, name, value);
		}
	}

	function checkEmail(value: unknown): { text: string } | Rejection | undefined {
		if (isBlank(value)) return undefined;
		const text = typeof value === 'string' ? value.trim() : undefined;
		if (text === '') return undefined;
		if (text !== undefined && text.length > LIMITS.email) {
			return rejected('email_too_long', `The email address has ${text.length} characters.`);
		}
		return text !== undefined && EMAIL_PATTERN.test(text)
			? { text }
			: rejected('invalid_email', 'The email address is not well-formed.');
	}

	function toPerson(source: unknown): Mapped | Rejection {
		if (!isObject(source)) {
			return rejected('invalid_record', 'The record is not an object, or is nested too deeply.');
		}
		if (columns === undefined) {
			const names = Object.keys(source);
			if (names.length === 0) return rejected('missing_user_id', 'The record is empty.');
			columns = resolve(names);
		}
		const { userId: idSource } = columns;
		const traits: Record<string, unknown> = {};
		let emailValue: unknown;
		let phoneValue: unknown;
		for (const column in source) {
			const value = source[column];
			const target = columns.target(column);
			if (target.to === 'trait') addTrait(traits, target, value);
			else if (target.to === 'email') emailValue = value;
			else if (target.to === 'phone') phoneValue = value;
		}

		const userId = readUserId(source, idSource);
		if (typeof userId !== 'string') return userId;
		if (userId.length > LIMITS.userId) {
			return rejected('user_id_too_long', `The user ID has ${userId.length} characters.`);
		}
		const person: Person = { userId };
		const email = checkEmail(emailValue);
		let emailLeftOut = false;
		if (email !== undefined && 'text' in email) person.email = email.text;
		else if (email !== undefined && options.invalidEmail === 'send_without_email')
			emailLeftOut = true;
		else if (email !== undefined) return { ...email, userId };

		const phone = phoneIsTrait ? traits.phone : phoneValue;
		const phoneText = isBlank(phone) ? '' : (scalarText(phone) ?? toJson(phone));
		if (phoneText === undefined) return rejected('invalid_record', NO_JSON, userId);
		if (phoneText.length > LIMITS.phone) {
			const reason = `The phone number has ${phoneText.length} characters.`;
			return rejected('phone_too_long', reason, userId);
		}
		if (phoneText !== '' && !phoneIsTrait) person.phone = phoneText;
		if (!isEmpty(traits)) person.traits = traits;

		const json = toJson(person);
		if (json === undefined) return rejected('invalid_record', NO_JSON, userId);
		if (!fitsIn(json, options.maxBytes)) {
			const reason = `The person has more than ${options.maxBytes} bytes.`;
			return rejected('person_too_large', reason, userId);
		}
		return emailLeftOut ? { person, json, emailLeftOut } : { person, json };
	}

	return { toPerson, describe: () => columns?.describe() ?? '' };
}

/** A whole number that lost digits when the record was parsed, before it came to us. */
const isLostNumber = (value: unknown): boolean =>
	typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

function isEmpty(traits: object): boolean {
	for (const name in traits) return name === undefined;
	return true;
}

const canFlatten = (value: object): boolean => !Array.isArray(value) && !isExactNumber(value);

const isObject = (value: unknown): value is SourceRecord =>
	typeof value === 'object' && value !== null && canFlatten(value);

function kindOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Dates and the like as JSON has them; whatever came as JSON stays as it is. */
const asJson = (value: unknown): unknown =>
	typeof value === 'object' &&
	value !== null &&
	'toJSON' in value &&
	typeof value.toJSON === 'function'
		? value.toJSON()
		: value;

/** Undefined when JSON.stringify cannot go so deep, or meets a bigint. */
function toJson(value: unknown): string | undefined {
	try {
		return JSON.stringify(value);
	} catch {
		return undefined;
	}
}
