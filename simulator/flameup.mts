import { createAllowance } from './allowance.mts';
import { type Answer, answerOf, type Moment } from './answers.mts';
import { batch } from './batch.mts';
import { type Call, type Reply, tooMany } from './call.mts';
import { type Body, bodyOf, keyOf, pathOf, type Request, turnedAway } from './entry.mts';
import { createEventLog, track } from './events.mts';
import { type Fault, faultOf, latencyOf, strikesAfter } from './faults.mts';
import { list, search } from './lists.mts';
import { createPeople } from './people.mts';
import { type Endpoint, type Route, routeOf } from './routes.mts';
import type { Refuse } from './rules.mts';
import { create, get, update, upsert } from './single.mts';
import { type Counts, createStats } from './stats.mts';
import { strikeAfter, strikeBefore } from './strikes.mts';
import { defaults, readSwitches, type Switches } from './switches.mts';

export type { Answer, Answered } from './answers.mts';
export type { Request } from './entry.mts';

/** What is told about each request that has been handled; never the key, never a query. */
export interface Handled {
	method: string;
	path: string;
	/** The HTTP status, `reset`, `stall` or `cut`. */
	status: string;
	/** People in a batch. */
	people?: number;
}

export interface FlameupOptions extends Partial<Switches> {
	/** Milliseconds since 1970. */
	now: () => number;
	refuse?: Refuse;
	log?: (line: Handled) => void;
}

export type Flameup = ReturnType<typeof createFlameup>;

const handlers: Record<Endpoint, (call: Call) => Reply> = {
	'POST people/batch': batch,
	'POST people/upsert': upsert,
	'POST people': create,
	'PUT people/{id}': update,
	'GET people/search': search,
	'GET people/{id}': get,
	'GET people': list,
	'POST events': track,
	'POST track': track,
};

/** Flameup without a network: no sockets, no timers, no clock of its own. */
export function createFlameup({ now, refuse, log, ...given }: FlameupOptions) {
	const initial: Switches = { ...defaults(), ...readSwitches(given) };
	let switches = initial;
	let state = fresh();

	function handle(request: Request): Answer {
		const at = now();
		const number = ++state.requests;
		const delayMs = latencyOf(number, switches);
		state.stats.arrived(at, at + delayMs);
		const route = routeOf(request.method, request.path, switches);
		const taken = state.allowance.take(keyOf(request, switches)?.key, at, switches);
		const body = bodyOf(request, switches);
		const answer = answerTo(request, route, body, { at, number, taken, switches });
		const status = 'fault' in answer ? answer.fault : String(answer.status);
		state.stats.answered(route?.endpoint ?? 'unknown', route?.style ?? 'unknown', status);
		log?.({ method: request.method, path: pathOf(request), status, ...sizeOf(body) });
		return delayMs > 0 ? { ...answer, delayMs } : answer;
	}

	function answerTo(
		request: Request,
		route: Route | undefined,
		body: Body,
		moment: Moment,
	): Answer {
		const fault = nextFault(request.method);
		if (fault && !strikesAfter(fault)) return strikeBefore(fault, moment);
		const reply = moment.taken.refused
			? tooMany
			: (turnedAway(request, route, switches, state.stats) ??
				body.problem ??
				carryOut(route as Route, body.json, moment.at));
		const answer = answerOf(reply, moment);
		return fault ? strikeAfter(fault, answer, reply.wrote === true, moment) : answer;
	}

	function carryOut(route: Route, body: unknown, at: number): Reply {
		const { people, events, stats } = state;
		return handlers[route.endpoint]({ route, body, at, switches, people, events, stats, refuse });
	}

	function nextFault(method: string): Fault | undefined {
		if (switches.faultsOn === 'writes' && method === 'GET') return undefined;
		const fault = faultOf(++state.faultable, switches);
		if (fault) state.stats.fault(fault);
		return fault;
	}

	return {
		handle,
		/** Whom it holds, by userId; a live view. */
		people: () => state.people.byUserId,
		/** The latest events. */
		events: () => state.events.latest,
		/** What has happened so far. */
		stats: (): Counts => ({
			...state.stats.counts(),
			maxInAMinute: state.allowance.maxInAMinute(),
			windows: state.allowance.windows(),
		}),
		/** The switches as they are. */
		switches: (): Readonly<Switches> => switches,
		/** Changes some switches while it runs. */
		set(changes: Partial<Switches>) {
			switches = { ...switches, ...readSwitches(changes) };
		},
		/** Forgets everything and puts the switches back to where they started. */
		reset() {
			switches = initial;
			state = fresh();
		},
	};
}

function sizeOf({ json }: Body): { people?: number } {
	const people = (json as { people?: unknown } | null | undefined)?.people;
	return Array.isArray(people) ? { people: people.length } : {};
}

const fresh = () => ({
	requests: 0,
	faultable: 0,
	people: createPeople(),
	events: createEventLog(),
	stats: createStats(),
	allowance: createAllowance(),
});
