import { FlameupError } from '../errors';
import { MAX_BATCH_SIZE } from '../limits';
import { idOf } from './answers';
import type { Client, PersonKey, UpdatedTraits } from './client';
import type { Json } from './json';
import type { Written } from './sender';

/** With fewer updates left than this, people are searched for one by one. */
const LEAST_UPDATES = 20;

/** The list is read if it has at most this many people for each update: a tenth of a request, instead of a whole one. */
const MOST_LISTED = 10;

/** A person as paths name them, and what an answer about them has to say. */
interface Target {
	readonly path: string;
	readonly id?: string | undefined;
	readonly userId?: string | undefined;
}

type Requests = Pick<Client, 'findPerson' | 'inWorkspace' | 'listPeople' | 'updateTraits'>;

/**
 * Updates the traits of people who exist, for one run. Paths in a workspace need the ID that Flameup assigned:
 * it is remembered, and for many user IDs it is read from the list of people instead of by searching for each. Paths
 * without a workspace take a user ID or an email address, so what could be either is looked up first.
 */
export class TraitUpdates {
	readonly #client: Requests;
	readonly #key: PersonKey;
	/** People who were looked up, by user ID or email address. */
	readonly #found = new Map<string, Target>();
	#left: number;
	#mayList: boolean;

	/** `count` is the number of updates that are expected. */
	constructor(client: Requests, key: PersonKey, count: number) {
		this.#client = client;
		this.#key = key;
		this.#left = count;
		this.#mayList = key === 'userId' && client.inWorkspace;
	}

	/** Merges traits, given as JSON, into those of one person. Throws what the client throws. */
	async update(value: string, traits: string): Promise<Written<UpdatedTraits>> {
		this.#left--;
		const target = this.#found.get(value) ?? this.#asGiven(value);
		if (target === undefined) return this.#findAndUpdate(value, traits);
		const written = await this.#put(target, traits);
		// Deleted since they were found, but perhaps created again.
		const isOutdated = !written.refused && !written.exists && this.#found.delete(value);
		return isOutdated ? this.#findAndUpdate(value, traits) : written;
	}

	/** Whom a value can only mean; undefined if the person has to be looked up. */
	#asGiven(value: string): Target | undefined {
		if (this.#key === 'id') return { path: value, id: value };
		const isClear = this.#key === 'userId' && !this.#client.inWorkspace && !value.includes('@');
		return isClear ? { path: value, userId: value } : undefined;
	}

	async #findAndUpdate(value: string, traits: string): Promise<Written<UpdatedTraits>> {
		const found = await this.#client.findPerson(this.#key, value);
		if (found.refused) return found;
		if (found.person === undefined) return { refused: false, exists: false };
		const target = this.#targetOf(found.person, value);
		this.#found.set(value, target);
		await this.#readList();
		return this.#put(target, traits);
	}

	/** An answer that shows somebody else never counts. */
	async #put(target: Target, traits: string): Promise<Written<UpdatedTraits>> {
		const written = await this.#client.updateTraits(target.path, traits);
		const person = written.refused ? undefined : written.person;
		if (person === undefined || isAbout(person, target)) return written;
		throw new FlameupError({
			code: 'not_confirmed',
			named: idOf(person) ?? String(person.id),
		});
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
		if (userId === undefined || person.id === undefined) return;
		this.#found.set(userId, this.#targetOf(person, userId));
	}

	#targetOf(person: Json, value: string): Target {
		const id = person.id === undefined ? undefined : String(person.id);
		return { path: (this.#client.inWorkspace && id) || value, id, userId: idOf(person) };
	}
}

/** Whether a person has the IDs of the one who was meant, as far as both are known. */
function isAbout(person: Json, { id, userId }: Target): boolean {
	const own = idOf(person);
	const isSameId =
		id === undefined ||
		person.id === undefined ||
		String(person.id).toLowerCase() === id.toLowerCase();
	return isSameId && (userId === undefined || own === undefined || own === userId);
}
