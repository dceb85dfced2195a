import { MAX_BATCH_SIZE } from '../limits';
import { idOf } from './answers';
import type { Client, PersonKey, UpdatedTraits } from './client';
import type { Json } from './json';
import type { Written } from './sender';

/** With fewer updates left than this, people are searched for one by one. */
const LEAST_UPDATES = 20;

/** The list is read if it has at most this many people for each update: a tenth of a request, instead of a whole one. */
const MOST_LISTED = 10;

type Requests = Pick<Client, 'findPerson' | 'inWorkspace' | 'listPeople' | 'updateTraits'>;

/**
 * Updates the traits of people who exist, for one run. Paths in a workspace need the ID that Flameup assigned:
 * it is remembered, and for many user IDs it is read from the list of people instead of by searching for each.
 */
export class TraitUpdates {
	readonly #client: Requests;
	readonly #key: PersonKey;
	/** By user ID or email address. */
	readonly #ids = new Map<string, string>();
	#left: number;
	#mayList: boolean;

	/** `count` is the number of updates that are expected. */
	constructor(client: Requests, key: PersonKey, count: number) {
		this.#client = client;
		this.#key = key;
		this.#left = count;
		this.#mayList = key === 'userId';
	}

	/** Merges traits, given as JSON, into those of one person. Throws what the client throws. */
	async update(value: string, traits: string): Promise<Written<UpdatedTraits>> {
		this.#left--;
		if (!this.#client.inWorkspace || this.#key === 'id') {
			return this.#client.updateTraits(value, traits);
		}
		const known = this.#ids.get(value);
		if (known === undefined) return this.#searchAndUpdate(value, traits);
		const written = await this.#client.updateTraits(known, traits);
		if (written.refused || written.exists) return written;
		// Deleted since then, but perhaps created again.
		this.#ids.delete(value);
		return this.#searchAndUpdate(value, traits);
	}

	async #searchAndUpdate(value: string, traits: string): Promise<Written<UpdatedTraits>> {
		const found = await this.#client.findPerson(this.#key, value);
		if (found.refused) return found;
		if (found.person === undefined) return { refused: false, exists: false };
		const id = String(found.person.id ?? value);
		this.#ids.set(value, id);
		await this.#readList();
		return this.#client.updateTraits(id, traits);
	}

	/** Tried once, after a person was found: a key that may search but not list is then only refused. */
	async #readList(): Promise<void> {
		if (!this.#mayList || this.#left < LEAST_UPDATES) return;
		this.#mayList = false;
		const most = this.#left * MOST_LISTED;
		for (let offset = 0; ; offset += MAX_BATCH_SIZE) {
			const written = await this.#client.listPeople({}, MAX_BATCH_SIZE, offset);
			if (written.refused) return;
			const { items, total } = written.page;
			for (const person of items) this.#remember(person);
			if (items.length < MAX_BATCH_SIZE || total === undefined || total > most) return;
			if (offset + items.length >= total) return;
		}
	}

	#remember(person: Json): void {
		const userId = idOf(person);
		if (userId !== undefined && person.id !== undefined) this.#ids.set(userId, String(person.id));
	}
}
