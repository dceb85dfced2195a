import type { Answered } from '../errors';
import type { HttpResponse } from '../ports';
import { isObject, type Json, parse } from './json';
import { PERSON_MEMBERS } from './personMembers';

/** One detail of an error answer. `index` is the person's place in the batch, if given. */
interface Detail {
	readonly field?: string;
	readonly message: string;
	readonly index?: number;
	readonly userId?: string;
}

/** An error answer, whichever of Flameup's four documented shapes it has. */
export interface Complaint {
	readonly status: number;
	readonly message: string;
	readonly details: readonly Detail[];
}

const text = (value: unknown): string | undefined =>
	typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** A user ID as text, though the answer may give it as a number. */
const id = (value: unknown): string | undefined =>
	typeof value === 'number' ? String(value) : text(value);

/** A message as text, whatever type the answer gives it. */
const words = (value: unknown): string =>
	value === undefined || value === null || typeof value === 'string'
		? (text(value) ?? '')
		: JSON.stringify(value);

/** Names under which servers report what went wrong, in the spelling that `spelled` gives. */
const FAILURE =
	/^(?:has)?(?:errors?|fail(?:ed|ures?)?|rejected|refused|invalid|problems?)(?:code|count|message|people|records)?$/;
const SUCCESS = /^(?:success|ok)$/;
const STATUS = /^(?:status|code|statuscode)$/;

/** Members that report no failure: the documented ones of people, apart from their status, and of answers. */
const HARMLESS: ReadonlySet<string> = new Set([
	...PERSON_MEMBERS.filter((name) => name !== 'status'),
	...['userId', 'traits', 'people', 'created_count', 'updated_count', 'total', 'event_id'],
]);

/** Words that say of a whole answer or a person that they failed. */
const FAILED = /^(?:fail|error|invalid|reject|refus|skip)/i;

const spelled = (name: string): string => name.replace(/[_-]/g, '').toLowerCase();

/** Whether a JSON object, an answer or a person in it, reports a failure although the status is 2xx. */
export const isComplaint = (json: Json): boolean =>
	Object.entries(json).some(([name, value]) => {
		if (HARMLESS.has(name)) return false;
		const known = spelled(name);
		if (FAILURE.test(known)) return says(value);
		if (SUCCESS.test(known)) return value === false || value === 'false' || value === 0;
		return STATUS.test(known) && isFailure(value);
	});

/** Whether a value reports anything: null, false, zero and an empty list, object or text do not. */
const says = (value: unknown): boolean =>
	typeof value === 'object' && value !== null
		? Object.keys(value).length > 0
		: Boolean(value) && value !== 'false' && !(typeof value === 'string' && value.trim() === '');

function isFailure(value: unknown): boolean {
	const code = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
	if (typeof code === 'number') return code < 200 || code >= 300;
	return typeof code === 'string' && FAILED.test(code);
}

/** Whether an answer's body is not JSON, such as a proxy's page, so that it does not come from Flameup. */
export const isForeign = ({ body }: HttpResponse): boolean =>
	body.trim() !== '' && parse(body) === undefined;

/** Reads all four documented shapes; any other body, such as HTML, gives an empty message. */
export function readComplaint({ body, status }: HttpResponse): Complaint {
	const json = parse(body);
	if (!isObject(json)) return { status, message: '', details: [] };
	const inner = isObject(json.error) ? json.error : {};
	const message = text(inner.message) ?? text(json.message) ?? text(json.error) ?? '';
	return { status, message, details: readDetails(inner.details ?? json.details ?? json.errors) };
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
	const userId = id(detail.userId) ?? id(detail.external_id) ?? id(detail.user_id);
	return {
		...(field && { field }),
		message: words(detail.message),
		...(typeof index === 'number' && { index }),
		...(userId !== undefined && { userId }),
	};
}

/** The message and its details on one line. */
function saidBy({ details, message }: Pick<Complaint, 'details' | 'message'>): string {
	const parts = details.map((detail) =>
		detail.field === undefined ? detail.message : `${detail.field}: ${detail.message}`,
	);
	return [message, ...parts].filter((part) => part !== '').join('; ');
}

/** Documented field names; any other name in an answer may be personal data. */
const DOCUMENTED =
	/^(?:user_?id|external_id|email|phone|traits|first_name|last_name|avatar_url|timezone|locale|event|properties|parameters|timestamp)$/i;

/** An error answer as facts for a problem. */
export function answeredBy(complaint: Complaint): Answered {
	const fields = complaint.details.flatMap(({ field }) => {
		const first = field?.split('.')[0] ?? '';
		return DOCUMENTED.test(first) ? [first] : [];
	});
	return { status: complaint.status, said: saidBy(complaint), fields: [...new Set(fields)] };
}

/** The people that a refusal names, by their place in the batch, with the details about each. */
export function namedPeople(
	complaint: Complaint,
	userIds: readonly string[],
): ReadonlyMap<number, Answered> {
	const details = new Map<number, Detail[]>();
	for (const detail of complaint.details) {
		const place =
			detail.userId === undefined ? (detail.index ?? -1) : userIds.indexOf(detail.userId);
		if (userIds[place] === undefined) continue;
		details.set(place, [...(details.get(place) ?? []), detail]);
	}
	const answers = new Map<number, Answered>();
	for (const [place, own] of details) {
		const answered = answeredBy({ status: complaint.status, message: '', details: own });
		answers.set(place, answered.said === '' ? { ...answered, said: complaint.message } : answered);
	}
	return answers;
}
