import {
	areEqual,
	digits,
	FAILED,
	first,
	hash,
	isOpen,
	isOver,
	LIST,
	next,
	OBJECT,
	type Span,
	skipAscii,
	skipBlanks,
	skipDigits,
	skipString,
	skipText,
	skipValue,
	valueAfter,
} from './jsonBytes';
import { PERSON_MEMBERS } from './personMembers';

/** A documented answer that lists everybody who was sent. */
export interface Confirmation {
	readonly created: number;
	readonly updated: number;
	/** Whether the two timestamps of each person are equal, as those of a new one are. */
	readonly areNew: readonly boolean[];
}

/** Whom a batch was about. */
export interface Sent {
	readonly userIds: readonly string[];
	/** Empty if the API key stands for its workspace. */
	readonly workspaceId: string;
}

/** The documented statuses of a person. */
const STATUSES = ['active', 'unsubscribed', 'bounced'];

type Member = (typeof PERSON_MEMBERS)[number];

/** The position of a member that is missing. */
const NOWHERE: Span = { from: 0, to: 0 };

/** More digits than a count of people needs. */
const MOST_DIGITS = 9;

/**
 * Reads an answer without creating a hundred people. Undefined unless it has exactly the documented form and
 * lists everybody who was sent, in order, in the right workspace, each with an ID of Flameup of their own, a
 * documented status and no other member, and its counts add up. All other answers need JSON.parse, also those
 * that confirm people.
 */
export const readConfirmation = (bytes: Uint8Array, sent: Sent): Confirmation | undefined =>
	new Reader(bytes, sent).read();

class Reader {
	readonly #bytes: Uint8Array;
	readonly #userIds: readonly string[];
	readonly #person: Person;
	readonly #areNew: boolean[] = [];
	#hasPeople = false;
	#created = Number.NaN;
	#updated = Number.NaN;

	constructor(bytes: Uint8Array, { userIds, workspaceId }: Sent) {
		this.#bytes = bytes;
		this.#userIds = userIds;
		this.#person = new Person(bytes, workspaceId);
	}

	read(): Confirmation | undefined {
		const bytes = this.#bytes;
		let at = first(bytes, skipBlanks(bytes, 0), OBJECT);
		while (isOpen(bytes, at, OBJECT)) at = next(bytes, this.#readMember(at), OBJECT);
		if (at === FAILED || !isOver(bytes, at + 1)) return undefined;
		const [created, updated, areNew] = [this.#created, this.#updated, this.#areNew];
		const { length } = this.#userIds;
		if (areNew.length !== length || created + updated !== length) return undefined;
		if (this.#person.haveSameId) return undefined;
		return { created, updated, areNew };
	}

	#readMember(from: number): number {
		const bytes = this.#bytes;
		const at = valueAfter(bytes, skipString(bytes, from));
		if (at === FAILED) return FAILED;
		const isNamed = (name: string) => skipText(bytes, from, name) !== FAILED;
		if (isNamed('people')) return this.#readPeople(at);
		const isCreated = isNamed('created_count');
		if (!isCreated && !isNamed('updated_count')) return FAILED;
		const end = skipDigits(bytes, at);
		if (skipValue(bytes, at) !== end || end - at > MOST_DIGITS) return FAILED;
		if (isCreated) this.#created = digits(bytes, at, end);
		else this.#updated = digits(bytes, at, end);
		return end;
	}

	#readPeople(from: number): number {
		const bytes = this.#bytes;
		if (this.#hasPeople) return FAILED;
		this.#hasPeople = true;
		let at = first(bytes, from, LIST);
		while (isOpen(bytes, at, LIST)) at = next(bytes, this.#readPerson(at), LIST);
		return at === FAILED ? FAILED : at + 1;
	}

	#readPerson(from: number): number {
		const userId = this.#userIds[this.#areNew.length];
		if (userId === undefined) return FAILED;
		const end = this.#person.skip(from, userId);
		if (end !== FAILED) this.#areNew.push(this.#person.isNew);
		return end;
	}
}

/** Reads the people of an answer, one after the other. */
class Person {
	readonly #bytes: Uint8Array;
	readonly #workspaceId: string;
	/** Hashes of the IDs of Flameup; two that are equal by chance only cost a JSON.parse. */
	readonly #ids = new Set<number>();
	#idsFound = 0;
	#userId = '';
	/** The place of the member that probably comes next. */
	#place = 0;
	#isConfirmed = false;
	#created = NOWHERE;
	#updated = NOWHERE;

	constructor(bytes: Uint8Array, workspaceId: string) {
		this.#bytes = bytes;
		this.#workspaceId = workspaceId;
	}

	/** Whether people may share an ID of Flameup. */
	get haveSameId(): boolean {
		return this.#ids.size < this.#idsFound;
	}

	/** Skips a person; fails if they may not have been stored, or under another user ID. */
	skip(from: number, userId: string): number {
		const bytes = this.#bytes;
		this.#userId = userId;
		this.#isConfirmed = false;
		this.#created = NOWHERE;
		this.#updated = NOWHERE;
		let at = first(bytes, from, OBJECT);
		while (isOpen(bytes, at, OBJECT)) at = next(bytes, this.#skipMember(at), OBJECT);
		return at === FAILED || !this.#isConfirmed ? FAILED : at + 1;
	}

	get isNew(): boolean {
		const [created, updated] = [this.#created, this.#updated];
		return created !== NOWHERE && areEqual(this.#bytes, created, updated);
	}

	#skipMember(from: number): number {
		const name = this.#nameAt(from);
		if (name === undefined) return FAILED;
		const at = valueAfter(this.#bytes, from + 1 + name.length + 1);
		return at === FAILED ? FAILED : this.#skipValueOf(name, at);
	}

	/** People usually have the same members in the same order, so the one after the last is tried first. */
	#nameAt(from: number): Member | undefined {
		for (let tried = 0; tried < PERSON_MEMBERS.length; tried++) {
			const name = PERSON_MEMBERS[this.#place];
			this.#place = (this.#place + 1) % PERSON_MEMBERS.length;
			if (name !== undefined && skipText(this.#bytes, from, name) !== FAILED) return name;
		}
		return undefined;
	}

	/** Skips the value of a member; fails if it says something about the success and is not as documented. */
	#skipValueOf(name: Member, at: number): number {
		switch (name) {
			case 'id':
				return this.#skipId(at);
			case 'workspace_id':
				return this.#skipWorkspace(at);
			case 'external_id':
				return this.#skipUserId(at);
			case 'status':
				return this.#skipStatus(at);
			case 'created_at':
				this.#created = { from: at, to: skipAscii(this.#bytes, at) };
				return this.#created.to;
			case 'updated_at':
				this.#updated = { from: at, to: skipAscii(this.#bytes, at) };
				return this.#updated.to;
			default:
				return skipValue(this.#bytes, at);
		}
	}

	#skipId(at: number): number {
		const end = skipAscii(this.#bytes, at);
		this.#idsFound++;
		this.#ids.add(hash(this.#bytes, at, end));
		return end;
	}

	#skipWorkspace(at: number): number {
		const { length } = this.#workspaceId;
		return length > 0 ? skipText(this.#bytes, at, this.#workspaceId) : skipValue(this.#bytes, at);
	}

	#skipUserId(at: number): number {
		this.#isConfirmed = true;
		return skipText(this.#bytes, at, this.#userId);
	}

	#skipStatus(at: number): number {
		for (const status of STATUSES) {
			const end = skipText(this.#bytes, at, status);
			if (end !== FAILED) return end;
		}
		return FAILED;
	}
}
