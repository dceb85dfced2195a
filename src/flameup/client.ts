import { FlameupError, type Problem } from '../errors';
import type { HttpResponse, NetworkFault } from '../ports';
import { idOf, readList, readUpsert, type UpsertAnswer, verdictOf } from './answers';
import { answeredBy, type Complaint, isComplaint, readComplaint } from './complaints';
import { isObject, type Json, parse } from './json';
import {
	campaignCall,
	type Device,
	deviceCall,
	hadNoEffect,
	isEmptyBody,
	type Message,
	messageCall,
	type TrackedEvent,
	trackCall,
} from './oneTime';
import { type Call, type ClientOptions, type ClientStats, Sender, type Written } from './sender';
import { faultProblem, isUntrusted, stopProblem } from './stops';

/** A check has to finish within 15 s; this leaves time to start on a slow machine, and to print. */
const CHECK_TIMEOUT_MS = 7_000;

/** A user ID that does not exist, so that a connection test reads no personal data. */
export const NOBODY = 'flameup-connection-check';

/** The result of a connection test. */
export type CheckResult =
	| { readonly ok: true /** False for a key that may only write. */; readonly canRead: boolean }
	| { readonly ok: false; readonly problem: Problem };

/** What a person is looked up by. */
export type PersonKey = 'userId' | 'email' | 'id';

/** Which people are listed. */
export interface PeopleFilter {
	readonly status?: string;
	readonly search?: string;
}

/** Which events are listed; `since` and `until` are ISO 8601. */
export interface EventFilter {
	readonly user_id?: string;
	readonly event?: string;
	readonly since?: string;
	readonly until?: string;
}

/** A page of a list, in an order that Flameup does not document. */
export interface Page {
	readonly items: readonly Json[];
	/** The number of items on all pages; undefined if the answer does not say. */
	readonly total: number | undefined;
}

/** What came of an update of traits. */
export interface UpdatedTraits {
	/** False if Flameup has no such person; nobody was created. */
	readonly exists: boolean;
	/** The person afterwards, if the answer shows them. */
	readonly person?: Json;
}

