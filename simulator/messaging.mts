import { type Call, failure, invalid, type Reply } from './call.mts';
import { type HeldPerson, idOf } from './people.mts';
import { isObject } from './rules.mts';

/** A stored message. */
interface SentMessage {
	id: string;
	userId: string;
	content: Record<string, unknown>;
	data: Record<string, unknown>;
	platform: string;
}

/** A stored device. */
interface HeldDevice {
	id: string;
	personId: string;
	token: string;
	platform: string;
	about: Record<string, string>;
}

export type Messaging = ReturnType<typeof createMessaging>;

/** Stores messages, triggered campaigns and devices. */
export function createMessaging() {
	const messages: SentMessage[] = [];
	const devices: HeldDevice[] = [];
	const triggered: string[] = [];
	const numbered = (prefix: string, list: unknown[]) =>
		`${prefix}_${(list.length + 1).toString(16).padStart(12, '0')}`;
	return {
		messages: messages as readonly SentMessage[],
		devices: devices as readonly HeldDevice[],
		/** The IDs of campaigns, once for each time. */
		triggered: triggered as readonly string[],
		send(message: Omit<SentMessage, 'id'>): string {
			const id = numbered('msg', messages);
			messages.push({ id, ...message });
			return id;
		},
		register(device: Omit<HeldDevice, 'id'>): HeldDevice {
			const held = { id: numbered('dev', devices), ...device };
			devices.push(held);
			return held;
		},
		trigger: (campaign: string) => void triggered.push(campaign),
	};
}

const platforms = ['ios', 'android'];
const aboutDevice = ['device_name', 'device_model', 'os_version', 'app_version'];

/** `POST transactional/send`, to a user ID or the UUID of a person. */
export function send(call: Call): Reply {
	const body = isObject(call.body) ? call.body : {};
	const { data = {}, platform = 'all', template, template_id, user_id } = body;
	const isInline = isObject(template) && isText(template.title) && isText(template.body);
	const issues = [
		!isText(user_id) && { field: 'user_id', message: 'is required' },
		!isText(template_id) &&
			!isInline && {
				field: 'template_id',
				message: 'or a template with title and body is required',
			},
		!isObject(data) && { field: 'data', message: 'must be an object' },
		!isOneOf(['all', ...platforms], platform) && {
			field: 'platform',
			message: 'must be ios, android or all',
		},
	].filter((one) => one !== false);
	if (issues.length > 0) return invalid(call, issues);
	const person = call.people.byUserId.get(String(user_id)) ?? call.people.withId(String(user_id));
	if (!person) return failure(404, 'Person not found');
	const content = isText(template_id) ? { template_id } : { template };
	const reached = devicesOf(person, call).filter(
		(device) => platform === 'all' || device.platform === platform,
	);
	const id = call.messaging.send({
		userId: person.userId,
		content,
		data: data as Record<string, unknown>,
		platform: String(platform),
	});
	const delivered = reached.map((device) => device.id);
	return done(call, {
		success: true,
		message_id: id,
		delivered_to: delivered,
		devices_count: delivered.length,
	});
}

/** `POST campaigns/{id}/trigger`; the docs show neither a body nor an answer. */
export function trigger(call: Call): Reply {
	const { id } = call.route;
	if (id !== call.switches.campaign) return failure(404, 'Campaign not found');
	call.messaging.trigger(id);
	if (call.switches.triggerAnswer === 'empty') return { status: 204, wrote: true };
	return done(
		call,
		call.switches.triggerAnswer === 'object' ? { id, status: 'active' } : { success: true },
	);
}

/** `POST people/{id}/devices`, with the UUID of the person. */
export function register(call: Call): Reply {
	const person = call.people.withId(call.route.id);
	if (!person) return failure(404, 'Person not found');
	const body = isObject(call.body) ? call.body : {};
	const { platform, token } = body;
	const about = aboutDevice.filter((name) => body[name] !== undefined);
	const issues = [
		!isText(token) && { field: 'token', message: 'is required' },
		!isOneOf(platforms, platform) && { field: 'platform', message: 'must be ios or android' },
		...about.map((name) => !isText(body[name]) && { field: name, message: 'must be a string' }),
	].filter((one) => one !== false);
	if (issues.length > 0) return invalid(call, issues);
	const device = call.messaging.register({
		personId: idOf(person.number),
		token: String(token),
		platform: String(platform),
		about: Object.fromEntries(about.map((name) => [name, String(body[name])])),
	});
	return done(call, {
		id: device.id,
		person_id: device.personId,
		device_token: device.token,
		platform: device.platform,
		...device.about,
		is_active: true,
	});
}

const devicesOf = ({ number }: HeldPerson, { messaging }: Call) =>
	messaging.devices.filter(({ personId }) => personId === idOf(number));

const done = ({ switches }: Call, json: object): Reply => ({
	status: switches.successStatus,
	json,
	wrote: true,
});

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isOneOf = (values: string[], value: unknown) => values.some((one) => one === value);
