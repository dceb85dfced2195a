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
	for (const path of paths) {
		const text = readText(valueAt(record, path, plan), path);
		if (typeof text !== 'string') return text;
		if (!joined && text !== '') return checked(prefix + text);
		texts.push(text);
	}
	const empty = paths.filter((_, i) => texts[i] === '');
	return joined && empty.length === 0
		? checked(prefix + texts.map(escaped).join(':'))
		: { code: 'missing_user_id', columns: empty.map(nameOf), joined };
}

const checked = (userId: string): string | Rejection =>
	userId.length > LIMITS.userId ? { code: 'user_id_too_long', length: userId.length } : userId;

function readText(value: unknown, path: readonly string[]): string | Rejection {
	const text = isBlank(value) ? '' : idText(value);
	const isSound = text !== undefined && !mayHaveLostDigits(value);
	return isSound ? text : { code: 'invalid_user_id', column: nameOf(path), holds: kindOf(value) };
}

/** Drops a fraction of zeros from numbers kept as text, as a double does. */
const idText = (value: unknown): string | undefined =>
	isExactNumber(value) ? value.rawJSON.replace(/\.0+$/, '') : scalarText(value);

function kindOf(value: unknown): 'a list' | 'an object' | 'a boolean' | 'a date' | 'lost digits' {
	if (typeof value === 'number') return 'lost digits';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'boolean') return 'a boolean';
	return typeof asJson(value) === 'string' ? 'a date' : 'an object';
}

/** The value at a path, without its excluded parts; undefined if there is none. */
export function valueAt(record: SourceRecord, path: readonly string[], plan: Plan): unknown {
	const [column = ''] = path;
	const name = plan.nameOf(column);
	const whole = Object.hasOwn(record, name) ? record[name] : undefined;
	const exclusions = plan.exclusions(column);
	const value = exclusions === undefined ? whole : withoutExcluded(whole, exclusions);
	if (path.length > 1) return path.slice(1).reduce(stepInto, value);
	return plan.isNumeric(column) ? asNumber(value) : value;
}

function stepInto(value: unknown, key: string): unknown {
	const object = opened(value);
	const found = typeof object === 'object' && object !== null ? findKey(object, key) : undefined;
	return found === undefined ? undefined : (object as SourceRecord)[found];
}
