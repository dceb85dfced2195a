import { type Simulator, startSimulator } from '../../../simulator/server.mts';
import type { Switches } from '../../../simulator/switches.mts';
import type { Checks } from './checks.mts';
import { type N8n, type N8nOptions, startN8n } from './n8n.mts';
import type { Tarball } from './package.mts';
import { type Credential, type CredentialData, type Rest, signIn } from './rest.mts';

/** The workspace and key that the simulator accepts. */
export const workspaceId = 'ws_checks';
export const apiKey = `ws_test_checks_n8n.${'c'.repeat(64)}`;
/** A key that may write and nothing else. */
export const writeOnlyKey = `ws_test_checks_write.${'d'.repeat(64)}`;

/** A running n8n with our package and a credential, and the Flameup it talks to. */
export interface Stage extends Checks {
	n8n: N8n;
	rest: Rest;
	tarball: Tarball;
	simulator: Simulator;
	/** A credential that works. */
	credential: Credential;
	credentialData: CredentialData;
}

/** A Flameup for these checks, with no limit unless it is asked for. */
export const flameupForChecks = (switches: Partial<Switches> = {}) =>
	startSimulator({
		workspace: workspaceId,
		keys: [
			{ key: apiKey, permissions: ['*'] },
			{ key: writeOnlyKey, permissions: ['people:write'] },
		],
		limit: 0,
		...switches,
	});

/** What a good credential for it holds. */
export const credentialFor = ({ url }: Simulator): CredentialData => ({
	apiKey,
	workspaceId,
	baseUrl: url,
});

/** Starts n8n and Flameup and signs in; the package is not in yet. */
export async function openStage(
	options: N8nOptions,
	checks: Checks,
): Promise<Omit<Stage, 'credential'>> {
	const simulator = await flameupForChecks();
	const n8n = await startN8n(options);
	const rest = await signIn(n8n.url);
	const credentialData = credentialFor(simulator);
	return { ...checks, n8n, rest, tarball: options.tarball, simulator, credentialData };
}
