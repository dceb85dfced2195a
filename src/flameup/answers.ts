import type { HttpResponse } from '../ports';

/** What a status asks of us: it settles people, refuses them, stops the run, or is a passing fault. */
export type Verdict = 'ok' | 'refused' | 'stop' | 'fault';

const REFUSALS = new Set([400, 409, 413, 422]);
const FAULTS = new Set([408, 425, 429]);

/** What a status asks of us. */
export function verdictOf(status: number): Verdict {
	if (status >= 200 && status < 300) return 'ok';
	if (REFUSALS.has(status)) return 'refused';
	return status >= 500 || FAULTS.has(status) ? 'fault' : 'stop';
}

/** A JSON object of an answer. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether it is a JSON object, and no list. */
export const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
	typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** What an answer says in a place where a text is expected. */
const words = (value: unknown): string =>
	value === undefined || value === null || typeof value === 'string'
		? (text(value) ?? '')
		: JSON.stringify(value);

/** The JSON of a body; undefined when it is none. */
export function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

/** One complaint of an answer. `index` is the place in the batch, when the answer tells it. */
export interface Detail {
	readonly field?: string;
	readonly message: string;
	readonly index?: number;
	readonly userId?: string;
}

/** Flameup's words about a request that failed, whichever of its four documented shapes they came in. */
export interface ApiError {
	readonly message: string;
	readonly details: readonly Detail[];
}

/** Reads all four error shapes; an answer that is none of them, such as HTML, gives no words. */
export function readError(response: HttpResponse): ApiError {
	const body = parse(response.body);
	if (!isObject(body)) return { message: '', details: [] };
	const inner = isObject(body.error) ? body.error : {};
	const message = text(inner.message) ?? text(body.message) ?? text(body.error) ?? '';
	return { message, details: readDetails(inner.details ?? body.details) };
}

function readDetails(details: unknown): Detail[] {
	if (Array.isArray(details)) return details.filter(isObject).map(readDetail);
	if (!isObject(details)) return [];
	const fields = isObject(details.fields) ? details.fields : details;
	return Object.entries(fields).map(([field, message]) => readDetail({ field, message }));
}

/** `people[3].email`, `people.3.email` and `[3].email` name the fourth person of the batch. */
const INDEXED = /^(?:people)?\.?\[?(\d+)\]?(?:\.|$)/;

function readDetail(detail: Json): Detail {
	const path = text(detail.field);
	const inPath = path === undefined ? undefined : INDEXED.exec(path);
	const index = typeof detail.index === 'number' ? detail.index : inPath && Number(inPath[1]);
	const field = inPath ? path?.slice(inPath[0].length) : path;
	const userId = text(detail.userId) ?? text(detail.external_id) ?? text(detail.user_id);
	return {
		...(field && { field }),
		message: words(detail.message),
		...(typeof index === 'number' && { index }),
		...(userId !== undefined && { userId }),
	};
}

/** One sentence of an error and its details. */
export function describe(error: ApiError): string {
	const details = error.details.map(({ field, message }) =>
		field === undefined ? message : `${field}: ${message}`,
	);
	return [error.message, ...details].filter((part) => part !== '').join('; ');
}

/** Which people of a batch a refusal names, by their place in it, with what it says of each. */
export function namedPeople(error: ApiError, userIds: readonly string[]): Map<number, string> {
	const named = new Map<number, string>();
	for (const detail of error.details) {
		const place =
			detail.userId === undefined ? (detail.index ?? -1) : userIds.indexOf(detail.userId);
		if (userIds[place] === undefined) continue;
		const said = describe({ message: '', details: [detail] }) || error.message;
		const before = named.get(place);
		named.set(place, before === undefined ? said : `${before}; ${said}`);
	}
	return named;
}

/** What became of a person in Flameup. */
export type Change = 'created' | 'updated';

/** What a 2xx answer to a batch says. */
export interface UpsertAnswer {
	/** For each person of the batch, whether the answer confirms them. */
	readonly confirmed: readonly boolean[];
	readonly created: number;
	readonly updated: number;
	/** The two counts are there, but do not add up to the people sent. */
	readonly miscounted: boolean;
	/** Who was created and who updated, when the answer lets us tell for everybody. */
	readonly changes?: readonly Change[];
	/** The people whom the answer lists, by user ID. */
	readonly people?: ReadonlyMap<unknown, Json>;
}

/** Reads a 2xx answer to a batch; undefined when its body cannot be read, which is a fault. */
export function readUpsert(
	response: HttpResponse,
	userIds: readonly string[],
): UpsertAnswer | undefined {
	const sent = userIds.length;
	if (response.body.trim() === '') return silent(userIds);
	const body = parse(response.body);
	if (!isObject(body)) return undefined;
	const counted = Number.isInteger(body.created_count) && Number.isInteger(body.updated_count);
	const listed = Array.isArray(body.people) ? body.people.filter(isObject) : [];
	const complains = body.success === false || (body.error ?? undefined) !== undefined;
	const told = [body.people, body.created_count, body.updated_count];
	if (!complains && told.every((part) => part === undefined)) return silent(userIds);

	const created = counted ? (body.created_count as number) : 0;
	const updated = counted ? (body.updated_count as number) : 0;
	const plausible = created >= 0 && updated >= 0 && created + updated <= sent;
	const addsUp = counted && plausible && created + updated === sent;
	const byId = new Map(listed.map((person) => [idOf(person), person]));
	const all = listed.length === 0 && addsUp && !complains;
	const changes = addsUp ? changesOf(created, updated, userIds, byId) : undefined;
	return {
		confirmed: userIds.map((userId) => all || byId.has(userId)),
		created: plausible ? created : 0,
		updated: plausible ? updated : 0,
		miscounted: counted && !addsUp,
		...(changes !== undefined && { changes }),
		...(byId.size > 0 && { people: byId }),
	};
}

const silent = (userIds: readonly string[]): UpsertAnswer => ({
	confirmed: userIds.map(() => true),
	created: 0,
	updated: 0,
	miscounted: false,
});

/** A person's user ID: the reference calls it external_id, the guide to people userId. */
export const idOf = (person: Json): unknown => person.external_id ?? person.userId;

/** Per-person status is not documented: it follows from the counts alone, or from equal timestamps. */
function changesOf(
	created: number,
	updated: number,
	userIds: readonly string[],
	byId: ReadonlyMap<unknown, Json>,
): Change[] | undefined {
	if (updated === 0) return userIds.map(() => 'created');
	if (created === 0) return userIds.map(() => 'updated');
	const changes = userIds.map((userId): Change => {
		const person = byId.get(userId);
		const isNew = person?.created_at !== undefined && person.created_at === person.updated_at;
		return isNew ? 'created' : 'updated';
	});
	return changes.filter((change) => change === 'created').length === created ? changes : undefined;
}
