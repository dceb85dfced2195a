import { FAILED, JsonBytes, type OnItem, type OnMember, type Span } from './jsonBytes';
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

/** Those that decide whether a person is confirmed; they are always text. */
const DECISIVE: ReadonlySet<Member> = new Set([
	'id',
	'workspace_id',
	'external_id',
	'status',
	'created_at',
	'updated_at',
]);

const LONGEST_MEMBER = Math.max(...PERSON_MEMBERS.map(({ length }) => length));
const MEMBERS_BY_LENGTH: readonly (readonly Member[])[] = Array.from(
	{ length: LONGEST_MEMBER + 1 },
	(_, length) => PERSON_MEMBERS.filter((name) => name.length === length),
);

const NO_MEMBERS: readonly Member[] = [];

/** The position of a member that is missing. */
const NOWHERE: Span = { from: 0, to: 0 };

/** More digits than a count of people needs. */
const MOST_DIGITS = 9;

/**
 * Reads an answer without creating a hundred people. Undefined unless it has exactly the documented form and
 * lists everybody who was sent, in order, in the right workspace, each with an ID of Flameup of their own, a documented status
 * and no other member, and its counts add up. All other answers need JSON.parse, also those that confirm people.
 */
export const readConfirmation = (bytes: Uint8Array, sent: Sent): Confirmation | undefined =>
	new Reader(new JsonBytes(bytes), sent).read();

class Reader {
	readonly #json: JsonBytes;
	readonly #userIds: readonly string[];
	readonly #person: Person;
	readonly #areNew: boolean[] = [];
	#hasPeople = false;
	#created = Number.NaN;
	#updated = Number.NaN;

	constructor(json: JsonBytes, { userIds, workspaceId }: Sent) {
		this.#json = json;
		this.#userIds = userIds;
		this.#person = new Person(json, workspaceId);
	}

	read(): Confirmation | undefined {
		const json = this.#json;
		const end = json.skipObject(json.skipBlanks(0), this.#onMember);
		if (end === FAILED || !json.isEnd(end)) return undefined;
		const [created, updated, areNew] = [this.#created, this.#updated, this.#areNew];
		const { length } = this.#userIds;
		if (areNew.length !== length || created + updated !== length) return undefined;
		if (this.#person.haveSameId) return undefined;
		return { created, updated, areNew };
	}

	readonly #onMember: OnMember = (from, to, at) => {
		const json = this.#json;
		if (json.isText(from, to, 'people') && !this.#hasPeople) {
			this.#hasPeople = true;
			return json.skipList(at, this.#onPerson);
		}
		const isCreated = json.isText(from, to, 'created_count');
		if (!isCreated && !json.isText(from, to, 'updated_count')) return FAILED;
		const end = json.skipDigits(at);
		if (json.skipValue(at) !== end || end - at > MOST_DIGITS) return FAILED;
		if (isCreated) this.#created = json.digits(at, end);
		else this.#updated = json.digits(at, end);
		return end;
	};

	readonly #onPerson: OnItem = (from) => {
		const userId = this.#userIds[this.#areNew.length];
		if (userId === undefined) return FAILED;
		const end = this.#person.skip(from, userId);
		if (end !== FAILED) this.#areNew.push(this.#person.isNew);
		return end;
	};
}

/** Reads the people of an answer, one after the other; of a repeated member, the last one counts, as with JSON.parse. */
class Person {
	readonly #json: JsonBytes;
	readonly #workspaceId: string;
	/** Hashes of the IDs of Flameup; two that are equal by chance only cost a JSON.parse. */
	readonly #ids = new Set<number>();
	#idsFound = 0;
	#userId = '';
	#isConfirmed = false;
	#created = NOWHERE;
	#updated = NOWHERE;

	constructor(json: JsonBytes, workspaceId: string) {
		this.#json = json;
		this.#workspaceId = workspaceId;
	}

	/** Whether people may share an ID of Flameup. */
	get haveSameId(): boolean {
		return this.#ids.size < this.#idsFound;
	}

	/** Skips a person; fails if they may not have been stored, or under another user ID. */
	skip(from: number, userId: string): number {
		this.#userId = userId;
		this.#isConfirmed = false;
		this.#created = NOWHERE;
		this.#updated = NOWHERE;
		const end = this.#json.skipObject(from, this.#onMember);
		return this.#isConfirmed ? end : FAILED;
	}

	get isNew(): boolean {
		const [created, updated] = [this.#created, this.#updated];
		return created !== NOWHERE && this.#json.areEqual(created, updated);
	}

	readonly #onMember: OnMember = (from, to, at) => {
		const json = this.#json;
		const name = this.#nameOf(from, to);
		if (name === undefined) return FAILED;
		if (!DECISIVE.has(name)) return json.skipValue(at);
		const end = json.skipString(at);
		return end !== FAILED && this.#take(name, at + 1, end - 1) ? end : FAILED;
	};

	#nameOf(from: number, to: number): Member | undefined {
		for (const name of MEMBERS_BY_LENGTH[to - from] ?? NO_MEMBERS) {
			if (this.#json.isText(from, to, name)) return name;
		}
		return undefined;
	}

	/** Whether the text of a member is as documented. */
	#take(name: Member, from: number, to: number): boolean {
		const json = this.#json;
		switch (name) {
			case 'id':
				this.#idsFound++;
				this.#ids.add(json.hash(from, to));
				return json.isPlain(from, to);
			case 'workspace_id':
				return this.#workspaceId === '' || json.isText(from, to, this.#workspaceId);
			case 'external_id':
				this.#isConfirmed = json.isText(from, to, this.#userId);
				return this.#isConfirmed;
			case 'status':
				return STATUSES.some((status) => json.isText(from, to, status));
			case 'created_at':
				this.#created = { from, to };
				return json.isPlain(from, to);
			case 'updated_at':
				this.#updated = { from, to };
				return json.isPlain(from, to);
			default:
				return false;
		}
	}
}
