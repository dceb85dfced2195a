import type { FieldType } from 'n8n-workflow';
import { validateFieldType } from 'n8n-workflow';
import { asJson, define, isObject, type SourceRecord } from '../../src/mapping/jsonValues';
import { looseName } from '../../src/settings/names';
import { invalidParameter } from './failure';
import type { Parameters, Read } from './parameters';

const NONE: SourceRecord = {};

/** The parameter of n8n's kind "assignment collection": names, typed values, dragged or typed in. */
export function assignedValues(
	parameters: Parameters,
	path: string,
	label: string,
): Read<SourceRecord> {
	const stored = parameters.raw(`${path}.assignments`);
	const assignments = (Array.isArray(stored) ? stored : []).map((one, i) => {
		const place = `${path}.assignments[${i}]`;
		const { name, type } = one as { name?: unknown; type?: unknown };
		const part = typeof name === 'string' && name !== '' ? name : undefined;
		return {
			readName: parameters.each(`${place}.name`, label),
			readValue: parameters.each(`${place}.value`, label, part),
			type: typeof type === 'string' ? type : 'string',
		};
	});
	if (assignments.length === 0) return () => NONE;
	return (row) => {
		const values: Record<string, unknown> = {};
		for (const { readName, readValue, type } of assignments) {
			const given = readName(row);
			const value = readValue(row);
			const name = typeof given === 'string' ? given.trim() : '';
			if (name !== '') define(values, name, asType(value, type, label, name));
		}
		return values;
	};
}

/** The types that n8n offers besides text. */
const CHECKED = new Set(['number', 'boolean', 'array', 'object']);

/** The value as the type that the user chose; what is empty stays so, for the core to decide on. */
function asType(given: unknown, type: string, label: string, name: string): unknown {
	const value = asJson(given);
	if (value === null || value === undefined || value === '') return value;
	// A dragged date is of n8n's type object.
	const isDate = typeof value === 'string' && typeof given === 'object';
	if (!CHECKED.has(type) || (isDate && type === 'object')) {
		return typeof value === 'object' ? JSON.stringify(value) : String(value);
	}
	const result = validateFieldType(name, value, type as FieldType);
	if (result.valid) return result.newValue ?? value;
	throw invalidParameter(
		`A value in "${label}" is not of the type ${type}`,
		'Choose another type for it in the node, or correct the value before it.',
		`It is the value of "${name}".`,
	);
}

/** Refuses a trait named email: it would change the address of the person, or only look as if it did. */
export const withoutEmail =
	(read: Read<SourceRecord>, label: string, instead: string): Read<SourceRecord> =>
	(row) => {
		const traits = read(row);
		const email = Object.keys(traits).find((name) => looseName(name) === 'email');
		if (email === undefined) return traits;
		throw invalidParameter(`"${label}" has a trait named "${email}"`, instead);
	};

/** What to do instead where a person has the field Email. */
export const USE_EMAIL_FIELD =
	'For the email address, use the field "Email", or in automatic mapping a field of the input.';

/** The option Custom Traits (JSON). */
export function traitsJson(parameters: Parameters): Read<SourceRecord> {
	const label = 'Custom Traits (JSON)';
	return withoutEmail(jsonValues(parameters, 'options.traitsJson', label), label, USE_EMAIL_FIELD);
}

/** A parameter that holds an object, or JSON text of one. */
export function jsonValues(
	parameters: Parameters,
	path: string,
	label: string,
): Read<SourceRecord> {
	const read = parameters.each(path, label);
	let latest: { text: string; values: SourceRecord } | undefined;
	return (row) => {
		const value = read(row);
		if (typeof value !== 'string') return asObject(value, label);
		if (value.trim() === '') return NONE;
		if (latest?.text !== value) latest = { text: value, values: parsed(value, label) };
		return latest.values;
	};
}

/** An object; none when there is no value. Throws a Failure for anything else. */
function asObject(value: unknown, label: string): SourceRecord {
	if (value === null || value === undefined) return NONE;
	if (isObject(value)) return value;
	throw invalidParameter(
		`"${label}" is ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}, not an object`,
		'Give an object such as {"plan": "pro"}.',
	);
}

function parsed(text: string, label: string): SourceRecord {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		value = INVALID;
	}
	if (value !== INVALID) return asObject(value, label);
	throw invalidParameter(
		`"${label}" is not valid JSON`,
		'Put names and texts in double quotes, without a comma at the end.',
	);
}

const INVALID = Symbol('not JSON');
