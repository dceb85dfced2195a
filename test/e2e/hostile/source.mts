import type { Switches } from '../../../simulator/switches.mts';
import { record, state } from '../../airbyte/input.mts';

/** How refused people are spread among the others. */
export const crowds = ['good', 'few', 'neighbours', 'half', 'batch', 'conflicts', 'all'] as const;
export type Crowd = (typeof crowds)[number];

/** The expected outcome of a record. */
type Kind = 'good' | 'refused' | 'owner' | 'conflict' | 'invalid_email' | 'missing_user_id';

/** One record of a cell. */
export interface Row {
	readonly stream: 'people' | 'leads';
	/** Its position in the stream, from 1. */
	readonly number: number;
	readonly kind: Kind;
	readonly userId: string;
	readonly email: string;
	readonly traits: Readonly<Record<string, unknown>>;
}

/** Records between two states. */
export const ROWS_PER_STATE = 10;

/** Marks all personal data, to find any in the output. */
export const CANARY = /zq|70000\d\d/i;

/** Whether Flameup refuses a person, by their number. */
const REFUSED: Readonly<Record<Crowd, (n: number) => boolean>> = {
	good: () => false,
	few: (n) => n % 50 === 25,
	neighbours: (n) => n % 50 >= 20 && n % 50 < 23,
	half: (n) => n % 2 === 1,
	batch: (n) => n >= 50 && n < 110,
	conflicts: () => false,
	all: () => true,
};

/** Some people occur twice in one batch, and some again much later. */
function personOf(n: number): number {
	if (n % 9 === 8) return n - 3;
	return n % 31 === 30 && n > 90 ? n - 90 : n;
}

function kindOf(n: number, person: number, crowd: Crowd): Kind {
	if (crowd === 'conflicts' && person % 40 === 20) return 'conflict';
	if (crowd === 'conflicts' && person % 40 === 19) return 'owner';
	if (REFUSED[crowd](person)) return 'refused';
	if (n % 37 === 3) return 'invalid_email';
	return n % 41 === 7 ? 'missing_user_id' : 'good';
}

/** Digits, or pairs of IDs that differ only in case. */
function userIdOf(person: number, idForm: Switches['idForm']): string {
	if (idForm === 'number') return `${7_000_000 + person}`;
	return person % 2 === 1 ? `zqid${person - 1}` : `ZQid${person}`;
}

/** The records of a cell, in order; each person has distinct values. */
export function rowsOf(crowd: Crowd, count: number, idForm: Switches['idForm']): Row[] {
	const numbers = { people: 0, leads: 0 };
	return Array.from({ length: count }, (_, n) => {
		const person = personOf(n);
		const kind = kindOf(n, person, crowd);
		const mailbox = kind === 'conflict' ? person - 1 : person;
		const stream = n % 5 === 4 ? 'leads' : 'people';
		return {
			stream,
			number: ++numbers[stream],
			kind,
			userId: userIdOf(person, idForm),
			email: kind === 'invalid_email' ? `zqmail${n} at home` : `zqmail${mailbox}@example.com`,
			traits: {
				first_name: `Zqname${person}`,
				n,
				[`t${n % 4}`]: `zqtrait${n}`,
				...(n % 7 === 5 && { t0: null }),
			},
		};
	});
}

/** The message of a refusal; it repeats personal data. */
export const refuse =
	(rows: readonly Row[]) =>
	({ userId }: { readonly userId: string }): string | undefined =>
		refusedIn(rows).has(userId) ? `may not be ${userId} at ${userId}@zqhost.example` : undefined;

const known = new WeakMap<readonly Row[], ReadonlySet<string>>();

function refusedIn(rows: readonly Row[]): ReadonlySet<string> {
	const found =
		known.get(rows) ??
		new Set(rows.filter(({ kind }) => kind === 'refused').map(({ userId }) => userId));
	known.set(rows, found);
	return found;
}

/** The streams, in the order of their last states. */
export const STREAMS = ['people', 'leads'] as const;

/** The states of a cell: the stream, the index of the first row after it, and the line as sent. */
export function statesOf(rows: readonly Row[]) {
	const places: { stream: Row['stream']; before: number }[] = [];
	for (let before = ROWS_PER_STATE; before < rows.length; before += ROWS_PER_STATE) {
		places.push({ stream: (before / ROWS_PER_STATE) % 3 === 0 ? 'leads' : 'people', before });
	}
	for (const stream of STREAMS) places.push({ stream, before: rows.length });
	return places.map((place, n) => ({ ...place, line: state(n, { stream: place.stream }) }));
}

/** The cell's input as an Airbyte source writes it. */
export function linesOf(rows: readonly Row[]): string {
	const lines = rows.map(({ email, kind, stream, traits, userId }) =>
		record({ id: kind === 'missing_user_id' ? null : userId, email, ...traits }, { stream }),
	);
	for (const { before, line } of statesOf(rows).reverse()) lines.splice(before, 0, line);
	return lines.join('');
}

/** Whether the destination can send the row. */
export const isSendable = ({ kind }: Row): boolean =>
	kind !== 'invalid_email' && kind !== 'missing_user_id';

/** The traits of a row that are sent. */
export const sentTraits = ({ traits }: Row, keepsNull: boolean): Record<string, unknown> =>
	Object.fromEntries(Object.entries(traits).filter(([, one]) => keepsNull || one !== null));
