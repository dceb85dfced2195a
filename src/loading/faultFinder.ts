import type { Answered } from '../errors';
import { type Entry, entryOf, type Recorded } from './batcher';

/** After this many requests for the records of one person, refused parts are not split further. */
const MOST_PARTS = 30;

/** After this many people in a row without an accepted record, all of their records are at fault. */
const MOST_FUTILE = 10;

/** A status about the key rather than about records. */
const FORBIDDEN = 403;

/** What is to be done with the records of a person. */
export interface FaultFinderEvents<Item> {
	/** Sends some of the records as one person; resolves with why they were refused, if they were. */
	deliver(part: Entry<Item>): Promise<Answered | undefined>;
	reject(part: Entry<Item>, answered: Answered): void;
	/** Whether nothing more may be sent. */
	hasFailed(): boolean;
}

/**
 * Finds the records at fault when several records of one person were refused together: sends them in
 * halves, earliest first, so that the others are upserted in their order.
 */
export class FaultFinder<Item extends Recorded> {
	readonly #events: FaultFinderEvents<Item>;
	#futile = 0;

	constructor(events: FaultFinderEvents<Item>) {
		this.#events = events;
	}

	/** Settles every record of a person who was refused. */
	async settle(entry: Entry<Item>, answered: Answered): Promise<void> {
		const maySend = this.#futile < MOST_FUTILE && answered.status !== FORBIDDEN;
		const spending = { left: maySend ? MOST_PARTS : 0, accepted: 0 };
		await this.#divide(entry, answered, spending);
		if (maySend) this.#futile = spending.accepted > 0 ? 0 : this.#futile + 1;
	}

	async #divide(
		{ items, userId }: Entry<Item>,
		answered: Answered,
		spending: { left: number; accepted: number },
	): Promise<void> {
		if (items.length === 1 || spending.left <= 0 || this.#events.hasFailed()) {
			this.#events.reject(entryOf(userId, items), answered);
			return;
		}
		const middle = items.length >> 1;
		for (const half of [items.slice(0, middle), items.slice(middle)]) {
			const part = entryOf(userId, half);
			spending.left--;
			const refused = await this.#events.deliver(part);
			if (refused === undefined) spending.accepted++;
			else await this.#divide(part, refused, spending);
		}
	}
}
