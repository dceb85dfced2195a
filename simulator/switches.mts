import { faultPlan } from './chance.mts';
import { faultKinds, otherFaultKinds } from './faults.mts';
import { acceptedKeys } from './keys.mts';
import { flag, oneOf, type Switch, share, someOf, span, text, whole } from './kinds.mts';

/** Every switch, by topic. */
export const topics = {
	Access: {
		keys: acceptedKeys('accepted API keys and their permissions'),
		workspace: text('ws_simulator', 'the workspace that the keys belong to'),
		pathStyle: oneOf(['both', 'workspace', 'key'], 'which path styles exist for people and events'),
		wrongWorkspaceStatus: oneOf([404, 403], 'status if the path names another workspace'),
		listNeeds: oneOf(['people:read', 'people:list'], 'permission to list and search people'),
	},
	Refusals: {
		errorShape: oneOf(['D', 'A', 'B', 'C'], 'documented shape of error bodies'),
		validationStatus: oneOf([400, 422, 409], 'status if a person is invalid'),
		namesPeople: oneOf(
			['index', 'dotted', 'index-from-1', 'userId', 'no'],
			'how a refusal names a person: people[3].email, people.3.email, people[4].email, in the message, or not at all',
		),
		refusalLists: oneOf(
			['all', 'first', 'everybody', 'neighbour'],
			'what a refusal lists: every problem, only the first, also each valid person as not processed (unless partial), or also the person next to an invalid one',
		),
		quotes: oneOf(
			['no', 'as-sent', 'other-case', 'url-encoded', 'part'],
			'whether and how messages repeat the refused value',
		),
		partial: flag(false, 'a refused batch still writes its valid people'),
		skipSilently: flag(false, 'a batch with invalid people succeeds and omits them'),
		emailConflict: oneOf(
			['allow', 'refuse', 'merge'],
			'email of another userId: keep both people, answer 409, or write to that person',
		),
		campaign: text('cmp_simulator', 'the campaign that can be triggered'),
		createExisting: oneOf(['conflict', 'update'], 'effect of create on an existing userId'),
		unknownFields: oneOf(['ignore', 'refuse'], 'handling of unknown top-level fields of a person'),
		maxBodyBytes: whole(0, 0, 'answer 413 to larger bodies; 0 = no limit'),
	},
	'Writes and answers': {
		traits: oneOf(['merge', 'replace'], 'effect of a write on the stored traits'),
		nullTrait: oneOf(['store', 'clear'], 'effect of null on a trait'),
		successStatus: oneOf([200, 201], 'status of a successful write'),
		emptyBody: flag(false, 'answer 204 without a body to successful writes of people'),
		personShape: oneOf(
			['reference', 'guide'],
			'people in answers: external_id and attributes, or userId and traits',
		),
		absent: oneOf(['null', 'omitted'], 'fields without a value in answers'),
		idForm: oneOf(
			['as-sent', 'number', 'lower-case'],
			'userId in answers; number turns digits into a JSON number',
		),
		order: oneOf(['sent', 'reversed', 'shuffled'], 'order of people in a batch answer'),
		completeness: oneOf(['all', 'none', 'short'], 'people that a batch answer lists'),
		shortRate: share(0.1, 'short: share of people who are omitted, always the same ones'),
		shortTimes: whole(0, 0, 'short: how often each of them is omitted; 0 = every time'),
		shortLoses: flag(false, 'short: do not write those who are omitted'),
		counts: oneOf(['right', 'wrong', 'absent'], 'created_count and updated_count'),
		envelope: oneOf(['none', 'data'], 'wrap successful answers as {"data": …}'),
		contentEncoding: oneOf(
			['identity', 'gzip', 'deflate', 'br'],
			'encoding of bodies over HTTP, whatever the client accepts',
		),
		triggerAnswer: oneOf(
			['success', 'object', 'empty'],
			'answer to a triggered campaign: {"success": true}, another object, or 204 without a body',
		),
		paging: oneOf(
			['right', 'missing-later', 'total-high', 'overlapping', 'repeating'],
			'list of people: as documented, without every second person after the first pass, with a total that is 10 too high, with the last person of a page again on the next, or always the first page',
		),
	},
	'Rate limit': {
		limit: whole(120, 0, 'requests per key in 60 s; 0 = no limit'),
		window: oneOf(
			['fixed', 'clock', 'rolling'],
			'the 60 s start with a request, with the minute of the clock, or anywhere',
		),
		rateHeaders: flag(true, 'send rate limit headers'),
		rateHeaderForm: oneOf(
			['x-ratelimit', 'draft-02', 'draft-06', 'draft-07', 'draft-08'],
			'X-RateLimit-*, or RateLimit headers as in an IETF draft (httpapi-ratelimit-headers)',
		),
		resetFormat: oneOf(
			['seconds-ceil', 'seconds-floor', 'milliseconds', 'delta'],
			'X-RateLimit-Reset: epoch seconds rounded up or down, epoch milliseconds, or seconds to wait',
		),
		announcedLimit: whole(0, 0, 'limit in the headers, if not the true one; 0 = the true one'),
		retryAfter: oneOf(
			['none', 'seconds', 'date', 'zero', 'past'],
			'Retry-After: none, the true wait as seconds or date, 0, or the date an hour ago',
		),
		retryAfterOn: oneOf(['429', '429-and-503'], 'statuses with Retry-After'),
		countRefused: flag(false, 'count a 429 against the limit'),
		preused: whole(0, 0, 'requests by another client of the key in each window'),
		dateHeader: flag(true, 'send the Date header'),
		clockSkewMs: whole(0, -Number.MAX_SAFE_INTEGER, "how far Flameup's clock is ahead"),
	},
	Faults: {
		latencyMs: span(0, 'milliseconds', 'time to answer'),
		faults: faultPlan('faults by number of the request, from 1'),
		faultRate: share(0, 'share of requests with a random fault'),
		faultKinds: someOf([...faultKinds, ...otherFaultKinds], ['500'], 'faults to choose from'),
		faultsOn: oneOf(['all', 'writes'], 'requests that are numbered and can have faults'),
		lateMs: whole(90_000, 0, 'applied-late: time from arrival to write'),
		outage: span(0, 'seconds', 'when every request fails, since the first request; 0 = never'),
		outageKind: oneOf(
			['503-html', '503', '502-empty', 'html-200-before', 'reset-before', 'stall', 'refused'],
			'fault during the outage; refused closes the port',
		),
		seed: whole(1, 0, 'random choices are the same for the same seed'),
	},
} as const;

