import { type Answered, FlameupError } from '../errors';
import type { Change, Oddity, UpsertAnswer } from './answers';
import { answeredBy, type Complaint, namedPeople } from './complaints';
import type { PeopleClient } from './dryRun';
import type { Json } from './json';

/** A person ready to be sent. */
export interface Sendable {
	readonly userId: string;
	readonly json: string;
}

/** How sending one person ended. */
export type Ending =
	| {
			readonly status: 'upserted';
			/** Missing if the answer does not count this person. */
			readonly change?: Change | undefined;
			/** Whether the change is certain for this person, not only assigned from the batch's counts. */
			readonly exact: boolean;
			/** The person as the answer shows them. */
			readonly shown?: Json | undefined;
	  }
	| { readonly status: 'refused'; readonly answered: Answered }
	| {
			readonly status: 'unconfirmed';
			/** What the answer reports. */
			readonly answered?: Answered;
	  };

/** Callbacks of a delivery. */
export interface DeliveryEvents<Entry> {
	settled(entry: Entry, ending: Ending): void;
	/** An answer that confirms people is odd. */
	odd(oddity: Oddity): void;
}

/** People that one refusal named, with the answer about each. */
type Suspects<Entry> = ReadonlyMap<Entry, Answered>;

/** People to be sent together. */
interface Group<Entry> {
	readonly entries: readonly Entry[];
	/** People left out of this group because a refusal named them. */
	readonly suspects?: Suspects<Entry>;
	/** A refusal of this group, to be handled once its suspects have been tried alone. */
	readonly complaint?: Complaint;
	/** All of them were named by a refusal; each is sent alone unless names have proved wrong. */
	readonly areNamed?: true;
}

/** How reliable the names in Flameup's refusals have been in this run. */
interface Names {
	/** A named person was accepted after all, so names are not used any more. */
	wereWrong: boolean;
}

const FORBIDDEN = 403;
const CONFLICT = 409;
const TOO_LARGE = 413;

/**
 * After this many people were answered with 403 one by one and nobody was accepted, the key lacks the
 * permission.
 */
const MOST_FORBIDDEN = 4;

/** Extra requests for finding a few bad people, whatever the size of the batch. */
const SPARE_REQUESTS = 8;

/**
 * Sends batches until all of their people are settled. People named by a refusal are left out. A person is
 * refused only on proof: the others were accepted without them, or they were refused alone. If names do not
 * help, the group is halved until the bad person is alone. A batch of only bad people costs about one request
 * per person.
 */
export class Delivery<Entry extends Sendable> {
	readonly #client: PeopleClient;
	readonly #events: DeliveryEvents<Entry>;
	readonly #names: Names = { wereWrong: false };

	constructor(client: PeopleClient, events: DeliveryEvents<Entry>) {
		this.#client = client;
		this.#events = events;
	}

	/** Settles everybody in the batch. Throws what the client throws. */
	deliver(batch: readonly Entry[]): Promise<void> {
		return new Job(this.#client, this.#events, this.#names, batch).run();
	}
}

/** The delivery of one batch. */
class Job<Entry extends Sendable> {
	readonly #client: PeopleClient;
	readonly #events: DeliveryEvents<Entry>;
	readonly #names: Names;
	readonly #groups: Group<Entry>[];
	readonly #resent = new Set<Entry>();
	/** People who have had a 409, and are not retried after another one. */
	readonly #conflicted = new Set<Entry>();
	readonly #forbidden = new Map<Entry, Complaint>();
	/** People who were left out because a refusal named them. */
	readonly #named = new Set<Entry>();
	/** Requests that the batch may cost: one per person, and a few for finding the bad people. */
	readonly #budget: number;
	#unsettled: number;
	#requests = 0;
	/** Since the first 403, if there was one: what came before says nothing of the key's permission now. */
	#hasAccepted = false;
	#isForbidden = false;

