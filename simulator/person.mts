import { type HeldPerson, idOf } from './people.mts';
import type { Switches } from './switches.mts';

/** A person as Flameup's answers show it. */
export function shownPerson(person: HeldPerson, switches: Switches): Record<string, unknown> {
	const shown = switches.personShape === 'guide' ? guide(person) : reference(person);
	const all = { ...shown, workspace_id: switches.workspace };
	if (switches.absent === 'null') return all;
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function reference(person: HeldPerson) {
	const { first_name, last_name, phone, avatar_url, timezone, locale, ...attributes } =
		person.traits;
	const updated = isoUpdated(person.updatedAt);
	const created = isoCreated(person.createdAt);
	return {
		id: idOf(person.number),
		workspace_id: '',
		external_id: person.userId,
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

function guide(person: HeldPerson) {
	return {
		id: idOf(person.number),
		workspace_id: '',
		userId: person.userId,
		email: person.email ?? null,
		traits: person.traits,
		created_at: isoCreated(person.createdAt),
		updated_at: isoUpdated(person.updatedAt),
		last_seen_at: isoUpdated(person.updatedAt),
	};
}

const isoCreated = remembering();
const isoUpdated = remembering();

/** People of one batch share their times, so the last text is kept. */
function remembering() {
	let last = Number.NaN;
	let text = '';
	return (ms: number) => {
		if (ms !== last) text = new Date(ms).toISOString();
		last = ms;
		return text;
	};
}
