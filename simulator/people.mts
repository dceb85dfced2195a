import type { SentPerson } from './rules.mts';
import type { Switches } from './switches.mts';

/** A stored person. */
export interface HeldPerson {
	/** Counts from 1 in order of creation; the UUID is made from it. */
	number: number;
	userId: string;
	email: string | undefined;
	phone: string | undefined;
	traits: Record<string, unknown>;
	createdAt: number;
	updatedAt: number;
	writes: number;
}

export type People = ReturnType<typeof createPeople>;

/** Stores people; finds them by userId, email and UUID. */
export function createPeople() {
	const byUserId = new Map<string, HeldPerson>();
	const byEmail = new Map<string, HeldPerson>();
	const inOrder: HeldPerson[] = [];

	const withEmail = (email: string) => byEmail.get(email.toLowerCase());

	function setEmail(person: HeldPerson, email: string) {
		if (person.email === email) return;
		if (person.email !== undefined && withEmail(person.email) === person) {
			byEmail.delete(person.email.toLowerCase());
		}
		person.email = email;
		byEmail.set(email.toLowerCase(), person);
	}

	function create(userId: string, at: number): HeldPerson {
		const person: HeldPerson = {
			number: inOrder.length + 1,
			userId,
			email: undefined,
			phone: undefined,
			traits: {},
			createdAt: at,
			updatedAt: at,
			writes: 0,
		};
		inOrder.push(person);
		byUserId.set(userId, person);
		return person;
	}

	return {
		byUserId: byUserId as ReadonlyMap<string, HeldPerson>,
		inOrder: inOrder as readonly HeldPerson[],
		withEmail,
		withId: (id: string) => inOrder[numberOf(id) - 1],
		/** Creates or updates a person. */
		write(sent: SentPerson, at: number, switches: Switches) {
			const known =
				byUserId.get(sent.userId) ??
				(switches.emailConflict === 'merge' && sent.email ? withEmail(sent.email) : undefined);
			const person = known ?? create(sent.userId, at);
			if (sent.email !== undefined) setEmail(person, sent.email);
			if (sent.phone !== undefined) person.phone = sent.phone;
			if (sent.traits !== undefined) {
				const before = switches.traits === 'replace' ? {} : person.traits;
				person.traits = merged(before, sent.traits, switches);
			}
			person.updatedAt = at;
			person.writes++;
			return { person, created: known === undefined };
		},
		/** The documented update, which merges traits whatever the switch `traits` is. */
		merge(person: HeldPerson, traits: Record<string, unknown>, at: number, switches: Switches) {
			person.traits = merged(person.traits, traits, switches);
			person.updatedAt = at;
			person.writes++;
		},
	};
}

function merged(
	before: Record<string, unknown>,
	traits: Record<string, unknown>,
	{ nullTrait }: Switches,
) {
	const all = { ...before, ...traits };
	if (nullTrait === 'clear') {
		for (const name of Object.keys(traits)) if (traits[name] === null) delete all[name];
	}
	return all;
}

const idPrefix = '5f1a3e00-0000-4000-8000-';

/** The UUID of the nth person. */
export const idOf = (number: number) => idPrefix + number.toString(16).padStart(12, '0');

const numberOf = (id: string) =>
	id.toLowerCase().startsWith(idPrefix) ? Number.parseInt(id.slice(idPrefix.length), 16) : 0;
