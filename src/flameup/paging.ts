import { idOf, type Json } from './answers';
import type { Api, PeopleFilter } from './api';
import type { Written } from './sender';

/** Most people in one answer, as Flameup documents it. */
const PAGE = 100;

/** How often the list is read from the beginning while people move within it. */
const MOST_PASSES = 3;

/** Everybody who was found, each once. */
export interface Everybody {
	readonly people: Iterable<Json>;
	/** People moved until the end, so that somebody may be missing. */
	readonly isUnsure: boolean;
}

/**
 * Reads up to `limit` people page by page. Their order is not documented, so pages overlap by one
 * person: if that is somebody else, or fewer were found than the list has, it is read again. Throws
 * what the API throws.
 */
export async function readEverybody(
	api: Pick<Api, 'listPeople'>,
	filter: PeopleFilter,
	limit: number,
): Promise<Everybody | Extract<Written<unknown>, { refused: true }>> {
	const people = new Map<unknown, Json>();
	for (let pass = 1; ; pass++) {
		const before = people.size;
		const read = await readOnce(api, filter, limit, people);
		if (typeof read === 'object') return read;
		const isDone = people.size >= limit || !read;
		if (isDone || pass === MOST_PASSES || (pass > 1 && people.size === before)) {
			return { people: people.values(), isUnsure: !isDone && people.size !== before };
		}
	}
}

/** Reads the list once from its beginning; tells whether anybody moved meanwhile. */
async function readOnce(
	api: Pick<Api, 'listPeople'>,
	filter: PeopleFilter,
	limit: number,
	people: Map<unknown, Json>,
): Promise<boolean | Extract<Written<unknown>, { refused: true }>> {
	let moved = false;
	let last: unknown;
	let total: number | undefined;
	for (let offset = 0; ; ) {
		const wanted = Math.min(PAGE, limit - people.size + (offset > 0 ? 1 : 0));
		const written = await api.listPeople(filter, wanted, offset);
		if (written.refused) return written;
		const { page } = written;
		const keys = page.people.map(keyOf);
		moved ||= offset > 0 && keys[0] !== last;
		moved ||= total !== undefined && page.total !== total;
		total = page.total;
		for (const [i, person] of page.people.entries()) {
			if (people.size < limit || people.has(keys[i])) people.set(keys[i], person);
		}
		if (people.size >= limit) return false;
		const end = offset + page.people.length;
		if (page.people.length < wanted || end === total) {
			return moved || (total !== undefined && people.size < total);
		}
		last = keys.at(-1);
		offset = end - 1;
	}
}

const keyOf = (person: Json): unknown => person.id ?? idOf(person) ?? JSON.stringify(person);
