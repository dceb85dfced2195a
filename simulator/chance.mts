import { effects, type Fault } from './faults.mts';
import type { Switch } from './kinds.mts';
import { roll } from './roll.mts';
import type { Switches } from './switches.mts';

/** Faults by number of the request: `3=429,7=stall` or `{ "3": "429" }`. */
export const faultPlan = (help: string): Switch<Record<number, Fault>> => ({
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
				/^[1-9]\d*$/.test(request ?? '') && Object.hasOwn(effects, fault) && rest.length === 0,
		);
		return isGood ? Object.fromEntries(pairs as [string, Fault][]) : undefined;
	},
});

/** The fault of the nth request, if any: the planned one, or one by chance. */
export function faultOf(
	request: number,
	{ faults, faultRate, faultKinds, seed }: Switches,
): Fault | undefined {
	const planned = faults[request];
	if (planned || roll(seed, 'fault', request) >= faultRate) return planned;
	return faultKinds[Math.floor(roll(seed, 'kind', request) * faultKinds.length)];
}

/** How long the nth request takes. */
export function latencyOf(request: number, { latencyMs, seed }: Switches): number {
	if (typeof latencyMs === 'number') return latencyMs;
	const [low, high] = latencyMs;
	return Math.round(low + roll(seed, 'latency', request) * (high - low));
}

/** From when to when the outage lasts, for a first request at this time. */
export function outageOf(firstAt: number, { outage }: Switches) {
	const [from, to] = typeof outage === 'number' ? [0, outage] : outage;
	return { from: firstAt + from * 1000, to: firstAt + to * 1000 };
}
