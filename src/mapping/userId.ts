import type { Rejection } from '../errors';
import { LIMITS } from '../limits';
import { isExactNumber } from './exactNumbers';
import { withoutExcluded } from './exclusions';
import {
	asJson,
	asNumber,
	isBlank,
	mayHaveLostDigits,
	opened,
	type SourceRecord,
	scalarText,
} from './jsonValues';
import { findKey } from './listings';
import type { Plan } from './plan';

/** Escapes colons in the parts of a joined user ID, so that `a:b` + `c` differs from `a` + `b:c`. */
const escaped = (part: string): string => part.replace(/[%:]/g, encodeURIComponent);

const nameOf = (path: readonly string[]): string => path.join('.');

/** The user ID of a record, or why it has none. */
export function readUserId(record: SourceRecord, plan: Plan, prefix: string): string | Rejection {
	const { joined, paths } = plan.userId;
	const texts: string[] = [];
	const empty: string[] = [];
	for (const path of paths) {
		const text = readText(valueAt(record, path, plan), nameOf(path));
		if (typeof text !== 'string') return text;
		if (text === '') empty.push(nameOf(path));
		else if (joined) texts.push(escaped(text));
		else return checked(prefix + text);
	}
	return joined && empty.length === 0
		? checked(prefix + texts.join(':'))
		: { code: 'missing_user_id', columns: empty, joined };
}

const checked = (userId: string): string | Rejection =>
	userId.length > LIMITS.userId ? { code: 'user_id_too_long', length: userId.length } : userId;

function readText(value: unknown, column: string): string | Rejection {
	if (mayHaveLostDigits(value)) return { code: 'invalid_user_id', column, holds: 'lost digits' };
	const text = isBlank(value) ? '' : idText(value);
	return text ?? { code: 'invalid_user_id', column, holds: kindOf(value) };
}

/** Drops a fraction of zeros from numbers kept as text, as a double does. */
const idText = (value: unknown): string | undefined =>
	isExactNumber(value) ? value.rawJSON.replace(/\.0+$/, '') : scalarText(value);

function kindOf(value: unknown): 'a list' | 'an object' | 'a boolean' | 'a date' {
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'boolean') return 'a boolean';
	return typeof asJson(value) === 'string' ? 'a date' : 'an object';
}

/** The value at a path, without its excluded parts; undefined if there is none. */
export function valueAt(record: SourceRecord, path: readonly string[], plan: Plan): unknown {
	const [column = '', ...rest] = path;
	const name = plan.nameOf(column);
	const whole = Object.hasOwn(record, name) ? record[name] : undefined;
	const exclusions = plan.exclusions(column);
	const value = exclusions === undefined ? whole : withoutExcluded(whole, exclusions);
	if (rest.length > 0) return rest.reduce(stepInto, value);
	return plan.isNumeric(column) ? asNumber(value) : value;
}

function stepInto(value: unknown, key: string): unknown {
	const object = opened(value);
	const found = typeof object === 'object' && object !== null ? findKey(object, key) : undefined;
	return found === undefined ? undefined : (object as SourceRecord)[found];
}
