import { roll } from '../../../simulator/roll.mts';
import type { Scene } from './run.mts';
import { type Row, sentTraits } from './source.mts';

/** How a record may end; more than one where the order of arrival decides. */
export type Endings = readonly string[];

const UPSERTED: Endings = ['upserted'];
const REFUSED: Endings = ['refused'];
const UNCONFIRMED: Endings = ['not_confirmed'];
const EITHER: Endings = ['upserted', 'not_confirmed'];

/** What the promises of the README make of a record, by what this Flameup does and says. */
export function allowedEndings(row: Row, scene: Scene): Endings {
	const { switches, rows } = scene;
	const { kind } = row;
	if (kind === 'invalid_email' || kind === 'missing_user_id') return [kind];
	if (kind === 'refused') {
		if (!switches.skipSilently) return REFUSED;
		return switches.emptyBody ? UPSERTED : UNCONFIRMED;
	}
	const confirmed = confirmation(row, scene);
	if (kind === 'good' || switches.emailConflict === 'allow') return confirmed;
	// Two people of one address: who comes first decides.
	if (switches.emailConflict === 'refuse' && !switches.skipSilently) {
		return [...confirmed, 'refused'];
	}
	return switches.emptyBody || rows.length === 0 ? UPSERTED : EITHER;
}

/** Whether answers confirm a person who was written. */
function confirmation({ userId }: Row, { cell, rows, switches }: Scene): Endings {
	const { completeness, counts, emptyBody, shortLoses, shortRate, shortTimes } = switches;
	if (emptyBody || completeness === 'all') return UPSERTED;
	const othersMissing =
		(switches.skipSilently || switches.emailConflict === 'merge') &&
		rows.some(({ kind }) => kind === 'refused' || kind === 'conflict');
	if (completeness === 'none') {
		if (counts !== 'right') return UNCONFIRMED;
		return othersMissing ? EITHER : UPSERTED;
	}
	const isLeftOut = roll(cell.seed ?? 1, 'short', userId) < shortRate;
	if (!isLeftOut || shortTimes > 0) return UPSERTED;
	if (counts !== 'right' || shortLoses) return UNCONFIRMED;
	return othersMissing ? EITHER : UPSERTED;
}

/** Whether a 204 hides that a person who was sent is not there. */
export const mayHideLoss = ({ switches }: Scene): boolean =>
	switches.emptyBody &&
	(switches.skipSilently || (switches.completeness === 'short' && switches.shortLoses));

/** Whether what the simulator holds of a person is what their records say. */
export function tracesMatch(
	held: Readonly<Record<string, unknown>>,
	userId: string,
	upTo: number,
	scene: Scene,
): boolean {
	const { keepsNull, rows, switches } = scene;
	const sent = rows
		.slice(0, upTo)
		.filter((row) => row.userId === userId && row.kind !== 'invalid_email')
		.filter((row) => row.kind !== 'missing_user_id')
		.map((row) => sentTraits(row, keepsNull));
	// Replaced traits are those of the last request, which may hold several records.
	const last = switches.traits === 'replace' ? sent.map((_, from) => sent.slice(from)) : [sent];
	return last.some((some) => isSame(held, laid(some, switches.nullTrait === 'clear')));
}

function laid(traits: readonly object[], clears: boolean): Record<string, unknown> {
	const all: Record<string, unknown> = Object.assign({}, ...traits);
	return Object.fromEntries(Object.entries(all).filter(([, value]) => !clears || value !== null));
}

const isSame = (a: object, b: object): boolean => {
	const text = (one: object) =>
		JSON.stringify(Object.entries(one).sort(([x], [y]) => (x < y ? -1 : 1)));
	return text(a) === text(b);
};
