import { roll } from '../../../simulator/roll.mts';
import type { Plan, StreamPlan } from './plan.mts';

/** Number of records done, by stream name. */
export type Positions = Readonly<Record<string, number>>;

/** What the source emits: a record, or a state that covers these positions. */
export type Said =
	| { readonly stream: StreamPlan; readonly data: object; readonly isGood: boolean }
	| { readonly stream?: StreamPlan; readonly covers: Positions };

/** Part of every email address, to find any in the log. */
export const PRIVATE = '@private.example';

/** The nth record of a stream: mostly a new person, sometimes an earlier one, sometimes invalid. */
export function recordAt(seed: number, { name }: StreamPlan, n: number) {
	const chance = roll(seed, name, n);
	const earlier = 1 + Math.floor(roll(seed, name, n, 'who') * n);
	const of = chance > 0.85 ? earlier : n;
	const id = `${name}-${of}`;
	const data = { id, email: `${id}${PRIVATE}`, n, name: `Zoë ${n}`, score: n / 8, left: null };
	if (chance < 0.01) return { data: { ...data, id: null } };
	if (chance < 0.02) return { data: { ...data, email: 'nobody at home' } };
	if (chance < 0.03) {
		return { data: { ...data, id: `${name}-refused-${n}`, email: null, simulator_refuse: 'no' } };
	}
	return { data, upserts: id };
}

/** The people who must be stored after the first `records` of a stream, each with their last record. */
export function expectedAfter(seed: number, stream: StreamPlan, records: number) {
	const lastRecord = new Map<string, number>();
	for (let n = 1; n <= records; n++) {
		const { upserts } = recordAt(seed, stream, n);
		if (upserts !== undefined) lastRecord.set(upserts, n);
	}
	return lastRecord;
}

/** The records and states after these positions, with the streams interleaved. */
export function* sayFrom({ every, seed, states, streams }: Plan, from: Positions): Generator<Said> {
	const at = Object.fromEntries(streams.map(({ name }) => [name, from[name] ?? 0]));
	const left = streams.filter(({ name, records }) => (at[name] ?? 0) < records);
	for (let step = 0; left.length > 0; step++) {
		const index = Math.floor(roll(seed, 'next', step) * left.length);
		const stream = left[index] as StreamPlan;
		const { name, records } = stream;
		const n = (at[name] ?? 0) + 1;
		at[name] = n;
		const { data, upserts } = recordAt(seed, stream, n);
		yield { stream, data, isGood: upserts !== undefined };
		if (n % every === 0 || n === records) {
			yield states === 'STREAM' ? { stream, covers: { [name]: n } } : { covers: { ...at } };
		}
		if (n === records) left.splice(index, 1);
	}
}
