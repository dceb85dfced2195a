import type {
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { asJson, isBlank, mayHaveLostDigits } from '../../src/mapping/jsonValues';
import { quoted } from '../../src/texts';
import { draggedPath, LEFT_TO_N8N, valueAt } from './dragged';
import { invalidParameter } from './failure';

/** Reads one parameter for a row. Throws a Failure when it cannot be used. */
export type Read<T> = (row: number) => T;

/** n8n's mark of an expression. */
const isExpression = (value: unknown): value is string =>
	typeof value === 'string' && value.startsWith('=');

/** The node's parameters; expressions are evaluated only where rows can differ. */
export class Parameters {
	readonly #context: IExecuteFunctions;
	readonly #stored: Readonly<Record<string, unknown>>;
	/** The rows, if `$json` is a row's own json: for tools, it need not be. */
	readonly #items: readonly INodeExecutionData[] | undefined;

	constructor(context: IExecuteFunctions, node: INode, items: readonly INodeExecutionData[]) {
		this.#context = context;
		this.#stored = node.parameters;
		this.#items = isJsonOf(context, items[0]) ? items : undefined;
	}

	/** As it is stored: an expression stays one. */
	raw(path: string): unknown {
		const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
		return keys.reduce<unknown>(
			(value, key) => (value as Record<string, unknown> | undefined)?.[key],
			this.#stored,
		);
	}

	/**
	 * The same for every row; undefined when it is not set, and null for an expression without a value. A Failure
	 * that it throws ends the run.
	 */
	constant(path: string, label: string): unknown {
		const value = this.raw(path);
		return isExpression(value) ? (this.#evaluate(path, label) ?? null) : (value ?? undefined);
	}

	/** Read for each row; `part` is the user's name for a part of the parameter. */
	each(path: string, label: string, part?: string): Read<unknown> {
		const stored = this.raw(path);
		if (!isExpression(stored)) return () => stored;
		const evaluate = (row: number) => this.#evaluate(path, label, row, part);
		const items = this.#items;
		const dragged = items && draggedPath(stored);
		if (dragged === undefined) return evaluate;
		return (row) => {
			const value = valueAt(items?.[row]?.json, dragged);
			return value === LEFT_TO_N8N ? evaluate(row) : value;
		};
	}

	#evaluate(path: string, label: string, row?: number, part?: string): unknown {
		let reason: string;
		try {
			return this.#context.getNodeParameter(path, row ?? 0);
		} catch (error) {
			reason = error instanceof Error ? error.message : String(error);
		}
		throw invalidParameter(
			`The expression in "${label}" could not be evaluated`,
			'Correct the expression, or the data that it reads.',
			part === undefined ? reason : `"${part}": ${reason}`,
			{ endsRun: row === undefined },
		);
	}
}

/** Whether `$json` in the expressions of the first row is the json of this item. */
function isJsonOf(context: IExecuteFunctions, item: INodeExecutionData | undefined): boolean {
	try {
		return item !== undefined && context.getWorkflowDataProxy(0).$json === item.json;
	} catch {
		return false;
	}
}

/** A text that must be there, such as a user ID. */
export function requiredText(parameters: Parameters, path: string, label: string): Read<string> {
	const read = parameters.each(path, label);
	return (row) => {
		const value = read(row);
		const wrong = notText(value);
		if (wrong === undefined) return String(value).trim();
		throw invalidParameter(
			`"${label}" ${wrong}`,
			'Enter a text, or map a field that has one in every row.',
		);
	};
}

/** Whether nothing was entered, or an expression gave nothing. */
export const isEmpty = (value: unknown): boolean =>
	isBlank(value) || (typeof value === 'string' && value.trim() === '');

/** Why a value is no text that can be used, to follow a name; undefined if it is one. */
function notText(value: unknown): string | undefined {
	if (mayHaveLostDigits(value)) return 'is a number with more digits than can be kept';
	if (isEmpty(value)) return 'has no value';
	if (typeof value === 'string' || typeof value === 'number') return undefined;
	if (Array.isArray(value)) return 'is a list, not a text';
	if (typeof value === 'boolean') return `is ${value}, not a text`;
	return typeof asJson(value) === 'string' ? 'is a date, not a text' : 'is an object, not a text';
}

/** One of the choices of a parameter; its default if it is not set. Throws a Failure for any other value. */
export function choice(
	parameters: Parameters,
	path: string,
	{ default: initial, displayName, options = [] }: INodeProperties,
): Read<string> {
	if (parameters.raw(path) === undefined) return () => String(initial);
	const read = parameters.each(path, displayName);
	const values = (options as INodePropertyOptions[]).map(({ value }) => String(value));
	return (row) => {
		const value = read(row);
		if (typeof value === 'string' && values.includes(value)) return value;
		throw invalidParameter(
			`"${displayName}" is none of its choices`,
			`It must be ${quoted(values, 'or')}.`,
		);
	};
}

/** A text that may be missing; undefined then. Throws a Failure for a list or an object. */
export function optionalText(
	parameters: Parameters,
	path: string,
	label: string,
): Read<string | undefined> {
	const read = parameters.each(path, label);
	const required = requiredText(parameters, path, label);
	return (row) => {
		const value = read(row);
		const isEmpty = value === undefined || value === null || String(value).trim() === '';
		return isEmpty ? undefined : required(row);
	};
}

/** The values of a row that are not missing, by name. */
export function present<Name extends string, T>(
	readers: Readonly<Record<Name, Read<T | undefined>>>,
	row: number,
): { [One in Name]?: T } {
	const values: { [One in Name]?: T } = {};
	for (const name in readers) {
		const value = readers[name](row);
		if (value !== undefined) values[name] = value;
	}
	return values;
}
