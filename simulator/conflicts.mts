import type { Call } from './call.mts';
import { quoting, type SentPerson } from './rules.mts';

const conflict = { field: 'email', message: 'is already used by another person' };

/** Finds emails that belong to another userId, stored or earlier in the same request. */
export function createConflicts({ people, switches }: Call) {
	const taken = new Map<string, string>();
	return (person: SentPerson): string | undefined => {
		if (switches.emailConflict !== 'refuse' || person.email === undefined) return undefined;
		const email = person.email.toLowerCase();
		const owner = taken.get(email) ?? people.withEmail(email)?.userId ?? person.userId;
		if (owner !== person.userId) {
			return quoting(conflict, person, switches).message;
		}
		taken.set(email, owner);
		return undefined;
	};
}
