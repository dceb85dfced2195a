import type { FieldType, IDataObject } from 'n8n-workflow';
import { validateFieldType } from 'n8n-workflow';
import { isObject } from '../../src/flameup/answers';
import { Failure } from './failure';
import type { Parameters, Read } from './parameters';

/** Names and values, such as traits. */
export type Values = Readonly<Record<string, unknown>>;

const NONE: Values = {};

interface Assignment {
	readonly name: Read<unknown>;
	readonly value: Read<unknown>;
	readonly type: string;
}

/** The parameter of n8n's kind "assignment collection": names, typed values, dragged or typed in. */
export function assignedValues(parameters: Parameters, path: string, label: string): Read<Values> {
	const stored = parameters.raw(`${path}.assignments`);
	const assignments = (Array.isArray(stored) ? stored : []).map((one, i): Assignment => {
		const place = `${path}.assignments[${i}]`;
		const { name, type } = one as { name?: unknown; type?: unknown };
		const shown = typeof name === 'string' && name !== '' ? `${label}, ${name}` : label;
		return {
			name: parameters.each(`${place}.name`, label),
			value: parameters.each(`${place}.value`, shown),
			type: typeof type === 'string' ? type : 'string',
		};
	});
	if (assignments.length === 0) return () => NONE;
	return (row) => {
		const values: Record<string, unknown> = {};
		for (const { name: readName, type, value: readValue } of assignments) {
			const name = readName(row);
			if (name instanceof Failure) return name;
			const value = readValue(row);
			if (value instanceof Failure) return value;
			if (typeof name !== 'string' || name.trim() === '') continue;
			const typed = asType(value, type, `${label}, ${name}`);
			if (typed instanceof Failure) return typed;
			define(values, name.trim(), typed);
		}
		return values;
	};
}

/** The types that n8n offers besides text. */
const CHECKED = new Set(['number', 'boolean', 'array', 'object']);

/** The type that the user chose for a value; what is empty stays so, for the core to decide on. */
function asType(value: unknown, type: string, label: string): unknown {
	if (value === null || value === undefined || value === '') return value;
	if (!CHECKED.has(type)) return typeof value === 'object' ? JSON.stringify(value) : String(value);
	const result = validateFieldType(label, value, type as FieldType);
	if (result.valid) return result.newValue ?? value;
	return new Failure({
		code: 'invalid_parameter',
		title: `${label}: The value is not of the type ${type}`,
		hint: 'Choose another type for it in the node, or correct the value before it.',
	});
}

/** A parameter that holds an object, or JSON text of one. */
export function jsonValues(parameters: Parameters, path: string, label: string): Read<Values> {
	const read = parameters.each(path, label);
	let latest: { text: string; values: Values | Failure } | undefined;
	return (row) => {
		const value = read(row);
		if (value instanceof Failure) return value;
		if (typeof value !== 'string') return asValues(value, label);
		if (value.trim() === '') return NONE;
		if (latest?.text !== value) latest = { text: value, values: parsed(value, label) };
		return latest.values;
	};
}

/** An object, or why it is none. */
export function asValues(value: unknown, label: string): Values | Failure {
	if (value === null || value === undefined) return NONE;
	if (isObject(value)) return value;
	return new Failure({
		code: 'invalid_parameter',
		title: `${label}: The value is ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}, not an object`,
		hint: 'Give an object such as {"plan": "pro"}.',
	});
}

function parsed(text: string, label: string): Values | Failure {
	try {
		return asValues(JSON.parse(text), label);
	} catch {
		return new Failure({
			code: 'invalid_parameter',
			title: `${label}: The text is not valid JSON`,
			hint: 'Put names and texts in double quotes, without a comma at the end.',
		});
	}
}

/** Sets a name whatever it is; `__proto__` is only a name here. */
export function define(values: Record<string, unknown>, name: string, value: unknown): void {
	Object.defineProperty(values, name, {
		value,
		enumerable: true,
		configurable: true,
		writable: true,
	});
}

/** A text that must be there, such as a user ID. */
export function requiredText(parameters: Parameters, path: string, label: string): Read<string> {
	const read = parameters.each(path, label);
	return (row) => {
		const value = read(row);
		if (value instanceof Failure) return value;
		const isScalar = typeof value === 'string' || typeof value === 'number';
		const text = isScalar ? String(value).trim() : '';
		if (text !== '' && !isLost(value)) return text;
		return new Failure({
			code: 'invalid_parameter',
			title:
				text === ''
					? `${label}: There is no value`
					: `${label}: The number has more digits than can be kept`,
			hint: 'Enter a text, or map a field that has one in every row.',
		});
	};
}

const isLost = (value: unknown): boolean =>
	typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);

/** What Flameup or the core gave, as the JSON of an item. */
export const asJson = (value: Values): IDataObject => value as IDataObject;
