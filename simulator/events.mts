import { type Call, invalid, type Reply } from './call.mts';
import { isObject } from './rules.mts';

/** A stored event. */
interface HeldEvent {
	id: string;
	who: string;
	event: string;
	parameters: Record<string, unknown>;
	timestamp: string;
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
	const id = call.events.add({ who, event, parameters, timestamp });
	call.stats.event();
	return {
		status: call.switches.successStatus,
		json: { success: true, event_id: id },
		wrote: true,
	};
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