type Topics = typeof topics;
type Table = { [T in keyof Topics]: (value: Topics[T]) => void }[keyof Topics] extends (
	value: infer All,
) => void
	? All
	: never;
/** The value of every switch. */
export type Switches = {
	-readonly [Name in keyof Table]: Table[Name] extends Switch<infer Value> ? Value : never;
};

const table = Object.assign({}, ...Object.values(topics)) as Record<string, Switch<unknown>>;

/** An unknown switch or an invalid value; the message names the switch. */
export class SwitchError extends Error {
	override name = 'SwitchError';
}

/** The default of every switch. */
export const defaults = () =>
	Object.fromEntries(Object.entries(table).map(([name, one]) => [name, one.default])) as Switches;

/** Reads values from text or JSON; throws a SwitchError for an unknown name or an invalid value. */
export function readSwitches(
	given: Readonly<Record<string, unknown>>,
	nameOf = (name: string) => name,
): Partial<Switches> {
	const entries = Object.entries(given).filter(([, value]) => value !== undefined);
	return Object.fromEntries(
		entries.map(([name, value]) => {
			const known = Object.hasOwn(table, name) ? table[name] : undefined;
			if (!known) throw new SwitchError(`There is no switch "${name}".`);
			const read = known.read(value);
			if (read === undefined) {
				const shown = typeof value === 'string' ? value : JSON.stringify(value);
				const but = name === 'keys' ? '' : `, not "${shown}"`;
				throw new SwitchError(`${nameOf(name)} must be ${known.values}${but}.`);
			}
			return [name, read];
		}),
	);
}
