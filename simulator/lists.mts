import { type Call, invalid, type Reply } from './call.mts';
import type { HeldPerson } from './people.mts';
import { shownPerson } from './person.mts';

/** Items on a page, if the query does not say. */
export const defaultLimit = 50;
/** The most items on a page. */
export const maxLimit = 100;

/** `GET people`. */
export function list(call: Call): Reply {
	const { query } = call.route;
	const limit = numberOf(query.get('limit'), defaultLimit);
	const offset = numberOf(query.get('offset'), 0);
	const status = query.get('status');
	const search = query.get('search')?.toLowerCase();
	if (!(limit <= maxLimit)) return invalid(call, [badLimit]);
	if (Number.isNaN(offset))
		return invalid(call, [{ field: 'offset', message: 'must be a number' }]);
	if (status !== null && !['active', 'unsubscribed', 'bounced'].includes(status)) {
		const message = 'must be active, unsubscribed or bounced';
		return invalid(call, [{ field: 'status', message }]);
	}
	const all = status === null || status === 'active' ? call.people.inOrder : [];
	const found = search ? all.filter((person) => mentions(person, search)) : all;
	const { listed, from, total } = paged(found, offset, call);
	const people = shown(listed.slice(from, from + limit), call);
	return { status: 200, json: { people, total, limit, offset } };
}

/** The people, the start of the page and the total, according to the switch `paging`. */
function paged(found: readonly HeldPerson[], offset: number, { stats, switches }: Call) {
	const passes = stats.listed(offset);
	const right = { listed: found, from: offset, total: found.length };
	switch (switches.paging) {
		case 'right':
			return right;
		case 'missing-later': {
			const listed = passes > 1 ? found.filter((_, index) => index % 2 === 0) : found;
			return { ...right, listed, total: listed.length };
		}
		case 'total-high':
			return { ...right, total: found.length + 10 };
		case 'overlapping':
			return { ...right, from: Math.max(0, offset - 1) };
		case 'repeating':
			return { ...right, from: 0 };
	}
}

/** `GET people/search`. */
export function search(call: Call): Reply {
	const { query } = call.route;
	const limit = numberOf(query.get('limit'), defaultLimit);
	if (!(limit <= maxLimit)) return invalid(call, [badLimit]);
	const found = candidates(call).slice(0, limit);
	return { status: 200, json: { people: shown(found, call) } };
}

const badLimit = { field: 'limit', message: 'must be a number from 0 to 100' };

function candidates({ route: { query }, people }: Call): readonly HeldPerson[] {
	const externalId = query.get('external_id');
	const email = query.get('email')?.toLowerCase();
	const q = query.get('q')?.toLowerCase();
	const exact = externalId === null ? people.inOrder : asList(people.byUserId.get(externalId));
	if (email === undefined && q === undefined) return exact;
	return exact.filter(
		(person) =>
			(email === undefined || person.email?.toLowerCase() === email) &&
			(q === undefined || mentions(person, q)),
	);
}

const asList = <T,>(one: T | undefined) => (one === undefined ? [] : [one]);

const shown = (people: readonly HeldPerson[], { switches }: Call) =>
	people.map((person) => shownPerson(person, switches));

function mentions({ userId, email, traits }: HeldPerson, word: string) {
	const texts = [userId, email, traits.first_name, traits.last_name];
	return texts.some((text) => typeof text === 'string' && text.toLowerCase().includes(word));
}

/** A number of a query; NaN if it is none. */
export const numberOf = (value: string | null, initial: number) =>
	value === null ? initial : /^\d+$/.test(value) ? Number(value) : Number.NaN;
