import type { HttpResponse, NetworkFault } from '../ports';
import { isComplaint } from './complaints';
import { isObject, type Json, parse } from './json';
import type { Call } from './sender';

/** Something that a person did. */
export interface TrackedEvent {
	readonly userId: string;
	readonly event: string;
	readonly properties: Readonly<Record<string, unknown>>;
	/** ISO 8601; Flameup uses the current time if it is missing. */
	readonly timestamp?: string;
}

/** A transactional message: a template, or a title and a body. */
export interface Message {
	readonly userId: string;
	readonly content:
		| { readonly template_id: string }
		| { readonly template: { readonly title: string; readonly body: string } };
	readonly data: Readonly<Record<string, unknown>>;
	/** All platforms if it is missing. */
	readonly platform?: string;
}

/** A device that receives push notifications, with Flameup's own names. */
export interface Device {
	readonly token: string;
	readonly platform: string;
	readonly device_name?: string;
	readonly device_model?: string;
	readonly os_version?: string;
	readonly app_version?: string;
}

/** Whether the request certainly had no effect, so that it may be retried even if it must not run twice. */
export const hadNoEffect = (answer: HttpResponse | NetworkFault): boolean =>
	'status' in answer ? answer.status === 429 : !answer.sent;

/** Some of Flameup's successful answers are empty. */
export const isEmptyBody = (body: string): boolean => body.trim() === '' || body.trim() === '{}';

/**
 * A request that is retried only if Flameup certainly did not carry it out. An empty answer is a success if
 * Flameup documents none, or after a documented answer in the same run.
 */
const once = (
	what: Call<Json>['what'] & string,
	path: string,
	body: object,
	isTaken: (answer: Json) => boolean,
) => ({
	method: 'POST' as const,
	path,
	body: [JSON.stringify(body)],
	what,
	isRepeatable: hadNoEffect,
	read({ body }: HttpResponse, isProven: boolean): Json | undefined {
		if (isEmptyBody(body)) return isProven || isTaken({}) ? {} : undefined;
		const answer = parse(body);
		return isObject(answer) && !isComplaint(answer) && isTaken(answer) ? answer : undefined;
	},
});

const isAccepted =
	(id: string) =>
	(answer: Json): boolean =>
		answer.success === true || answer[id] !== undefined;

/** Tracks an event, in the form of the path style. */
export function trackCall(
	{ event, properties, timestamp, userId }: TrackedEvent,
	inWorkspace: boolean,
): Call<Json> {
	const time = timestamp !== undefined && { timestamp };
	const body = inWorkspace
		? { userId, event, properties, ...time }
		: { external_id: userId, event, parameters: properties, ...time };
	const isTaken = isAccepted('event_id');
	return {
		...once('event', inWorkspace ? '/events' : '/track', body, isTaken),
		proves: isTaken,
		permission: 'events:write',
		refusesUnknown: 'person',
	};
}

/** Sends a message to a person. Flameup's documentation does not name the permission. */
export function messageCall({ content, data, platform, userId }: Message): Call<Json> {
	const body = {
		user_id: userId,
		...content,
		...(Object.keys(data).length > 0 && { data }),
		...(platform !== undefined && { platform }),
	};
	const isTaken = isAccepted('message_id');
	return {
		...once('message', '/transactional/send', body, isTaken),
		proves: isTaken,
		permission: undefined,
		pathStyle: 'workspace',
		refusesUnknown: 'always',
	};
}

/** Triggers a campaign. Flameup documents no body and no answer, so any answer that is no complaint is a success. */
export const campaignCall = (campaignId: string): Call<Json> => ({
	...once('campaign', `/campaigns/${encodeURIComponent(campaignId)}/trigger`, {}, () => true),
	proves: () => false,
	permission: 'campaigns:trigger',
	pathStyle: 'workspace',
	refusesUnknown: 'always',
});

/** Registers a device of the person with this ID of Flameup's own, who has been looked up. */
export function deviceCall(personId: string, device: Device): Call<Json> {
	const isTaken = ({ device_token, id, success, token }: Json): boolean =>
		success === true || (id ?? device_token ?? token) !== undefined;
	return {
		...once('device', `/people/${encodeURIComponent(personId)}/devices`, device, isTaken),
		proves: isTaken,
		permission: 'devices:write',
		pathStyle: 'key',
		refusesUnknown: 'always',
	};
}