	constructor(
		client: PeopleClient,
		events: DeliveryEvents<Entry>,
		names: Names,
		batch: readonly Entry[],
	) {
		this.#client = client;
		this.#events = events;
		this.#names = names;
		this.#groups = [{ entries: batch }];
		this.#unsettled = batch.length;
		this.#budget = batch.length + Math.ceil(Math.log2(batch.length + 1)) + SPARE_REQUESTS;
	}

	async run(): Promise<void> {
		for (let group = this.#groups.shift(); group; group = this.#groups.shift()) {
			if (group.complaint !== undefined) this.#refused(group, group.complaint);
			else await this.#send(this.#next(group));
		}
		if (this.#forbidden.size > 0 && !this.#hasAccepted) this.#giveUp();
		for (const [entry, complaint] of this.#forbidden) this.#refuse(entry, answeredBy(complaint));
	}

	/** The group itself, or only its first person if all were named. */
	#next(group: Group<Entry>): Group<Entry> {
		const { areNamed, entries } = group;
		if (!areNamed || this.#names.wereWrong || entries.length === 1) return group;
		this.#groups.unshift({ entries: entries.slice(1), areNamed });
		return { entries: entries.slice(0, 1) };
	}

	async #send(group: Group<Entry>): Promise<void> {
		const { entries } = group;
		const written = await this.#client.upsertPeople(
			entries.map(({ userId }) => userId),
			entries.map(({ json }) => json),
		);
		this.#requests++;
		if (written.refused) this.#refused(group, written.complaint);
		else this.#accepted(group, written.answer);
	}

	#accepted({ entries, suspects }: Group<Entry>, answer: UpsertAnswer): void {
		for (const oddity of answer.oddities) this.#events.odd(oddity);
		const changes = countedChanges(entries, answer);
		const again: Entry[] = [];
		for (const [place, entry] of entries.entries()) {
			if (answer.confirmed[place]) {
				this.#hasAccepted = true;
				if (this.#named.has(entry)) this.#names.wereWrong = true;
				this.#end(entry, upserted(entry, answer, changes[place]));
			} else if (this.#resent.has(entry)) {
				this.#end(entry, unconfirmed(answer, place, entries));
			} else {
				this.#resent.add(entry);
				again.push(entry);
			}
		}
		this.#judge(suspects, answer.confirmed.every(Boolean));
		if (again.length > 0) this.#groups.push({ entries: again });
	}

	/** If the others were accepted, the only person left out is proven to be the reason. */
	#judge(suspects: Suspects<Entry> | undefined, gotThrough: boolean): void {
		const [only, ...others] = suspects ?? [];
		const isProven = gotThrough && only !== undefined && others.length === 0;
		if (isProven && only[1].status !== CONFLICT) this.#refuse(...only);
		else this.#release(suspects);
	}

