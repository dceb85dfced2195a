import { FlameupError, kindOf, type Problem, problemOf } from '../../src/errors';
import { Client } from '../../src/flameup/client';
import type { Clock, Transport } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import { describe, paragraph } from '../../src/texts';
import { InputError } from './inputError';
import type { FailureType, OutgoingMessage } from './protocol';
import { operations, specification } from './spec';
import { vocabulary } from './vocabulary';

export { readCatalog, readSettings } from './settings';
export { write } from './write';

/** The answer to `spec`. */
export const spec = (): OutgoingMessage => ({ type: 'SPEC', spec: specification() });

/** The answer to `discover`. */
export const discover = (): OutgoingMessage => ({
	type: 'DESTINATION_CATALOG',
	destination_catalog: { operations: operations() },
});

/** The answer to `check`: one read, no write. */
export async function check(
	settings: Settings,
	transport: Transport,
	clock: Clock,
): Promise<OutgoingMessage> {
	const client = new Client({ settings, transport, clock, signal: { aborted: false } });
	const result = await client.check();
	if (!result.ok) {
		const words = vocabulary(settings.rejected_records.include_values, 'test');
		return connectionStatus(false, paragraph(describe(result.problem, words)));
	}
	const found = result.canRead ? ACCEPTED : WRITE_ONLY;
	return connectionStatus(true, `${found} ${environment(settings.api_key)}`);
}

const ACCEPTED = 'Flameup accepts the API key and knows the workspace.';

const WRITE_ONLY =
	'Flameup knows the API key, but the key may not read people, so nothing more could be tested. That is fine if it may write people (people:write).';

/** An answer to `check`; FAILED is an answer too. */
export const connectionStatus = (ok: boolean, message: string): OutgoingMessage => ({
	type: 'CONNECTION_STATUS',
	connectionStatus: { status: ok ? 'SUCCEEDED' : 'FAILED', message },
});

/** Flameup tells live from test by the beginning of the key. */
function environment(apiKey: string): string {
	if (apiKey.startsWith('ws_live_')) return 'It is a live key: people will be real.';
	if (apiKey.startsWith('ws_test_')) return 'It is a test key: nobody shows up in live data.';
	return 'The key does not begin with ws_live_ or ws_test_, so it is not known whether it is live or test.';
}

/** Whether the user can mend it in a setting or a file. */
export const isConfigError = (error: unknown): error is Error =>
	error instanceof InputError ||
	(error instanceof FlameupError && kindOf(error.problem) === 'config');

/** What went wrong as one paragraph. */
export function errorText(error: unknown, showsValues = false): string {
	if (error instanceof InputError) return error.message;
	const problem = problemOf(error);
	return problem.code === 'unexpected'
		? 'The destination met an error of its own. Run the sync again, and report it if it comes back.'
		: paragraph(describe(problem, vocabulary(showsValues)));
}

function failureType(problem: Problem): FailureType {
	const kind = kindOf(problem);
	if (kind === 'config' || kind === 'record') return 'config_error';
	return kind === 'unexpected' ? 'system_error' : 'transient_error';
}

/** The one trace that tells why a command failed. */
export function failure(error: unknown, emittedAt: number, showsValues = false): OutgoingMessage {
	const problem = problemOf(error);
	const cause = problem.code === 'unexpected' ? problem.error : error;
	return {
		type: 'TRACE',
		trace: {
			type: 'ERROR',
			emitted_at: Math.round(emittedAt),
			error: {
				message: errorText(error, showsValues),
				internal_message: cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown',
				failure_type: error instanceof InputError ? 'config_error' : failureType(problem),
			},
		},
	};
}
