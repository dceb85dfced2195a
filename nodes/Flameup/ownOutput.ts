import { isObject, type SourceRecord } from '../../src/mapping/jsonValues';
import { isFailureCode } from './failedHint';
import type { WriteResult } from './personOutput';

/** What Flameup and this node add to a person; as traits they would change everybody who is read and saved again. */
const ADDED_TO_PERSON: ReadonlySet<string> = new Set([
	'id',
	'workspace_id',
	'external_id',
	'status',
	'created_at',
	'updated_at',
	'first_seen_at',
	'last_seen_at',
	'result',
]);

const NONE: ReadonlySet<string> = new Set();
const RESULT: ReadonlySet<string> = new Set(['result']);

/** There the user ID is in external_id. */
const ADDED_WITHOUT_USER_ID: ReadonlySet<string> = new Set(
	[...ADDED_TO_PERSON].filter((name) => name !== 'external_id'),
);

/** The fields of a row that this node or Flameup added; none unless other fields prove where the row is from. */
export function addedFields(row: SourceRecord): ReadonlySet<string> {
	const added = addedToPerson(row);
	return isFailure(row) ? new Set([...added, 'error', 'details']) : added;
}

function addedToPerson(row: SourceRecord): ReadonlySet<string> {
	if (isShownPerson(row)) return 'userId' in row ? ADDED_TO_PERSON : ADDED_WITHOUT_USER_ID;
	return isOutcome(row) ? RESULT : NONE;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** A person as Flameup shows them: other sources have a UUID and a time of creation too, but not with these names. */
export function isShownPerson(row: SourceRecord): boolean {
	const { created_at, external_id, id, updated_at, userId, workspace_id } = row;
	const hasUserId = isId(userId) || (isId(external_id) && typeof workspace_id === 'string');
	const hasTime = typeof created_at === 'string' || typeof updated_at === 'string';
	return hasUserId && hasTime && typeof id === 'string' && UUID.test(id);
}

const isId = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

const RESULTS = {
	created: true,
	updated: true,
	saved: true,
	merged: true,
	checked: true,
} as const satisfies Record<WriteResult, true>;

const BESIDE_RESULT = ['userId', 'result', 'email', 'phone', 'traits'];

/** An item of this node where Flameup's answer did not show the person, or of a dry run. */
const isOutcome = (row: SourceRecord): boolean =>
	typeof row.result === 'string' &&
	row.result in RESULTS &&
	isId(row.userId) &&
	hasOnly(row, BESIDE_RESULT);

const DETAILS = ['reason', 'hint', 'userId', 'said'];

/** An item of a row that failed in this node, perhaps with the fields of its row. */
const isFailure = ({ details, error }: SourceRecord): boolean =>
	isFailureCode(error) &&
	isObject(details) &&
	typeof details.reason === 'string' &&
	hasOnly(details, DETAILS);

const hasOnly = (object: SourceRecord, names: readonly string[]): boolean =>
	Object.keys(object).every((name) => names.includes(name));
