import type { HttpResponse } from '../ports';
import { idOf, isObject, type Json, parse } from './answers';
import { hadNoEffect } from './client';
import { type ClientOptions, type ClientStats, createSender, type Written } from './sender';

/** What identifies a person to the reader of a record. */
export type PersonKey = 'userId' | 'email';

/** Which people are listed. */
export interface PeopleFilter {
	readonly status?: string;
}

/** A page of people, in an order that Flameup does not document. */
interface PeoplePage {
	readonly people: readonly Json[];
	/** How many there are in all; undefined when the answer does not say. */
	readonly total: number | undefined;
}

/** The calls that concern one person or one event; each throws like Client.upsertPeople. */
export interface Api {
	/** The person with exactly this user ID or email address; undefined when there is none. */
	findPerson(key: PersonKey, value: string): Promise<Written<{ readonly person?: Json }>>;
	/** At most 100 people. */
	listPeople(
		filter: PeopleFilter,
		limit: number,
		offset: number,
	): Promise<Written<{ readonly page: PeoplePage }>>;
	/** Lays traits, given as JSON, over those of a person; undefined when the person is not there. */
	updateTraits(
		key: PersonKey,
		value: string,
		traits: string,
	): Promise<Written<{ readonly person?: Json }>>;
	/** Sends an event; again only when Flameup certainly did not take it. */
	track(event: TrackedEvent): Promise<Written<{ readonly answer: Json }>>;
	readonly stats: Readonly<ClientStats>;
}

/** Something that a person did. */
interface TrackedEvent {
	readonly userId: string;
	readonly event: string;
	readonly properties: Readonly<Record<string, unknown>>;
	/** ISO 8601; Flameup takes the present when it is left out. */
	readonly timestamp?: string;
}

const READ = { isRepeatable: () => true, permission: 'people:read' } as const;

const listed = (response: HttpResponse): Json[] | undefined => {
	const body = parse(response.body);
	return isObject(body) && Array.isArray(body.people) ? body.people.filter(isObject) : undefined;
};

/** One person in an answer, not wrapped; an empty body shows nobody, though the call worked. */
const single = ({ body }: HttpResponse): { person?: Json } | undefined => {
	const person = body.trim() === '' ? {} : parse(body);
	return isObject(person) ? { person } : undefined;
};

/** Whether an answer is about the one who was asked for, whatever the server made of the query. */
const isAsked = (person: Json | undefined, key: PersonKey, value: string): person is Json =>
	key === 'userId'
		? person !== undefined && idOf(person) === value
		: String(person?.email ?? '').toLowerCase() === value.toLowerCase();

/** A segment of a path; `.` and `..` would lead elsewhere, even when escaped. */
const isSafeSegment = (text: string): boolean => !/^\.{0,2}$/.test(text);

/** The calls of one run that concern single people and events. */
export function createApi(options: ClientOptions): Api {
	const { send, stats } = createSender(options);
	const inWorkspace = options.workspaceId !== '';

	/** In a workspace the path takes Flameup's own ID only, so that people are searched for. */
	async function findPerson(key: PersonKey, value: string) {
		if (!inWorkspace && !isSafeSegment(value)) return { refused: false } as const;
		const query = `${key === 'userId' ? 'external_id' : 'email'}=${encodeURIComponent(value)}`;
		const found = await send<{ people: Json[] }>(
			inWorkspace
				? {
						...READ,
						method: 'GET',
						path: `/people/search?${query}&limit=1`,
						read: (response) => {
							const people = listed(response);
							return people && { people };
						},
					}
				: {
						...READ,
						method: 'GET',
						path: `/people/${encodeURIComponent(value)}`,
						read: (response) => {
							const answer = single(response);
							return answer && { people: answer.person ? [answer.person] : [] };
						},
						absent: { people: [] },
					},
		);
		if (found.refused) return found;
		const person = found.value.people.find((one) => isAsked(one, key, value));
		return { refused: false, ...(person !== undefined && { person }) } as const;
	}

	return {
		stats,
		findPerson,
		async listPeople({ status }, limit, offset) {
			const filter = status === undefined ? '' : `&status=${encodeURIComponent(status)}`;
			const written = await send<PeoplePage>({
				...READ,
				method: 'GET',
				path: `/people?limit=${limit}&offset=${offset}${filter}`,
				read: (response) => {
					const people = listed(response);
					const total = (parse(response.body) as Json | undefined)?.total;
					return people && { people, total: typeof total === 'number' ? total : undefined };
				},
			});
			return written.refused ? written : { refused: false, page: written.value };
		},
		async updateTraits(key, value, traits) {
			let id = value;
			if (inWorkspace) {
				const found = await findPerson(key, value);
				if (found.refused || found.person === undefined) return found;
				id = String(found.person.id);
			}
			if (!isSafeSegment(id)) return { refused: false };
			const written = await send<{ person?: Json }>({
				method: 'PUT',
				path: `/people/${encodeURIComponent(id)}`,
				body: [`{"traits":${traits}}`],
				read: single,
				isRepeatable: () => true,
				permission: 'people:write',
				absent: {},
			});
			return written.refused ? written : { refused: false, ...written.value };
		},
		async track({ event, properties, timestamp, userId }) {
			const time = timestamp !== undefined && { timestamp };
			const written = await send<Json>({
				method: 'POST',
				path: inWorkspace ? '/events' : '/track',
				body: [
					JSON.stringify(
						inWorkspace
							? { userId, event, properties, ...time }
							: { external_id: userId, event, parameters: properties, ...time },
					),
				],
				read: ({ body }) => {
					const answer = parse(body);
					return isObject(answer) ? answer : {};
				},
				isRepeatable: hadNoEffect,
				permission: 'events:write',
			});
			return written.refused ? written : { refused: false, answer: written.value };
		},
	};
}
