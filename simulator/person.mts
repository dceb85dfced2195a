import { type HeldPerson, idOf } from './people.mts';
import type { Switches } from './switches.mts';

/** A person as answers show it. */
export function shownPerson(person: HeldPerson, switches: Switches): Record<string, unknown> {
	const all =
		switches.personShape === 'guide' ? guide(person, switches) : reference(person, switches);
	if (switches.absent === 'null') return all;
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function reference(person: HeldPerson, switches: Switches) {
	const { first_name, last_name, phone, avatar_url, timezone, locale, ...attributes } =
		person.traits;
	const updated = isoUpdated(person.updatedAt);
	const created = isoCreated(person.createdAt);
	return {
		id: idOf(person.number),
		workspace_id: switches.workspace,
		external_id: shownId(person, switches),
		email: person.email ?? null,
		phone: person.phone ?? phone ?? null,
		first_name: first_name ?? null,
		last_name: last_name ?? null,
		avatar_url: avatar_url ?? null,
		timezone: timezone ?? null,
		locale: locale ?? null,
		status: 'active',
		attributes,
		created_at: created,
		updated_at: updated,
		first_seen_at: created,
		last_seen_at: updated,
	};
}

function guide(person: HeldPerson, switches: Switches) {
	return {
		id: idOf(person.number),
		workspace_id: switches.workspace,
		userId: shownId(person, switches),
		email: person.email ?? null,
		traits: person.traits,
		created_at: isoCreated(person.createdAt),
		updated_at: isoUpdated(person.updatedAt),
		last_seen_at: isoUpdated(person.updatedAt),
	};
}

/** The userId in an answer; as a number it loses leading zeros and the digits that a double cannot hold. */
function shownId({ userId }: HeldPerson, { idForm }: Switches): string | number {
	if (idForm === 'lower-case') return userId.toLowerCase();
	return idForm === 'number' && /^\d+$/.test(userId) ? Number(userId) : userId;
}

const isoCreated = remembering();
const isoUpdated = remembering();

/** Keeps the last text, because the people of one batch share their times. */
function remembering() {
	let last = Number.NaN;
	let text = '';
	return (ms: number) => {
		if (ms !== last) text = new Date(ms).toISOString();
		last = ms;
		return text;
	};
}
