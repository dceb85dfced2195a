import { roll } from '../../../simulator/roll.mts';
import type { Switches } from '../../../simulator/switches.mts';

/** How and when an attempt is killed. */
export interface Kill {
	/** `memory`: a record too large for the heap. `source`: the source stops early. */
	readonly how: 'SIGKILL' | 'SIGTERM' | 'memory' | 'source';
	/** What is counted to trigger the kill. */
	readonly after: 'records' | 'states' | 'requests';
	readonly count: number;
	readonly delayMs: number;
}

export interface StreamPlan {
	readonly name: string;
	readonly namespace?: string;
	readonly records: number;
}

/** Everything that depends on the seed. */
export interface Plan {
	readonly seed: number;
	readonly streams: readonly StreamPlan[];
	readonly states: 'STREAM' | 'GLOBAL' | 'LEGACY';
	/** Records between two states of a stream. */
	readonly every: number;
	readonly switches: Partial<Switches>;
	/** One for each attempt except the last. */
	readonly kills: readonly Kill[];
	/** Whether people who have not changed are left out, with a folder that all attempts share. */
	readonly remembers: boolean;
	/** Whether the connection is cleared at the end. */
	readonly clears: boolean;
}

/** One in this many plans has a rate limit so low that the sync must wait for new windows. */
const LIMITED = 50;
const LIMIT = 20;

const HOW = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGTERM', 'memory', 'source'] as const;

export const isLimited = ({ switches }: Plan): boolean => switches.limit !== 0;

/** The plan for a seed; deterministic. */
export function planOf(seed: number): Plan {
	const below = (count: number, ...of: (string | number)[]) =>
		Math.floor(roll(seed, ...of) * count);
	const oneOf = <T,>(values: readonly T[], ...of: (string | number)[]) =>
		values[below(values.length, ...of)] as T;

	const limited = seed % LIMITED === 0;
	const total = limited ? 3_500 : 100 + below(2_400, 'records');
	const count = 1 + below(3, 'streams');
	const streams = Array.from({ length: count }, (_, i) => ({
		name: `people${i}`,
		...(roll(seed, 'namespace', i) < 0.5 && { namespace: 'crm' }),
		records: Math.ceil(total / count),
	}));
	const kills = Array.from({ length: 1 + below(limited ? 2 : 4, 'kills') }, (_, i): Kill => {
		const how = oneOf(HOW, 'how', i);
		const after: Kill['after'] =
			how === 'memory' || how === 'source'
				? 'records'
				: oneOf(['records', 'states', 'requests'], 'at', i);
		const most = { records: total, states: total / 20, requests: total / 100 }[after];
		return {
			how,
			after,
			count: below(Math.ceil(most), 'count', i),
			delayMs: below(30, 'delay', i),
		};
	});
	return {
		seed,
		streams,
		states: oneOf(['STREAM', 'STREAM', 'GLOBAL', 'LEGACY'], 'type'),
		every: oneOf([1, 10, 10, 100, 333], 'every'),
		switches: {
			limit: limited ? LIMIT : 0,
			seed,
			latencyMs: oneOf([0, [1, 20], [5, 80]] as const, 'latency') as number | [number, number],
			traits: oneOf(['merge', 'replace'], 'traits'),
			order: oneOf(['sent', 'reversed', 'shuffled'], 'order'),
			faultRate: oneOf([0, 0, 0.05], 'faults'),
			faultKinds: ['429', '500', 'reset-before', 'reset-after', 'truncated'],
		},
		kills,
		remembers: below(2, 'remembers') === 0,
		clears: below(4, 'clear') === 0,
	};
}
