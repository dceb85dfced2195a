import type { HttpResponse, NetworkFault } from '../ports';
import { type CheckResult, checkResult, unreachable } from './advice';
import { parse, readUpsert, type UpsertAnswer } from './answers';
import { type ClientOptions, type ClientStats, createSender, type Written } from './sender';

export type { ClientOptions, ClientStats } from './sender';

/** A check answers within 15 s; this leaves time to start on a slow machine, and to print. */
const CHECK_TIMEOUT_MS = 7_000;

/** An ID that nobody has, so that the check reads nobody's data. */
const NOBODY = 'flameup-connection-check';

const WRITE_PEOPLE = 'people:write';

/** What a run does with Flameup. */
export interface Client {
	/**
	 * Sends at most 100 people, each as JSON, and tries again while Flameup is busy or down.
	 * Throws ConfigError, TransientError or StoppedError.
	 */
	upsertPeople(
		userIds: readonly string[],
		people: readonly string[],
	): Promise<Written<{ readonly answer: UpsertAnswer }>>;
	/**
	 * Creates one person, given as JSON. Tried again only when Flameup certainly did not create them.
	 * Throws like upsertPeople.
	 */
	createPerson(person: string): Promise<Written<{ readonly person: unknown }>>;
	/** One cheap read; never throws, never waits for the allowance. */
	check(): Promise<CheckResult>;
	/** Whether the allowance has requests to spare for a batch that is not full. */
	hasSpare(): boolean;
	readonly stats: Readonly<ClientStats>;
}

/** Whether a request that must not take effect twice may be sent again. */
export const hadNoEffect = (answer: HttpResponse | NetworkFault): boolean =>
	'status' in answer ? answer.status === 429 : !answer.sent;

function envelope(people: readonly string[]): string[] {
	const parts = ['{"people":['];
	for (const [i, person] of people.entries()) {
		if (i > 0) parts.push(',');
		parts.push(person);
	}
	parts.push(']}');
	return parts;
}

/** A client for one run and one API key. */
export function createClient(options: ClientOptions): Client {
	const { base, hasSpare, headers, send, stats } = createSender(options);

	return {
		stats,
		hasSpare,
		async upsertPeople(userIds, people) {
			const written = await send({
				method: 'POST',
				path: '/people/batch',
				body: envelope(people),
				read: (response) => readUpsert(response, userIds),
				isRepeatable: () => true,
				permission: WRITE_PEOPLE,
			});
			return written.refused ? written : { refused: false, answer: written.value };
		},
		async createPerson(person) {
			const written = await send({
				method: 'POST',
				path: '/people',
				body: [person],
				read: ({ body }) => ({ person: parse(body) }),
				isRepeatable: hadNoEffect,
				permission: WRITE_PEOPLE,
			});
			return written.refused ? written : { refused: false, person: written.value.person };
		},
		async check() {
			const path =
				options.workspaceId === ''
					? '/people?limit=1'
					: `/people/search?external_id=${NOBODY}&limit=1`;
			const timeoutMs = Math.min(CHECK_TIMEOUT_MS, options.pace.timeout_seconds * 1000);
			const answer = await options.transport({
				method: 'GET',
				url: base + path,
				headers,
				timeoutMs,
			});
			return 'status' in answer ? checkResult(answer) : { ok: false, message: unreachable(answer) };
		},
	};
}
