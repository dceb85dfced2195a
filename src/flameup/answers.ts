import type { HttpResponse } from '../ports';
import { type Complaint, isComplaint, readComplaint } from './complaints';
import { type Confirmation, readConfirmation, type Sent } from './confirmation';
import { isObject, type Json, parse } from './json';

/** What a status means for a request: success, refused data, the end of the run, or a transient fault. */
export type Verdict = 'ok' | 'refused' | 'stop' | 'fault';

const REFUSALS = new Set([400, 409, 413, 422]);
const FAULTS = new Set([408, 425, 429]);

/** The verdict for a status. */
export function verdictOf(status: number): Verdict {
	if (status >= 200 && status < 300) return 'ok';
	if (REFUSALS.has(status)) return 'refused';
	return status >= 500 || FAULTS.has(status) ? 'fault' : 'stop';
}

/** How an upsert changed a person in Flameup. */
export type Change = 'created' | 'updated';

/**
 * What is odd about an answer that confirms people: its counts do not add up to the people sent, it names another
 * workspace, or it gives people with different user IDs the same ID of Flameup.
 */
export type Oddity = 'miscounted' | 'other_workspace' | 'same_person';

/** What a 2xx answer to a batch says. */
export interface UpsertAnswer {
	/** Whether it has the documented form, which proves that it comes from Flameup. */
	readonly isDocumented: boolean;
	/** Whether the answer confirms each person of the batch. */
	readonly confirmed: readonly boolean[];
	readonly created: number;
	readonly updated: number;
	readonly oddities: readonly Oddity[];
	/** The change of each person, if it is certain for the whole batch. */
	readonly changes?: readonly Change[];
	/** The people whom the answer lists, by the user ID that was sent; missing if the answer was read as bytes. */
	readonly people?: ReadonlyMap<string, Json>;
	/** The failure that the answer reports. */
	readonly complaint?: Complaint;
}

/**
 * Reads a 2xx answer to a batch; undefined (a fault) if it does not come from Flameup. It confirms the people
 * it lists, or everybody if it lists nobody and its counts add up; nobody if it reports a failure. An empty body
 * or `{}` confirms only if `isProven`: Flameup gave a documented answer earlier in the run.
 */
export function readUpsert(
	response: HttpResponse,
	{ userIds, workspaceId }: Sent,
	isProven: boolean,
): UpsertAnswer | undefined {
	const confirmation = response.bytes && readConfirmation(response.bytes, { userIds, workspaceId });
	if (confirmation !== undefined) return fromConfirmation(confirmation);
	if (response.body.trim() === '') return emptyAnswer(userIds, isProven);
	const body = parse(response.body);
	if (!isObject(body)) return undefined;
	if (isComplaint(body)) {
		return { ...emptyAnswer(userIds, false), complaint: readComplaint(response) };
	}
	if (Object.keys(body).length === 0) return emptyAnswer(userIds, isProven);
	const counts = readCounts(body);
	if (!Array.isArray(body.people) && counts === undefined) return undefined;
	return fromListed(Array.isArray(body.people) ? body.people : [], counts, {
		userIds,
		workspaceId,
	});
}

/** An answer that confirms everybody, without showing them. */
function fromConfirmation({ areNew, created, updated }: Confirmation): UpsertAnswer {
	const changes = changesOf(created, updated, areNew);
	return {
		isDocumented: true,
		confirmed: areNew.map(() => true),
		created,
		updated,
		oddities: [],
		...(changes !== undefined && { changes }),
	};
}

/** An answer without counts and people. */
const emptyAnswer = (userIds: readonly string[], confirms: boolean): UpsertAnswer => ({
	isDocumented: false,
	confirmed: userIds.map(() => confirms),
	created: 0,
	updated: 0,
	oddities: [],
});

interface Counts {
	readonly created: number;
	readonly updated: number;
}

function readCounts({ created_count: created, updated_count: updated }: Json): Counts | undefined {
	return Number.isInteger(created) && Number.isInteger(updated)
		? { created: created as number, updated: updated as number }
		: undefined;
}

