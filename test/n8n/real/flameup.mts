import { type Simulator, startSimulator } from '../../../simulator/server.mts';
import type { Switches } from '../../../simulator/switches.mts';

/** The data of a Flameup credential. */
export interface CredentialData {
	apiKey: string;
	workspaceId: string;
	baseUrl: string;
}

const workspaceId = 'ws_checks';
const apiKey = `ws_test_checks_n8n.${'c'.repeat(64)}`;
/** A key with only the permission to write. */
export const writeOnlyKey = `ws_test_checks_write.${'d'.repeat(64)}`;

/** A Flameup for these tests, without a rate limit unless set. */
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

/** The data of a valid credential for it. */
export const credentialFor = ({ url }: Simulator): CredentialData => ({
	apiKey,
	workspaceId,
	baseUrl: url,
});