/** A query string of the values that are set. */
const query = (values: Readonly<Record<string, string | number | undefined>>): string =>
	Object.entries(values)
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`)
		.join('&');

const READ = { isRepeatable: () => true, permission: 'people:read' } as const;
const WRITE = { isRepeatable: () => true, permission: 'people:write' } as const;

/** The person that an answer consists of. An empty answer is a success that shows no person. */
function readOne({ body }: HttpResponse): { person?: Json } | undefined {
	if (isEmptyBody(body)) return {};
	const person = parse(body);
	const isPerson = isObject(person) && (person.id ?? idOf(person)) !== undefined;
	return isPerson && !isComplaint(person) ? { person } : undefined;
}

const showsOne = ({ person }: { person?: Json }): boolean => person !== undefined;

/** Whether a person is the requested one; the server may interpret a query loosely. */
const isRequested = (person: Json, key: PersonKey, value: string): boolean =>
	key === 'userId'
		? idOf(person) === value
		: String(person[key] ?? '').toLowerCase() === value.toLowerCase();

/** Half a surrogate pair cannot be part of a URL. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Whether a text may be a path segment; `.` and `..` change the path even when escaped. */
const isSafeSegment = (text: string): boolean => isWellFormed(text) && !/^\.{0,2}$/.test(text);

function envelope(people: readonly string[]): string[] {
	const parts = ['{"people":['];
	for (const [i, person] of people.entries()) {
		if (i > 0) parts.push(',');
		parts.push(person);
	}
	parts.push(']}');
	return parts;
}

/** The result that an answer to a connection test stands for. */
function checked(answer: HttpResponse | NetworkFault): CheckResult {
	const failed = (problem: Problem): CheckResult => ({ ok: false, problem });
	if ('fault' in answer) {
		const isFinal = isUntrusted(answer);
		return failed(isFinal ? stopProblem(answer, '') : faultProblem(answer, 0, 'nothing'));
	}
	switch (verdictOf(answer.status)) {
		case 'ok':
			return readList(answer, 'people') === undefined
				? failed({ code: 'not_flameup' })
				: { ok: true, canRead: true };
		case 'fault':
			return failed(faultProblem(answer, 0, 'anything'));
		default:
			if (answer.status !== 403) return failed(stopProblem(answer, READ.permission));
			// A 403 in HTML comes from a firewall, not from Flameup.
			return answer.body.trim() === '' || isObject(parse(answer.body))
				? { ok: true, canRead: false }
				: failed({ code: 'not_flameup' });
	}
}

/** Flameup's API for one run and one API key. All methods but `check` throw FlameupError if the run has to end. */
export class Client {
	readonly #options: ClientOptions;
	readonly #sender: Sender;
	/** Whether paths name a workspace, so that they take only the IDs that Flameup assigned. */
	readonly inWorkspace: boolean;

	constructor(options: ClientOptions) {
		this.#options = options;
		this.#sender = new Sender(options);
		this.inWorkspace = options.settings.workspace_id !== '';
	}

	get stats(): Readonly<ClientStats> {
		return this.#sender.stats;
	}

	/** Whether the allowance has requests to spare for a partial batch. */
	hasSpare(): boolean {
		return this.#sender.hasSpare();
	}

	/** Sends at most 100 people, each as JSON; retries while Flameup is busy or down. */
	async upsertPeople(
		userIds: readonly string[],
		people: readonly string[],
	): Promise<Written<{ readonly answer: UpsertAnswer }>> {
		const workspaceId = this.#options.settings.workspace_id;
		const written = await this.#sender.send({
			...WRITE,
			method: 'POST',
			path: '/people/batch',
			body: envelope(people),
			read: (response, isProven) => readUpsert(response, { userIds, workspaceId }, isProven),
			proves: ({ isDocumented }: UpsertAnswer) => isDocumented,
		});
		return written.refused ? written : { refused: false, answer: written.value };
	}

	/**
	 * Creates one person, given as JSON. Retried only if Flameup certainly did not create them. An answer that
	 * shows somebody else is as unclear as none.
	 */
	async createPerson(userId: string, person: string): Promise<Written<{ readonly person?: Json }>> {
		const written = await this.#sender.send({
			...WRITE,
			method: 'POST',
			path: '/people',
			body: [person],
			what: 'person',
			read(response, isProven) {
				const one = readOne(response);
				const isClear = one?.person === undefined ? isProven : idOf(one.person) === userId;
				return isClear ? one : undefined;
			},
			proves: showsOne,
			isRepeatable: hadNoEffect,
		});
		return written.refused ? written : { refused: false, ...written.value };
	}

	/** The person with exactly this user ID, email address or, only with a workspace, ID, if there is one. */
	async findPerson(key: PersonKey, value: string): Promise<Written<{ readonly person?: Json }>> {
		const isSearch = this.inWorkspace && key !== 'id';
		const canAsk = isSearch ? isWellFormed(value) : isSafeSegment(value);
		if (!canAsk) return { refused: false };
		const found = await (isSearch ? this.#search(key, value) : this.#look(key, value));
		if (found.refused) return found;
		const person = found.value.find((one) => isRequested(one, key, value));
		return { refused: false, ...(person !== undefined && { person }) };
	}

	/** Reads one page of at most 100 people. */
	async listPeople(
		filter: PeopleFilter,
		limit: number,
		offset: number,
	): Promise<Written<{ readonly page: Page }>> {
		return this.#list(
			{ ...READ, path: `/people?${query({ limit, offset, ...filter })}` },
			'people',
		);
	}

	/** Reads one page of at most 100 events; only with a workspace. */
	async listEvents(
		filter: EventFilter,
		limit: number,
		offset: number,
	): Promise<Written<{ readonly page: Page }>> {
		const path = `/events?${query({ limit, offset, ...filter })}`;
		const call = { ...READ, path, permission: 'events:read', pathStyle: 'workspace' } as const;
		return this.#list(call, 'events');
	}

	async #list(
		call: Pick<Call<Page>, 'isRepeatable' | 'path' | 'pathStyle' | 'permission'>,
		name: 'people' | 'events',
	): Promise<Written<{ readonly page: Page }>> {
		const written = await this.#sender.send<Page>({
			...call,
			method: 'GET',
			read(response) {
				const items = readList(response, name);
				const total = (parse(response.body) as Json | undefined)?.total;
				return items && { items, total: typeof total === 'number' ? total : undefined };
			},
		});
		return written.refused ? written : { refused: false, page: written.value };
	}

	/**
	 * Merges traits, given as JSON, into those of a person; `id` is Flameup's own in a workspace, else the user's.
	 * Repeated once if the answer reports a failure although its status is 2xx.
	 */
	async updateTraits(id: string, traits: string): Promise<Written<UpdatedTraits>> {
		if (!isSafeSegment(id)) return { refused: false, exists: false };
		for (let tries = 1; ; tries++) {
			const written = await this.#putTraits(id, traits);
			if (written.refused) return written;
			const { complaint, ...updated } = written.value;
			if (complaint === undefined) return { refused: false, ...updated };
			if (tries === 1) continue;
			throw new FlameupError({ code: 'not_confirmed', answer: answeredBy(complaint) });
		}
	}

	#putTraits(id: string, traits: string) {
		return this.#sender.send<UpdatedTraits & { readonly complaint?: Complaint }>({
			...WRITE,
			method: 'PUT',
			path: `/people/${encodeURIComponent(id)}`,
			body: [`{"traits":${traits}}`],
			read(response, isProven) {
				const body = parse(response.body);
				if (isObject(body) && isComplaint(body)) {
					return { exists: true, complaint: readComplaint(response) };
				}
				const one = readOne(response);
				return one && (isProven || showsOne(one)) ? { exists: true, ...one } : undefined;
			},
			proves: showsOne,
			absent: { exists: false },
		});
	}

	/** Sends an event. Retried only if Flameup certainly did not process it. */
	track(tracked: TrackedEvent): Promise<Written<{ readonly answer: Json }>> {
		return this.#once(trackCall(tracked, this.inWorkspace));
	}

	/** Sends a message, only with a workspace. Retried only if Flameup certainly did not send it. */
	sendMessage(message: Message): Promise<Written<{ readonly answer: Json }>> {
		return this.#once(messageCall(message));
	}

	/**
	 * Triggers a campaign, only with a workspace. Retried only if Flameup certainly did not trigger it. Returns no
	 * answer if the text cannot be an ID.
	 */
	async triggerCampaign(campaignId: string): Promise<Written<{ readonly answer?: Json }>> {
		if (!isSafeSegment(campaignId)) return { refused: false };
		return this.#once(campaignCall(campaignId));
	}

	/** Registers a device of a person; returns no answer if there is no such person. */
	async registerDevice(
		key: PersonKey,
		value: string,
		device: Device,
	): Promise<Written<{ readonly answer?: Json }>> {
		const found = await this.findPerson(key, value);
		if (found.refused || found.person === undefined) return found;
		const id = String(found.person.id ?? value);
		return isSafeSegment(id) ? this.#once(deviceCall(id, device)) : { refused: false };
	}

	async #once(call: Call<Json>): Promise<Written<{ readonly answer: Json }>> {
		const written = await this.#sender.send(call);
		return written.refused ? written : { refused: false, answer: written.value };
	}

	/** Tests the connection with one cheap read; never throws and never waits for the allowance. */
	async check(): Promise<CheckResult> {
		const { settings, transport } = this.#options;
		const answer = await transport({
			method: 'GET',
			url: `${this.#sender.base}${this.inWorkspace ? `/people/search?external_id=${NOBODY}&limit=1` : '/people?limit=1'}`,
			headers: { accept: 'application/json', 'accept-encoding': 'identity' },
			timeoutMs: Math.min(CHECK_TIMEOUT_MS, settings.pace.timeout_seconds * 1000),
		});
		return checked(answer);
	}

	/** For a workspace, paths accept only Flameup's own ID, so people have to be searched for. */
	#search(key: 'userId' | 'email', value: string): Promise<Written<{ readonly value: Json[] }>> {
		const name = key === 'userId' ? 'external_id' : 'email';
		return this.#sender.send({
			...READ,
			method: 'GET',
			path: `/people/search?${name}=${encodeURIComponent(value)}&limit=1`,
			read: (response) => readList(response, 'people'),
		});
	}

	/** With a workspace, the path holds Flameup's own ID; without, a user ID or an email address. */
	#look(key: PersonKey, value: string): Promise<Written<{ readonly value: Json[] }>> {
		return this.#sender.send<Json[]>({
			...READ,
			...(key === 'id' && { pathStyle: 'workspace' }),
			method: 'GET',
			path: `/people/${encodeURIComponent(value)}`,
			read(response) {
				const one = readOne(response);
				return one && (one.person === undefined ? [] : [one.person]);
			},
			absent: [],
		});
	}
}