function fromListed(
	listed: readonly unknown[],
	counts: Counts | undefined,
	{ userIds, workspaceId }: Sent,
): UpsertAnswer {
	const { created, updated } = counts ?? { created: 0, updated: 0 };
	const isPlausible = created >= 0 && updated >= 0 && created + updated <= userIds.length;
	const addsUp = counts !== undefined && isPlausible && created + updated === userIds.length;
	const shown = listed.filter(isObject);
	const isFailed = (person: Json) => !isStored(person, counts !== undefined);
	// Somebody whom the answer lists twice, once as failed, is in doubt.
	const failed = new Set(shown.filter(isFailed).map(idOf));
	const people = matchPeople(
		shown.filter((person) => !isFailed(person) && !failed.has(idOf(person))),
		userIds.filter((userId) => !failed.has(userId)),
	);
	const areNew = userIds.map((userId) => isNew(people.get(userId)));
	const changes = addsUp ? changesOf(created, updated, areNew) : undefined;
	return {
		isDocumented: true,
		confirmed: userIds.map((userId) => people.has(userId) || (listed.length === 0 && addsUp)),
		created: isPlausible ? created : 0,
		updated: isPlausible ? updated : 0,
		oddities: odditiesOf([...people.values()], {
			isMiscounted: counts !== undefined && !addsUp,
			workspaceId,
		}),
		...(changes !== undefined && { changes }),
		...(people.size > 0 && { people }),
	};
}

/** Fields that Flameup adds to a person; a request has none of them. */
const ADDED = ['external_id', 'id', 'workspace_id', 'created_at', 'updated_at'];

function odditiesOf(
	people: readonly Json[],
	{ isMiscounted, workspaceId }: { isMiscounted: boolean; workspaceId: string },
): Oddity[] {
	const ids = people.map(({ id }) => id).filter((id) => id !== undefined);
	const isElsewhere = ({ workspace_id: own }: Json) =>
		typeof own === 'string' && own !== '' && workspaceId !== '' && own !== workspaceId;
	return [
		...(isMiscounted ? ['miscounted' as const] : []),
		...(people.some(isElsewhere) ? ['other_workspace' as const] : []),
		...(new Set(ids).size < ids.length ? ['same_person' as const] : []),
	];
}

/**
 * Whether a listed person is one that Flameup has stored. A person with an error of their own is not, and
 * without any field that Flameup adds, the list may be only an echo of the request.
 */
function isStored(person: Json, hasCounts: boolean): boolean {
	if (person.id === null || isComplaint(person)) return false;
	return hasCounts || ADDED.some((name) => name in person);
}

/**
 * A person's user ID as text; Flameup's reference calls it external_id, its guide to people userId. Undefined for
 * a number that may have lost digits.
 */
export function idOf(person: Json): string | undefined {
	const id = person.external_id ?? person.userId;
	if (typeof id === 'number' && Math.abs(id) > Number.MAX_SAFE_INTEGER) return undefined;
	return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** The listed people by the ID that was sent; case is ignored where there is no exact match and no ambiguity. */
function matchPeople(listed: readonly Json[], userIds: readonly string[]): Map<string, Json> {
	const byId = new Map<string, Json>();
	for (const person of listed) {
		const id = idOf(person);
		if (id !== undefined) byId.set(id, person);
	}
	const matched = new Map<string, Json>();
	const unmatched: string[] = [];
	for (const userId of userIds) {
		const person = byId.get(userId);
		if (person === undefined) unmatched.push(userId);
		else matched.set(userId, person);
		byId.delete(userId);
	}
	if (unmatched.length === 0 || byId.size === 0) return matched;
	const left = oneToOne([...byId.keys()]);
	for (const [lower, userId] of oneToOne(unmatched)) {
		const id = left.get(lower);
		const person = id === undefined ? undefined : byId.get(id);
		if (person !== undefined) matched.set(userId, person);
	}
	return matched;
}

/** IDs by their lower-case form, without those that share one. */
function oneToOne(ids: readonly string[]): Map<string, string> {
	const byLower = new Map<string, string | undefined>();
	for (const id of ids) {
		const lower = id.toLowerCase();
		byLower.set(lower, byLower.has(lower) ? undefined : id);
	}
	const found = new Map<string, string>();
	for (const [lower, id] of byLower) if (id !== undefined) found.set(lower, id);
	return found;
}

const isNew = (person: Json | undefined): boolean =>
	person?.created_at !== undefined && person.created_at === person.updated_at;

/** Flameup documents no change per person; it follows from the counts, or from equal timestamps. */
function changesOf(
	created: number,
	updated: number,
	areNew: readonly boolean[],
): Change[] | undefined {
	if (updated === 0) return areNew.map(() => 'created');
	if (created === 0) return areNew.map(() => 'updated');
	const changes = areNew.map((isOne): Change => (isOne ? 'created' : 'updated'));
	return changes.filter((change) => change === 'created').length === created ? changes : undefined;
}

/** The people or events that an answer lists; undefined if it does not list any. */
export function readList(response: HttpResponse, name: 'people' | 'events'): Json[] | undefined {
	const body = parse(response.body);
	const listed = isObject(body) && !isComplaint(body) ? body[name] : undefined;
	return Array.isArray(listed) ? listed.filter(isObject) : undefined;
}
