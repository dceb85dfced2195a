import { isSafeObjectProperty } from 'n8n-workflow';

/** The value that only n8n's own evaluation gives. */
export const LEFT_TO_N8N = Symbol('left to n8n');

/** `={{ $json.a['b c'][0] }}`: what n8n writes when a field is dragged onto a parameter. */
const DRAGGED =
	/^=\{\{ \$json(?:\.[A-Za-z_]\w*|\['[^'\\{}\p{Cc}\u2028\u2029]+'\]|\["[^"\\{}\p{Cc}\u2028\u2029]+"\]|\[(?:0|[1-9]\d{0,8})\])+ \}\}$/u;

const KEY = /\.(\w+)|\['([^']+)'\]|\["([^"]+)"\]|\[(\d+)\]/g;

/** n8n refuses an expression in which a point stands before these, even within quotation marks. */
const REFUSED = /\.\s*constructor|\.globalThis/;

/** The path of a dragged field; undefined if the expression is more than that. */
export function draggedPath(expression: string): readonly string[] | undefined {
	if (!DRAGGED.test(expression) || REFUSED.test(expression)) return undefined;
	const keys = Array.from(expression.matchAll(KEY), ([, ...names]) => names.join(''));
	// Older versions of n8n lack it.
	return keys.every((key) => isSafeObjectProperty?.(key) && isOrdinary(key)) ? keys : undefined;
}

/** What every object inherits, and what n8n's expression engines use to mark their own objects. */
const isOrdinary = (key: string): boolean => !(key in Object.prototype) && !key.startsWith('__');

/**
 * The value at a path as n8n's evaluation has it, without its cost. Left to n8n is everything that its
 * engines change, refuse or treat differently: inherited names, getters, functions and class instances.
 */
export function valueAt(item: unknown, path: readonly string[]): unknown {
	let value = item;
	for (const key of path) {
		if (value === null || value === undefined) return undefined;
		if (!isPlain(value) || (Array.isArray(value) && !INDEX.test(key))) return LEFT_TO_N8N;
		value = memberOf(value, key);
	}
	return isPlainData(value, MOST_LEVELS) ? value : LEFT_TO_N8N;
}

const INDEX = /^(?:0|[1-9]\d*)$/;

/** Deeper or circular values are left to n8n. */
const MOST_LEVELS = 20;

/** A member that is no getter; undefined if there is none. */
function memberOf(object: object, key: string): unknown {
	const member = Object.getOwnPropertyDescriptor(object, key);
	return member?.get || member?.set ? LEFT_TO_N8N : member?.value;
}

function isPlain(value: unknown): value is object {
	if (typeof value !== 'object' || value === null) return false;
	const prototype = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === Array.prototype;
}

/** Whether a value is a date, or consists of what JSON can hold. */
function isPlainData(value: unknown, levels: number): boolean {
	if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) {
		return true;
	}
	if (value instanceof Date) return Object.getPrototypeOf(value) === Date.prototype;
	if (!isPlain(value) || levels === 0) return false;
	const keys = Object.keys(value);
	if (Array.isArray(value) && keys.length !== value.length) return false;
	return keys.every((key) => isOrdinary(key) && isPlainData(memberOf(value, key), levels - 1));
}
