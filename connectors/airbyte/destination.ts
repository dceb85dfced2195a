import { FlameupError, kindOf, type Problem, problemOf } from '../../src/errors';
import { Client } from '../../src/flameup/client';
import type { Clock, Storage, Transport } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import { describe, paragraph } from '../../src/texts';
import { InputError } from './inputError';
import type { FailureType, OutgoingMessage } from './protocol';
import { operations, specification } from './spec';
import { storageProblem } from './storageCheck';
import { vocabulary } from './vocabulary';

export { preview } from './preview';
export { previewText } from './previewText';
export { type RetryFilter, retry } from './retry';
export { readCatalog, readSettings } from './settings';
export { type WriteOptions, write } from './write';

/** The answer to `spec`. */
export const spec = (): OutgoingMessage => ({ type: 'SPEC', spec: specification() });

/** The answer to `discover`. */
export const discover = (): OutgoingMessage => ({
	type: 'DESTINATION_CATALOG',
	destination_catalog: { operations: operations() },
});

/** The answer to `check`, which sends one read request, and tries the storage with a small object. */
export async function check(
	settings: Settings,
	transport: Transport,
	clock: Clock,
	storage?: Storage,
): Promise<OutgoingMessage> {
	const client = new Client({ settings, transport, clock, signal: { aborted: false } });
	const result = await client.check();
	const isClaimed = settings.changes === 'send_changed';
	const problem = result.ok
		? storage && (await storageProblem(storage, isClaimed))
		: result.problem;
	if (problem !== undefined) {
		const words = vocabulary(settings.rejected_records.include_values, 'test');
		return connectionStatus(false, paragraph(describe(problem, words)));
	}
	const found = result.ok && !result.canRead ? WRITE_ONLY : ACCEPTED;
	const stored = storage === undefined ? '' : ' The storage can be read and written.';
	return connectionStatus(true, `${found} ${environment(settings.api_key)}${stored}`);
}

const ACCEPTED = 'Flameup accepts the API key and knows the workspace.';

const WRITE_ONLY =
	'Flameup knows the API key, but the key may not read people (people:read), so nothing else could be tested. The key works if it may write people (people:write).';

/** An answer to `check`, successful or not. */
export const connectionStatus = (ok: boolean, message: string): OutgoingMessage => ({
	type: 'CONNECTION_STATUS',
	connectionStatus: { status: ok ? 'SUCCEEDED' : 'FAILED', message },
});

/** The prefix of a key shows whether it is live or test. */
function environment(apiKey: string): string {
	if (apiKey.startsWith('ws_live_')) return 'It is a live key: people will show up in live data.';
	if (apiKey.startsWith('ws_test_'))
		return 'It is a test key: people will not show up in live data.';
	return 'The key does not begin with ws_live_ or ws_test_, so it may be a live or a test key.';
}

/** Whether the user can fix the error in a setting or a file. */
export const isConfigError = (error: unknown): error is Error =>
	error instanceof InputError ||
	(error instanceof FlameupError && kindOf(error.problem) === 'config');

/** The text of an error as one paragraph. */
export function errorText(error: unknown, showsValues = false): string {
	if (error instanceof InputError) return error.message;
	const problem = problemOf(error);
	return problem.code === 'unexpected'
		? 'The destination had an internal error. Run the sync again, and report the error if it recurs.'
		: paragraph(describe(problem, vocabulary(showsValues)));
}

function failureType(problem: Problem): FailureType {
	const kind = kindOf(problem);
	if (kind === 'config' || kind === 'record') return 'config_error';
	return kind === 'unexpected' ? 'system_error' : 'transient_error';
}

/** For developers; some clients show this to their users instead of the message. */
function internalText(problem: Problem, error: unknown, showsValues: boolean): string {
	if (error instanceof InputError) return error.message;
	if (problem.code !== 'unexpected') return `${problem.code}: ${errorText(error, showsValues)}`;
	const { error: cause } = problem;
	return cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
}

/** The trace message for a failed command. */
export function failure(error: unknown, emittedAt: number, showsValues = false): OutgoingMessage {
	const problem = problemOf(error);
	return {
		type: 'TRACE',
		trace: {
			type: 'ERROR',
			emitted_at: Math.round(emittedAt),
			error: {
				message: errorText(error, showsValues),
				internal_message: internalText(problem, error, showsValues),
				failure_type: error instanceof InputError ? 'config_error' : failureType(problem),
			},
		},
	};
}
