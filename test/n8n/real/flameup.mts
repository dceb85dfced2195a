import { type Simulator, startSimulator } from '../../../simulator/server.mts';
import type { Switches } from '../../../simulator/switches.mts';

/** What a credential of ours holds. */
export interface CredentialData {
	apiKey: string;
	workspaceId: string;
	baseUrl: string;
}

const workspaceId = 'ws_checks';
const apiKey = `ws_test_checks_n8n.${'c'.repeat(64)}`;
/** A key that may write and nothing else. */
export const writeOnlyKey = `ws_test_checks_write.${'d'.repeat(64)}`;

/** A Flameup for these tests, with no limit unless it is asked for. */
export const startFlameup = (switches: Partial<Switches> = {}) =>
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
