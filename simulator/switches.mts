import { faultPlan } from './chance.mts';
import { faultKinds, otherFaultKinds } from './faults.mts';
import { acceptedKeys } from './keys.mts';
import { flag, oneOf, type Switch, share, someOf, span, text, whole } from './kinds.mts';

/** Everything that can be set, by topic: the one place where a switch is declared. */
export const topics = {
	'Who may come in': {
		keys: acceptedKeys('accepted API keys and what they may do'),
		workspace: text('ws_simulator', 'the workspace of the keys'),
		pathStyle: oneOf(['both', 'workspace', 'key'], 'which paths exist for people and events'),
		wrongWorkspaceStatus: oneOf([404, 403], 'answer to another workspace in the path'),
		listNeeds: oneOf(['people:read', 'people:list'], 'permission for listing and searching'),
	},
	'What is refused': {
		errorShape: oneOf(['D', 'A', 'B', 'C'], 'documented shape of error bodies'),
		validationStatus: oneOf([400, 422, 409], 'status when a person is not valid'),
		namesPeople: oneOf(
			['index', 'dotted', 'index-from-1', 'userId', 'no'],
			'how a refusal points at people: people[3].email, people.3.email, …',
		),
		refusalLists: oneOf(
			['all', 'first', 'everybody', 'neighbour'],
			'what a refusal lists: every problem, the first, also those who are valid, or one of these',
		),
		quotes: oneOf(
			['no', 'as-sent', 'other-case', 'url-encoded', 'part'],
			'repeat the refused value in the message',
		),
		partial: flag(false, 'a refused batch still writes its good people'),
		skipSilently: flag(false, 'people that are not valid are left out of a 2xx, unsaid'),
		emailConflict: oneOf(
			['allow', 'refuse', 'merge'],
			'an email that another userId has: keep both, 409, or write into that person',
		),
		createExisting: oneOf(['conflict', 'update'], 'create for a userId that exists'),
		unknownFields: oneOf(['ignore', 'refuse'], 'unknown top-level fields of a person'),
		maxBodyBytes: whole(0, 0, 'larger bodies get 413; 0 = no limit'),
	},
	'What is written and answered': {
		traits: oneOf(['merge', 'replace'], 'what a write does to the traits held'),
		nullTrait: oneOf(['store', 'clear'], 'what null does to a trait'),
		successStatus: oneOf([200, 201], 'status of a write that worked'),
		emptyBody: flag(false, 'writes of people answer 204 without a body'),
		personShape: oneOf(
			['reference', 'guide'],
			'people in answers: external_id and attributes, or userId and traits',
		),
		absent: oneOf(['null', 'omitted'], 'how answers show a field without a value'),
		idForm: oneOf(
			['as-sent', 'number', 'lower-case'],
			'userId in answers; number = a JSON number if it consists of digits',
		),
		order: oneOf(['sent', 'reversed', 'shuffled'], 'order of people in a batch answer'),
		completeness: oneOf(['all', 'none', 'short'], 'who is listed in a batch answer'),
		shortRate: share(0.1, 'short: the share of people left out, always the same ones'),
		shortTimes: whole(0, 0, 'short: how often one person is left out; 0 = every time'),
		shortLoses: flag(false, 'short: those left out were not written either'),
		counts: oneOf(['right', 'wrong', 'absent'], 'created_count and updated_count'),
		envelope: oneOf(['none', 'data'], 'wrap successful answers as {"data": …}'),
		contentEncoding: oneOf(
			['identity', 'gzip', 'deflate', 'br'],
			'encoding of bodies over HTTP, whatever the client accepts',
		),
		paging: oneOf(
			['right', 'missing-later', 'total-high', 'overlapping', 'repeating'],
			'GET people: every second person gone after the first pass, total 10 too high, last person of a page again on the next, or always the first page',
		),
	},
	'Rate limit': {
		limit: whole(120, 0, 'requests a key may make in 60 s; 0 = no limit'),
		window: oneOf(
			['fixed', 'clock', 'rolling'],
			'60 s from the first request, by the minute of the clock, or any 60 s',
		),
		rateHeaders: flag(true, 'send rate limit headers'),
		rateHeaderForm: oneOf(
			['x-ratelimit', 'draft-02', 'draft-06', 'draft-07', 'draft-08'],
			'X-RateLimit-*, or the RateLimit headers of an IETF httpapi draft',
		),
		resetFormat: oneOf(
			['seconds-ceil', 'seconds-floor', 'milliseconds', 'delta'],
			'X-RateLimit-Reset: epoch seconds, epoch milliseconds or seconds to wait',
		),
		announcedLimit: whole(0, 0, 'X-RateLimit-Limit when it is not the true one; 0 = true'),
		retryAfter: oneOf(
			['none', 'seconds', 'date', 'zero', 'past'],
			'Retry-After: the true wait as seconds or date, 0, or a date an hour ago',
		),
		retryAfterOn: oneOf(['429', '429-and-503'], 'which answers carry Retry-After'),
		countRefused: flag(false, 'a 429 spends allowance too'),
		preused: whole(0, 0, 'requests another client of the key makes in each window'),
		dateHeader: flag(true, 'send the Date header'),
		clockSkewMs: whole(0, -Number.MAX_SAFE_INTEGER, "how far Flameup's clock is ahead"),
	},
	Faults: {
		latencyMs: span(0, 'milliseconds', 'time to answer'),
		faults: faultPlan('faults by number of the request, from 1'),
		faultRate: share(0, 'share of requests that fail by chance'),
		faultKinds: someOf(
			[...faultKinds, ...otherFaultKinds],
			['500'],
			'which faults happen by chance',
		),
		faultsOn: oneOf(['all', 'writes'], 'which requests are counted and can fail'),
		lateMs: whole(90_000, 0, 'applied-late: how long after its arrival a request is carried out'),
		outage: span(0, 'seconds', 'when no request works, counted from the first; 0 = never'),
		outageKind: oneOf(
			['503-html', '503', '502-empty', 'html-200-before', 'reset-before', 'stall', 'refused'],
			'answer during the outage; refused closes the port',
		),
		seed: whole(1, 0, 'makes chance repeatable'),
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

/** A value that a switch cannot take; the message names the switch. */
export class SwitchError extends Error {
	override name = 'SwitchError';
}

/** Every switch at its default. */
export const defaults = () =>
	Object.fromEntries(Object.entries(table).map(([name, one]) => [name, one.default])) as Switches;

/** Reads values from text or JSON; refuses unknown names and values with a clear sentence. */
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
