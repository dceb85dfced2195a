import { accessDenied, type Body, bodyOf, keyOf, pathOf, type Request } from './access.mts';
import { createAllowance } from './allowance.mts';
import { type Answer, answerOf, type Moment } from './answers.mts';
import { batch } from './batch.mts';
import { type Call, type Reply, tooMany } from './call.mts';
import { faultOf, latencyOf, outageOf } from './chance.mts';
import { createEventLog, listEvents, track } from './events.mts';
import { effects, type Fault, halfOf, noFault } from './faults.mts';
import { createLate } from './late.mts';
import { list, search } from './lists.mts';
import { createMessaging, register, send, trigger } from './messaging.mts';
import { createPeople } from './people.mts';
import { type Endpoint, type Route, routeOf } from './routes.mts';
import type { Refuse } from './rules.mts';
import { create, get, update, upsert } from './single.mts';
import { type Counts, createStats } from './stats.mts';
import { defaults, readSwitches, type Switches } from './switches.mts';

export type { Request } from './access.mts';
export type { Answer, Answered } from './answers.mts';

/** The facts about a request that are logged, without its key and query. */
export interface Handled {
	method: string;
	path: string;
	/** The HTTP status, or the fault of the connection. */
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
	'GET events': listEvents,
	'POST events': track,
	'POST track': track,
	'POST transactional/send': send,
	'POST campaigns/{id}/trigger': trigger,
	'POST people/{id}/devices': register,
};

/** A simulated Flameup without a network: it has no sockets, timers or clock of its own. */
export function createFlameup({ now, refuse, log, ...given }: FlameupOptions) {
	const initial: Switches = { ...defaults(), ...readSwitches(given) };
	let switches = initial;
	let state = fresh();

	function handle(request: Request): Answer {
		const at = now();
		state.late.apply(at);
		const number = ++state.requests;
		state.firstAt ??= at;
		const delayMs = latencyOf(number, switches);
		state.stats.arrived(at, at + delayMs);
		const route = routeOf(request.method, request.path, switches);
		const taken = state.allowance.take(keyOf(request, switches)?.key, at, switches);
		const body = bodyOf(request, switches);
		const outage = outageOf(state.firstAt, switches);
		const isOut = at >= outage.from && at < outage.to;
		const backAt = isOut ? outage.to : at;
		const fault = nextFault(request.method, isOut);
		const answer = answerTo(request, route, body, fault, { at, number, taken, switches, backAt });
		const status = 'fault' in answer ? answer.fault : String(answer.status);
		state.stats.answered(route?.endpoint ?? 'unknown', route?.style ?? 'unknown', status);
		log?.({ method: request.method, path: pathOf(request), status, ...sizeOf(body) });
		return delayMs > 0 ? { ...answer, delayMs } : answer;
	}

	function nextFault(method: string, isOut: boolean): Fault | 'refused' | undefined {
		if (!isOut && switches.faultsOn === 'writes' && method === 'GET') return undefined;
		const fault = isOut ? switches.outageKind : faultOf(++state.faultable, switches);
		if (fault) state.stats.fault(fault);
		return fault;
	}

	function answerTo(
		request: Request,
		route: Route | undefined,
		body: Body,
		fault: Fault | 'refused' | undefined,
		moment: Moment,
	): Answer {
		if (fault === 'refused') return { fault, written: false };
		const { writes, answer } = fault ? effects[fault] : noFault;
		const nothing = { status: 0, headers: {}, body: '' };
		const struck = { path: request.path, body: body.json, answer: nothing, written: false };
		const reply = writes === 'nothing' ? undefined : replyTo(request, route, body, writes, moment);
		if (!reply) return answer(moment, struck);
		const written = reply.wrote === true;
		return answer(moment, { ...struck, answer: answerOf(reply, moment), written });
	}

	/** Runs a request; one that is applied late has no reply. */
	function replyTo(
		request: Request,
		route: Route | undefined,
		body: Body,
		writes: 'half' | 'all' | 'late',
		{ at, taken }: Moment,
	): Reply | undefined {
		const { people, events, messaging, stats, late } = state;
		if (taken.refused) return tooMany;
		const denied = accessDenied(request, route, switches, stats) ?? body.problem;
		if (denied || !route) return denied;
		const call = { route, body: body.json, at, switches, people, events, messaging, stats, refuse };
		const handler = handlers[route.endpoint];
		if (writes === 'half') return handler({ ...call, body: halfOf(call.body) });
		if (writes === 'all') return handler(call);
		// The client no longer waits for it, so it is not counted among the requests in flight.
		const unsent = { ...stats, sent() {} };
		late.add(at + switches.lateMs, (dueAt) => handler({ ...call, at: dueAt, stats: unsent }));
		return undefined;
	}

	return {
		handle,
		/** The stored people by userId, as a live view; only a new call includes late writes. */
		people() {
			state.late.apply(now());
			return state.people.byUserId;
		},
		/** The latest events. */
		events() {
			state.late.apply(now());
			return state.events.latest;
		},
		/** The messages, triggered campaigns and devices. */
		messaging() {
			state.late.apply(now());
			const { devices, messages, triggered } = state.messaging;
			return { devices, messages, triggered };
		},
		/** The counts so far. */
		stats(): Counts {
			state.late.apply(now());
			return {
				...state.stats.counts(),
				maxInAMinute: state.allowance.maxInAMinute(),
				windows: state.allowance.windows(),
			};
		},
		/** When the outage begins and ends; known after the first request. */
		outage: () => (state.firstAt === undefined ? undefined : outageOf(state.firstAt, switches)),
		/** The current value of every switch. */
		switches: (): Readonly<Switches> => switches,
		/** Changes some switches while it runs. */
		set(changes: Partial<Switches>) {
			switches = { ...switches, ...readSwitches(changes) };
		},
		/** Deletes all data and restores the switches that it started with. */
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
	firstAt: undefined as number | undefined,
	late: createLate(),
	requests: 0,
	faultable: 0,
	people: createPeople(),
	events: createEventLog(),
	messaging: createMessaging(),
	stats: createStats(),
	allowance: createAllowance(),
});
