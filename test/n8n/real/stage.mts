import { afterAll, beforeEach, inject } from 'vitest';
import { credentialFor, startFlameup } from './flameup.mts';
import { type Credential, openRest } from './rest.mts';
import { chain, code, type Part, trigger } from './workflows.mts';

/** Shared setup of a test file: n8n, and a Flameup that is empty when a test begins. */
export async function openStage({ hasPackage = true } = {}) {
	const host = inject('host');
	const rest = openRest(host.url, host.cookie);
	const simulator = await startFlameup();
	const { flameup } = simulator;
	beforeEach(() => flameup.reset());
	afterAll(() => simulator.close());
	const credentialData = credentialFor(simulator);
	const credential: Credential = hasPackage
		? await rest.credential('Flameup', credentialData)
		: { id: '', name: '' };
	return {
		host,
		rest,
		flameup,
		/** A valid credential, if the package is installed. */
		credential,
		credentialData,
		/** Runs one of our nodes manually, on the rows that the JavaScript returns. */
		run: (rows: string, node: Part, chosen = credential) =>
			rest.run(chain('Rows to Flameup', trigger, code(rows), node), chosen),
		/** The number of requests received. */
		requests: () => flameup.stats().requests,
		/** The number of people stored. */
		size: () => flameup.people().size,
	};
}
