import { MAX_BATCH_SIZE } from '../limits';
import { idOf } from './answers';
import type { Client, PeopleFilter, PeoplePage } from './client';
import type { Json } from './json';
import type { Written } from './sender';

/** People per page; Flameup documents a maximum of 100. */
const PAGE = MAX_BATCH_SIZE;

/** How often the list is read from the beginning if people move within it. */
const MOST_PASSES = 3;

/** The people that were found, each once. */
export interface Everybody {
	readonly people: Iterable<Json>;
	/** Some may be missing: people moved in every pass, or fewer were found than the list has. */
	readonly isUnsure: boolean;
}

type Lister = Pick<Client, 'listPeople'>;
type Refusal = Extract<Written<unknown>, { refused: true }>;

/**
 * Reads up to `limit` people page by page. Their order is not documented, so pages overlap by one person; if
 * that person differs, or people are missing, the list is read again. Throws what the client throws.
 */
export async function readEverybody(
	client: Lister,
	filter: PeopleFilter,
	limit: number,
): Promise<Everybody | Refusal> {
	const people = new Map<unknown, Json>();
	for (let passes = 1; ; passes++) {
		const before = people.size;
		const pass = await readOnce(client, filter, limit, people);
		if ('refused' in pass) return pass;
		const isShort = people.size < Math.min(limit, pass.total);
		const isDone = people.size >= limit || !(pass.hasMoved || isShort);
		const isNew = people.size > before;
		if (isDone || passes === MOST_PASSES || (passes > 1 && !isNew)) {
			return { people: people.values(), isUnsure: !isDone && (isNew || isShort) };
		}
	}
}

async function readOnce(
	client: Lister,
	filter: PeopleFilter,
	limit: number,
	people: Map<unknown, Json>,
): Promise<Pass | Refusal> {
	const pass = new Pass();
	while (people.size < limit && !pass.isOver) {
		// One extra, because pages after the first overlap.
		const wanted = Math.min(PAGE, pass.offset === 0 ? limit : limit - people.size + 1);
		const written = await client.listPeople(filter, wanted, pass.offset);
		if (written.refused) return written;
		pass.take(written.page, wanted);
		collect(written.page.people, limit, people);
	}
	return pass;
}

/** One reading of the list from its beginning. */
class Pass {
	/** The next page begins at the last person of the previous one. */
	offset = 0;
	/** The list has ended, or a page brought nobody new. */
	isOver = false;
	/** Pages did not overlap, or the length of the list changed. */
	hasMoved = false;
	#total: number | undefined;
	readonly #seen = new Set<unknown>();
	#last: unknown;

	/** The length of the list; 0 if the answers do not say. */
	get total(): number {
		return this.#total ?? 0;
	}

	/** Takes the next page, of `wanted` people at most. */
	take({ people, total }: PeoplePage, wanted: number): void {
		const keys = people.map(keyOf);
		const overlaps = this.offset === 0 || keys[0] === this.#last;
		const hasSameLength = this.offset === 0 || total === this.#total;
		this.hasMoved ||= !overlaps || !hasSameLength;
		this.#total = total;
		const before = this.#seen.size;
		for (const key of keys) this.#seen.add(key);
		const end = this.offset + people.length;
		const isEnd = people.length < wanted ? end >= this.total : end === total;
		// Without progress, the next page would be the same again.
		this.isOver = isEnd || this.#seen.size === before || end - 1 <= this.offset;
		this.#last = keys.at(-1);
		this.offset = end - 1;
	}
}

function collect(page: readonly Json[], limit: number, people: Map<unknown, Json>): void {
	for (const person of page) {
		const key = keyOf(person);
		if (people.size < limit || people.has(key)) people.set(key, person);
	}
}

const keyOf = (person: Json): unknown => person.id ?? idOf(person) ?? JSON.stringify(person);
