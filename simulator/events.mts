import { type Call, invalid, type Reply } from './call.mts';
import { defaultLimit, maxLimit, numberOf } from './lists.mts';
import { idOf } from './people.mts';
import { isObject } from './rules.mts';

/** A stored event. */
interface HeldEvent {
	id: string;
	who: string;
	event: string;
	parameters: Record<string, unknown>;
	timestamp: string;
	createdAt: number;
}

/** Older events are dropped. */
const maxEvents = 1000;

export type EventLog = ReturnType<typeof createEventLog>;

/** Stores the latest events. */
export function createEventLog() {
	const latest: HeldEvent[] = [];
	let total = 0;
	return {
		latest: latest as readonly HeldEvent[],
		add(event: Omit<HeldEvent, 'id'>): string {
			total++;
			const id = `evt_${total.toString(16).padStart(12, '0')}`;
			latest.push({ id, ...event });
			if (latest.length > maxEvents) latest.shift();
			return id;
		},
	};
}

/** `POST events` and `POST track`; an event creates no person. */
export function track(call: Call): Reply {
	const body = isObject(call.body) ? call.body : {};
	const who = body.external_id ?? body.userId;
	const parameters = body.parameters ?? body.properties ?? {};
	const { event, timestamp = new Date(call.at).toISOString() } = body;
	const isTime = typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp));
	const whoField = call.route.endpoint === 'POST track' ? 'external_id' : 'userId';
	const issues = [
		!isText(who) && { field: whoField, message: 'is required' },
		!isText(event) && { field: 'event', message: 'is required' },
		!isObject(parameters) && { field: 'parameters', message: 'must be an object' },
		!isTime && { field: 'timestamp', message: 'must be an ISO 8601 date-time' },
	].filter((one) => one !== false);
	if (!isText(who) || !isText(event) || !isObject(parameters) || !isTime) {
		return invalid(call, issues);
	}
	const id = call.events.add({ who, event, parameters, timestamp, createdAt: call.at });
	call.stats.event();
	return {
		status: call.switches.successStatus,
		json: { success: true, event_id: id },
		wrote: true,
	};
}

/** `GET events`, in the order of arrival. */
export function listEvents(call: Call): Reply {
	const { query } = call.route;
	const limit = numberOf(query.get('limit'), defaultLimit);
	const offset = numberOf(query.get('offset'), 0);
	const since = timeOf(query.get('since'), Number.NEGATIVE_INFINITY);
	const until = timeOf(query.get('until'), Number.POSITIVE_INFINITY);
	const issues = [
		!(limit <= maxLimit) && { field: 'limit', message: `must be a number from 0 to ${maxLimit}` },
		Number.isNaN(offset) && { field: 'offset', message: 'must be a number' },
		Number.isNaN(since) && { field: 'since', message: 'must be an ISO 8601 date-time' },
		Number.isNaN(until) && { field: 'until', message: 'must be an ISO 8601 date-time' },
	].filter((one) => one !== false);
	if (issues.length > 0) return invalid(call, issues);
	const [userId, name] = [query.get('user_id'), query.get('event')];
	const found = call.events.latest.filter(({ event, timestamp, who }) => {
		const at = Date.parse(timestamp);
		const isOf = (userId === null || who === userId) && (name === null || event === name);
		return isOf && at >= since && at <= until;
	});
	const events = found.slice(offset, offset + limit).map((event) => shown(event, call));
	return { status: 200, json: { events, total: found.length } };
}

function shown({ createdAt, event, id, parameters, timestamp, who }: HeldEvent, call: Call) {
	const person = call.people.byUserId.get(who) ?? call.people.withEmail(who);
	return {
		id,
		workspace_id: call.switches.workspace,
		person_id: person ? idOf(person.number) : null,
		event,
		properties: parameters,
		timestamp,
		created_at: new Date(createdAt).toISOString(),
	};
}

const timeOf = (value: string | null, initial: number) =>
	value === null ? initial : Date.parse(value);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
