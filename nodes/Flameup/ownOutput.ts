import { isFingerprintText } from '../../src/loading/fingerprintText';
import { isBlank, isObject, type SourceRecord } from '../../src/mapping/jsonValues';
import { isFailureCode } from './failedHint';
import type { WriteResult } from './personOutput';

/** What Flameup and this node add to a person; as traits they would change everybody who is read and saved again. */
const ADDED_TO_PERSON = [
	'id',
	'workspace_id',
	'status',
	'created_at',
	'updated_at',
	'first_seen_at',
	'last_seen_at',
	'result',
];

/** What this node, Flameup's guide and Flameup's reference call the user ID. */
const USER_IDS = ['user_id', 'userId', 'external_id'];

/** Where one of them is the user ID, the others repeat it. */
const ADDED_BESIDE = new Map(
	USER_IDS.map((name) => [
		name,
		new Set([...ADDED_TO_PERSON, ...USER_IDS.filter((other) => other !== name)]),
	]),
);

const NONE: ReadonlySet<string> = new Set();
const RESULT: ReadonlySet<string> = new Set(['result']);

/** The fields of a row that this node or Flameup added; none unless other fields prove where the row is from. */
export function addedFields(row: SourceRecord): ReadonlySet<string> {
	const added = addedToPerson(row);
	return isFailure(row) ? new Set([...added, 'error', 'details']) : added;
}

function addedToPerson(row: SourceRecord): ReadonlySet<string> {
	if (!isShownPerson(row)) return isOutcome(row) ? RESULT : NONE;
	return ADDED_BESIDE.get(USER_IDS.find((name) => name in row) ?? '') ?? NONE;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** A person as Flameup or this node shows them: rows of a database have a UUID and a time too, but not with these names. */
export function isShownPerson(row: SourceRecord): boolean {
	const { created_at, external_id, id, traits, updated_at, user_id, userId, workspace_id } = row;
	const hasUserId =
		(isId(user_id) && (isObject(traits) || isResult(row.result))) ||
		isId(userId) ||
		(isId(external_id) && typeof workspace_id === 'string');
	const hasTime = typeof created_at === 'string' || typeof updated_at === 'string';
	return hasUserId && hasTime && typeof id === 'string' && UUID.test(id);
}

const isId = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

const RESULTS = {
	created: true,
	updated: true,
	saved: true,
	merged: true,
	unchanged: true,
	checked: true,
} as const satisfies Record<WriteResult, true>;

const isResult = (value: unknown): boolean => typeof value === 'string' && value in RESULTS;

const BESIDE_RESULT = ['user_id', 'result', 'fingerprint', 'email', 'phone', 'traits'];

/** An item of this node where Flameup's answer did not show the person, or of a dry run. */
const isOutcome = (row: SourceRecord): boolean =>
	isResult(row.result) &&
	isId(row.user_id) &&
	(isBlank(row.fingerprint) || isFingerprintText(row.fingerprint)) &&
	hasOnly(row, BESIDE_RESULT);

/** A fingerprint of this node, under whatever name it is kept; null where a person came out without one. */
export const isOwnFingerprint = (name: string, value: unknown, row: SourceRecord): boolean =>
	isFingerprintText(value) || (value === null && name === 'fingerprint' && isResult(row.result));

const DETAILS = ['reason', 'hint', 'user_id', 'email', 'id', 'said'];

/** An item of a row that failed in this node, perhaps with the fields of its row. */
const isFailure = ({ details, error }: SourceRecord): boolean =>
	isFailureCode(error) &&
	isObject(details) &&
	typeof details.reason === 'string' &&
	hasOnly(details, DETAILS);

const hasOnly = (object: SourceRecord, names: readonly string[]): boolean =>
	Object.keys(object).every((name) => names.includes(name));
