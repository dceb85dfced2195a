import type { Switch } from './kinds.mts';
import { roll } from './roll.mts';

/** What can go wrong on demand; those after `500` differ in what was written and what comes back. */
export const faultKinds = [
	'429',
	'500',
	'503-html',
	'502-empty',
	'reset-before',
	'reset-after',
	'stall',
	'stall-after',
	'truncated',
	'cut',
	'html-200',
] as const;
export type Fault = (typeof faultKinds)[number];
type FaultPlan = Record<number, Fault>;

/** Whether the request is carried out before the fault strikes. */
export const strikesAfter = (fault: Fault) =>
	['reset-after', 'stall-after', 'truncated', 'cut', 'html-200'].includes(fault);

/** Faults by number of the request: `3=429,7=stall` or `{ "3": "429" }`. */
export const faultPlan = (help: string): Switch<FaultPlan> => ({
	default: {},
	values: 'request=fault, … (like 3=429,7=stall)',
	help,
	read(value) {
		const pairs =
			typeof value === 'string'
				? value.split(',').map((pair) => pair.split('='))
				: typeof value === 'object' && value !== null
					? Object.entries(value)
					: [[]];
		const isGood = pairs.every(
			([request, fault, ...rest]) =>
				/^[1-9]\d*$/.test(request ?? '') &&
				faultKinds.includes(fault as Fault) &&
				rest.length === 0,
		);
		return isGood ? Object.fromEntries(pairs as [string, Fault][]) : undefined;
	},
});

interface FaultSwitches {
	faults: FaultPlan;
	faultRate: number;
	faultKinds: Fault[];
	seed: number;
	latencyMs: number | [number, number];
}

/** The fault of the nth request, if any: the planned one, else by chance. */
export function faultOf(request: number, switches: FaultSwitches): Fault | undefined {
	const planned = switches.faults[request];
	if (planned || roll(switches.seed, 'fault', request) >= switches.faultRate) return planned;
	const kinds = switches.faultKinds;
	return kinds[Math.floor(roll(switches.seed, 'kind', request) * kinds.length)];
}

/** How long the nth request takes. */
export function latencyOf(request: number, { latencyMs, seed }: FaultSwitches): number {
	if (typeof latencyMs === 'number') return latencyMs;
	const [low, high] = latencyMs;
	return Math.round(low + roll(seed, 'latency', request) * (high - low));
}
