import { afterAll, beforeEach, inject } from 'vitest';
import { credentialFor, startFlameup } from './flameup.mts';
import { type Credential, openRest } from './rest.mts';
import { chain, code, type Part, trigger } from './workflows.mts';

/** What a file of tests has to hand: n8n, and a Flameup that is empty when a test begins. */
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
		/** A credential that works, if the package is there. */
		credential,
		credentialData,
		/** Runs one of our nodes by hand, behind one that gives back what the JavaScript returns. */
		run: (rows: string, node: Part, chosen = credential) =>
			rest.run(chain('Rows to Flameup', trigger, code(rows), node), chosen),
		/** How many requests have come. */
		requests: () => flameup.stats().requests,
		/** How many people are there. */
		size: () => flameup.people().size,
	};
}
