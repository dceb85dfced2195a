import { expect } from 'vitest';
import { withoutStats } from '../../airbyte/input.mts';
import type { Plan, StreamPlan } from './plan.mts';
import type { Positions } from './source.mts';

interface Staged {
	readonly id: number;
	readonly line: string;
	readonly covers: Positions;
	readonly counts: Counts;
}

/** Records since the previous state, by expected outcome. */
interface Counts {
	readonly recordCount: number;
	readonly rejectedRecordCount: number;
}

const NONE: Counts = { recordCount: 0, rejectedRecordCount: 0 };

const sumOf = (counts: readonly Counts[]): Counts =>
	counts.reduce(
		(sum, one) => ({
			recordCount: sum.recordCount + one.recordCount,
			rejectedRecordCount: sum.rejectedRecordCount + one.rejectedRecordCount,
		}),
		NONE,
	);

const descriptor = ({ name, namespace }: StreamPlan) => ({
	name,
	...(namespace !== undefined && { namespace }),
});

/** Above 2^53, as database log positions can be. */
const BIG = 9_007_199_254_740_993n;

const cursor = (n: number | null) =>
	n === null ? 'null' : `{"n":${n},"lsn":${BIG + BigInt(n)},"at":"zoë \\u00e9 \\"}"}`;

/** The text of a state, without its counts and ID. */
function textOf(
	{ states, streams }: Plan,
	at: (name: string) => string,
	shared: string,
	stream?: StreamPlan,
): string {
	const part = (one: StreamPlan) =>
		`"stream_descriptor":${JSON.stringify(descriptor(one))},"stream_state":${at(one.name)}`;
	if (stream) return `"type":"STREAM","stream":{${part(stream)}}`;
	const parts = streams.map((one) => `{${part(one)}}`);
	return states === 'GLOBAL'
		? `"type":"GLOBAL","global":{"shared_state":${shared},"stream_states":[${parts}]}`
		: `"data":{"all":[${parts}]}`;
}

/**
 * Tracks the states of one attempt as Airbyte's platform does: adds an ID and a record count to each, and
 * expects each back once, in order, unchanged, with the right counts. Otherwise `returned` throws.
 */
export function createTracker(plan: Plan) {
	const staged: Staged[] = [];
	let open: Record<string, Counts> = {};
	let stamped = 0;

	return {
		record({ name }: StreamPlan, isGood: boolean): void {
			const one = isGood ? { recordCount: 1 } : { rejectedRecordCount: 1 };
			open[name] = sumOf([open[name] ?? NONE, { ...NONE, ...one }]);
		},
		/** The line of a state that covers these positions, with its newline; for all streams if none is given. */
		stamp(covers: Positions, stream?: StreamPlan, isClear = false): string {
			const id = ++stamped;
			const counted = stream ? [stream.name] : Object.keys(open);
			const counts = sumOf(counted.map((name) => open[name] ?? NONE));
			open = { ...open, ...Object.fromEntries(counted.map((name) => [name, NONE])) };
			const count = counts.recordCount + counts.rejectedRecordCount;
			const at = (n: number) => cursor(isClear ? null : n);
			const body = textOf(plan, (name) => at(covers[name] ?? 0), at(id), stream);
			// The platform writes its counts as doubles.
			const line = `{"type":"STATE","state":{${body},"sourceStats":{"recordCount":${count}.0},"id":${id}}}`;
			staged.push({ id, line, covers, counts });
			return `${line}\n`;
		},
		/** Checks a printed state; returns the positions that it acknowledges. */
		returned(line: string): Positions {
			const { destinationStats, id } = JSON.parse(line).state;
			if (!Number.isInteger(id)) throw new Error('State message does not contain id');
			const next = staged.shift();
			if (next?.id !== id) throw new Error(`State ${id} came back in place of ${next?.id}`);
			if (withoutStats(line) !== next?.line) throw new Error(`State ${id} was changed: ${line}`);
			expect(destinationStats, `counts of state ${id}`).toMatchObject(next.counts);
			return next.covers;
		},
		/** Number of states not returned yet. */
		get missing() {
			return staged.length;
		},
	};
}
