import { ConfigError, FlameupError, TransientError } from '../../src/errors';
import { createClient } from '../../src/flameup/client';
import type { Clock, Transport } from '../../src/ports';
import type { Settings } from '../../src/settings/settings';
import type { FailureType, OutgoingMessage } from './protocol';
import { operations, specification } from './spec';

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
	const client = createClient({
		apiUrl: settings.api_url,
		workspaceId: settings.workspace_id,
		apiKey: settings.api_key,
		pace: settings.pace,
		transport,
		clock,
		signal: { aborted: false },
	});
	const { message, ok } = await client.check();
	return connectionStatus(ok, ok ? `${message} ${environment(settings.api_key)}` : message);
}

/** An answer to `check`; FAILED is an answer too. */
export const connectionStatus = (ok: boolean, message: string): OutgoingMessage => ({
	type: 'CONNECTION_STATUS',
	connectionStatus: { status: ok ? 'SUCCEEDED' : 'FAILED', message },
});

/** Flameup tells live from test by the beginning of the key. */
function environment(apiKey: string): string {
	if (apiKey.startsWith('ws_live_')) return 'It is a live key: people will be real.';
	if (apiKey.startsWith('ws_test_')) return 'It is a test key: nobody shows up in live data.';
	return 'The key does not begin with ws_live_ or ws_test_, so whether it is live or test is not known.';
}

function failureType(error: unknown): FailureType {
	if (error instanceof ConfigError) return 'config_error';
	if (error instanceof TransientError) return 'transient_error';
	return 'system_error';
}

/** The one trace that tells why a command failed. */
export function failure(error: unknown, emittedAt: number): OutgoingMessage {
	const isOurs = error instanceof FlameupError && error.cause === undefined;
	const words = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
	return {
		type: 'TRACE',
		trace: {
			type: 'ERROR',
			emitted_at: Math.round(emittedAt),
			error: {
				message: isOurs
					? error.message
					: 'The destination met an error of its own. Run the sync again, and report it if it comes back.',
				internal_message: words,
				failure_type: failureType(error),
			},
		},
	};
}
