import type { Call } from './call.mts';
import type { Switches } from './switches.mts';

/** A valid person as clients send it. */
export interface SentPerson {
	userId: string;
	email?: string;
	phone?: string;
	traits?: Record<string, unknown>;
}

/** A rule that a field breaks. */
interface Breach {
	field: string;
	message: string;
}

/** The reason in the trait `simulator_refuse`, with which a test has an otherwise valid person refused. */
export type Refuse = (person: SentPerson) => string | undefined;

const maxUserId = 255;
const maxEmail = 254;
const maxPhone = 50;
const knownFields = ['userId', 'email', 'phone', 'traits', 'anonymousId'];
const emailForm = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** Whether the value is a JSON object. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The userId of a sent person, if it is text. */
export const userIdOf = (person: unknown): string | undefined =>
	isObject(person) && typeof person.userId === 'string' ? person.userId : undefined;

/** Every rule that a person breaks. */
export function breachesOf(person: unknown, switches: Switches, refuse?: Refuse): Breach[] {
	if (!isObject(person)) return [{ field: 'userId', message: 'must be an object with a userId' }];
	const { userId, email, phone, traits } = person;
	const breaches = [
		check('userId', userId, maxUserId, true),
		check('email', email, maxEmail),
		check('phone', phone, maxPhone),
		traits !== undefined && !isObject(traits) && breach('traits', 'must be an object'),
		typeof email === 'string' && !emailForm.test(email) && breach('email', 'must be a valid email'),
		isObject(traits) &&
			typeof traits.phone === 'string' &&
			check('traits.phone', traits.phone, maxPhone),
	].filter((one) => one !== false);
	if (switches.unknownFields === 'refuse') {
		const unknown = Object.keys(person).filter((field) => !knownFields.includes(field));
		breaches.push(...unknown.map((field) => breach(field, 'is not a known field')));
	}
	if (breaches.length === 0) {
		const asked = isObject(traits) ? traits.simulator_refuse : undefined;
		const reason = typeof asked === 'string' ? asked : refuse?.(person as unknown as SentPerson);
		if (reason !== undefined) breaches.push(breach('traits', reason));
	}
	return breaches.map((one) => quoting(one, person, switches));
}

/** Finds emails that belong to another userId, stored or earlier in the same request. */
export function createConflicts({ people, switches }: Call) {
	const taken = new Map<string, string>();
	return (person: SentPerson): Breach | undefined => {
		if (switches.emailConflict !== 'refuse' || person.email === undefined) return undefined;
		const email = person.email.toLowerCase();
		const owner = taken.get(email) ?? people.withEmail(email)?.userId ?? person.userId;
		taken.set(email, owner);
		if (owner === person.userId) return undefined;
		return quoting(breach('email', 'is already used by another person'), person, switches);
	};
}

/** Adds the refused value to the message, according to the switch `quotes`. */
function quoting(one: Breach, person: object, { quotes }: Switches): Breach {
	const { [one.field]: value } = { ...person } as Record<string, unknown>;
	if (quotes === 'no' || value === undefined) return one;
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return { ...one, message: `${one.message}: ${quoteForms[quotes](text)}` };
}

const quoteForms = {
	'as-sent': (text: string) => text,
	'other-case': (text: string) =>
		text.replace(/\p{L}/gu, (letter) => {
			const lower = letter.toLowerCase();
			return letter === lower ? letter.toUpperCase() : lower;
		}),
	'url-encoded': (text: string) => new URLSearchParams({ '': text }).toString().slice(1),
	part: (text: string) => `${text.slice(0, Math.ceil(text.length / 2))}…`,
};

const breach = (field: string, message: string): Breach => ({ field, message });

function check(field: string, value: unknown, max: number, required = false): Breach | false {
	if (value === undefined) return required && breach(field, 'is required');
	if (typeof value !== 'string') return breach(field, 'must be a string');
	if (required && value === '') return breach(field, 'must not be empty');
	const isLong = value.length > max && [...value].length > max;
	return isLong && breach(field, `must have at most ${max} characters`);
}