	#refused(group: Group<Entry>, complaint: Complaint): void {
		const { entries, suspects } = group;
		if (complaint.status === FORBIDDEN && !this.#isForbidden) {
			this.#isForbidden = true;
			this.#hasAccepted = false;
		}
		const [only, ...others] = entries;
		const named = this.#namedBy(complaint, entries);
		if (only !== undefined && others.length === 0) {
			this.#release(suspects);
			this.#refusedAlone(only, complaint, named.get(only));
		} else if (!this.#canLeaveOut(named, entries, complaint)) {
			this.#release(suspects);
			this.#halve(entries, complaint.status === TOO_LARGE);
		} else if (suspects !== undefined) {
			this.#groups.unshift({ entries, complaint });
			this.#groups.unshift({ entries: [...suspects.keys()], areNamed: true });
		} else {
			this.#leaveOut(named, entries);
		}
	}

	#canLeaveOut(
		named: Suspects<Entry>,
		{ length }: readonly Entry[],
		{ status }: Complaint,
	): boolean {
		const helps = named.size > 0 && named.size < length && status !== TOO_LARGE;
		return helps && !this.#names.wereWrong && this.#canAfford(1);
	}

	#leaveOut(named: Suspects<Entry>, entries: readonly Entry[]): void {
		for (const [entry, { status }] of named) {
			this.#named.add(entry);
			if (status === CONFLICT) this.#conflicted.add(entry);
		}
		this.#groups.unshift({
			entries: entries.filter((entry) => !named.has(entry)),
			suspects: named,
		});
	}

	#namedBy(complaint: Complaint, entries: readonly Entry[]): Suspects<Entry> {
		const userIds = entries.map(({ userId }) => userId);
		const named = new Map<Entry, Answered>();
		for (const [place, answered] of namedPeople(complaint, userIds)) {
			const entry = entries[place];
			if (entry !== undefined) named.set(entry, answered);
		}
		return named;
	}

	#refusedAlone(only: Entry, complaint: Complaint, own = answeredBy(complaint)): void {
		if (complaint.status === CONFLICT && !this.#conflicted.has(only)) {
			// Another client may have written the same person at that moment.
			this.#conflicted.add(only);
			this.#groups.push({ entries: [only] });
		} else if (complaint.status === FORBIDDEN) {
			this.#forbidden.set(only, complaint);
			if (this.#forbidden.size >= MOST_FORBIDDEN && !this.#hasAccepted) this.#giveUp();
		} else {
			this.#refuse(only, own);
		}
	}

	/** Suspects without proof are sent by themselves. */
	#release(suspects: Suspects<Entry> | undefined): void {
		if (suspects !== undefined) {
			this.#groups.push({ entries: [...suspects.keys()], areNamed: true });
		}
	}

	/**
	 * Halves a group while the budget lasts, else splits it into single people. A group that is too large is
	 * always halved.
	 */
	#halve(entries: readonly Entry[], isTooLarge: boolean): void {
		const middle = entries.length >> 1;
		const parts =
			isTooLarge || this.#canAfford(2)
				? [entries.slice(0, middle), entries.slice(middle)]
				: entries.map((entry) => [entry]);
		this.#groups.unshift(...parts.map((part) => ({ entries: part })));
	}

	/** Whether the budget allows further requests that may settle nobody. Each waiting group may need one too. */
	#canAfford(requests: number): boolean {
		const waiting = this.#groups.filter(({ entries }) => entries.length > 1).length;
		return this.#requests + requests + waiting + this.#unsettled <= this.#budget;
	}

	#refuse(entry: Entry, answered: Answered): void {
		this.#end(entry, { status: 'refused', answered });
	}

	#end(entry: Entry, ending: Ending): void {
		this.#unsettled--;
		this.#events.settled(entry, ending);
	}

	#giveUp(): never {
		const [complaint] = this.#forbidden.values();
		const answered = complaint && answeredBy(complaint);
		throw new FlameupError({
			code: 'forbidden',
			...(answered ?? { status: FORBIDDEN, said: '', fields: [] }),
			permission: 'people:write',
		});
	}
}

function upserted(entry: Sendable, answer: UpsertAnswer, change: Change | undefined): Ending {
	return {
		status: 'upserted',
		exact: answer.changes !== undefined,
		change,
		shown: answer.people?.get(entry.userId),
	};
}

/** With what the answer reports about the person, or about all. */
function unconfirmed(
	{ complaint }: UpsertAnswer,
	place: number,
	entries: readonly Sendable[],
): Ending {
	if (complaint === undefined) return { status: 'unconfirmed' };
	const named = namedPeople(
		complaint,
		entries.map(({ userId }) => userId),
	);
	return { status: 'unconfirmed', answered: named.get(place) ?? answeredBy(complaint) };
}

/** Each person's change: certain if the answer shows it, else assigned from the counts in order. */
function countedChanges(
	entries: readonly unknown[],
	{ changes, confirmed, created, updated }: UpsertAnswer,
): readonly (Change | undefined)[] {
	if (changes !== undefined) return changes;
	const left = { created, updated };
	return entries.map((_, place) => {
		if (!confirmed[place]) return undefined;
		const change = left.created > 0 ? 'created' : left.updated > 0 ? 'updated' : undefined;
		if (change !== undefined) left[change]--;
		return change;
	});
}
