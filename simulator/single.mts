import { type Call, failure, invalid, type Reply, written } from './call.mts';
import type { HeldPerson } from './people.mts';
import { shownPerson } from './person.mts';
import { breachesOf, createConflicts, isObject, type SentPerson } from './rules.mts';

/** `POST people`. */
export function create(call: Call): Reply {
	const person = checked(call);
	if ('status' in person) return person;
	const exists = call.people.byUserId.has(person.userId);
	if (exists && call.switches.createExisting === 'conflict') {
		const issue = { field: 'userId', message: 'already exists' };
		return failure(409, 'Person already exists', [issue]);
	}
	return written(call, shownPerson(write(person, call), call.switches));
}

/** `POST people/upsert`, whose documented answer is an empty object. */
export function upsert(call: Call): Reply {
	const person = checked(call);
	if ('status' in person) return person;
	write(person, call);
	return written(call, {});
}

/** `PUT people/{id}`: merges traits and changes nothing else. */
export function update(call: Call): Reply {
	const person = find(call);
	if (!person) return missing;
	const traits = isObject(call.body) ? call.body.traits : undefined;
	if (!isObject(traits)) return invalid(call, [{ field: 'traits', message: 'must be an object' }]);
	const breaches = breachesOf({ userId: person.userId, traits }, call.switches, call.refuse);
	if (breaches.length > 0) return invalid(call, breaches);
	call.people.merge(person, traits, call.at, call.switches);
	call.stats.wrote(0, 1);
	call.stats.sent([person.userId]);
	return written(call, shownPerson(person, call.switches));
}

/** `GET people/{id}`. */
export function get(call: Call): Reply {
	const person = find(call);
	return person ? { status: 200, json: shownPerson(person, call.switches) } : missing;
}

const missing = failure(404, 'Person not found');

function checked(call: Call): SentPerson | Reply {
	const breaches = breachesOf(call.body, call.switches, call.refuse);
	if (breaches.length > 0) {
		call.stats.refused(1);
		return invalid(call, breaches);
	}
	const person = call.body as SentPerson;
	const conflict = createConflicts(call)(person);
	if (!conflict) return person;
	call.stats.refused(1);
	return failure(409, 'Conflict', [conflict]);
}

function write(sent: SentPerson, { people, stats, switches, at }: Call): HeldPerson {
	const { person, created } = people.write(sent, at, switches);
	stats.wrote(created ? 1 : 0, created ? 0 : 1);
	stats.sent([sent.userId]);
	return person;
}

function find({ route, people }: Call): HeldPerson | undefined {
	if (route.style === 'workspace') return people.withId(route.id);
	return people.byUserId.get(route.id) ?? people.withEmail(route.id);
}
