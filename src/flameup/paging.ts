import { MAX_BATCH_SIZE } from '../limits';
import { idOf } from './answers';
import type { Page } from './client';
import type { Json } from './json';
import type { Written } from './sender';

/** Items per page; Flameup documents a maximum of 100 people. */
const PAGE = MAX_BATCH_SIZE;

/** How often the list is read from the beginning if items move within it. */
const MOST_PASSES = 3;

/** The items that were found, each once. */
export interface Found {
	readonly items: readonly Json[];
	/** Some may be missing: items moved in every pass, or fewer were found than the list has. */
	readonly isUnsure: boolean;
}

/** Reads one page. */
export type ReadPage = (limit: number, offset: number) => Promise<Written<{ readonly page: Page }>>;

type Refusal = Extract<Written<unknown>, { refused: true }>;

/**
 * Reads up to `limit` items page by page. Their order is not documented, so pages overlap by one item; if that
 * item differs, or items are missing, the list is read again. Throws what the client throws.
 */
export async function readPages(readPage: ReadPage, limit: number): Promise<Found | Refusal> {
	const items = new Map<unknown, Json>();
	for (let passes = 1; ; passes++) {
		const before = items.size;
		const pass = await readOnce(readPage, limit, items);
		if ('refused' in pass) return pass;
		const isShort = items.size < Math.min(limit, pass.total);
		const isDone = items.size >= limit || !(pass.hasMoved || isShort);
		const isNew = items.size > before;
		if (isDone || passes === MOST_PASSES || (passes > 1 && !isNew)) {
			return { items: [...items.values()], isUnsure: !isDone && (isNew || isShort) };
		}
	}
}

async function readOnce(
	readPage: ReadPage,
	limit: number,
	items: Map<unknown, Json>,
): Promise<Pass | Refusal> {
	const pass = new Pass();
	while (items.size < limit && !pass.isOver) {
		// One extra, because pages after the first overlap.
		const wanted = Math.min(PAGE, pass.offset === 0 ? limit : limit - items.size + 1);
		const written = await readPage(wanted, pass.offset);
		if (written.refused) return written;
		pass.take(written.page, wanted);
		collect(written.page.items, limit, items);
	}
	return pass;
}

/** One reading of the list from its beginning. */
class Pass {
	/** The next page begins at the last item of the previous one. */
	offset = 0;
	/** The list has ended, or a page brought nothing new. */
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

	/** Takes the next page, of `wanted` items at most. */
	take({ items, total }: Page, wanted: number): void {
		const keys = items.map(keyOf);
		const overlaps = this.offset === 0 || keys[0] === this.#last;
		const hasSameLength = this.offset === 0 || total === this.#total;
		this.hasMoved ||= !overlaps || !hasSameLength;
		this.#total = total;
		const before = this.#seen.size;
		for (const key of keys) this.#seen.add(key);
		const end = this.offset + items.length;
		const isEnd = items.length < wanted ? end >= this.total : end === total;
		// Without progress, the next page would be the same again.
		this.isOver = isEnd || this.#seen.size === before || end - 1 <= this.offset;
		this.#last = keys.at(-1);
		this.offset = end - 1;
	}
}

function collect(page: readonly Json[], limit: number, items: Map<unknown, Json>): void {
	for (const item of page) {
		const key = keyOf(item);
		if (items.size < limit || items.has(key)) items.set(key, item);
	}
}

const keyOf = (item: Json): unknown => item.id ?? idOf(item) ?? JSON.stringify(item);
