import { createRedactor } from '../../../connectors/airbyte/redact';
import { peekSecrets } from '../../../connectors/airbyte/settings';
import type { SentPerson } from '../../../simulator/rules.mts';
import { fakeWrite } from '../../core/fake-write.mts';
import type { FuzzRun } from './judge.mts';

/** Refuses some people, with messages that repeat their data. */
const refuse = (person: SentPerson): string | undefined =>
	/[36]$/.test(person.userId) ? `must not be ${String(person.email)} ${person.userId}` : undefined;

/** Runs the destination's `write` on any files and input; returns what its process would print. */
export async function writeIn(
	input: Iterable<Buffer>,
	config: string,
	catalog: string,
): Promise<FuzzRun> {
	const { failure, fake, logs, states } = await fakeWrite({
		config,
		catalog,
		input,
		flameup: { limit: 0, latencyMs: [1, 40], refuse },
	});
	// The process redacts the key as soon as it has read the file.
	const redact = createRedactor(...peekSecrets(config));
	const told = [...logs, ...(failure ? [failure] : [])].map((message) =>
		JSON.stringify(message, (name, value) =>
			['message', 'internal_message'].includes(name) ? redact(value) : value,
		),
	);
	return {
		lines: [...states, ...told],
		exitCode: failure === undefined ? 0 : 1,
		stderr: '',
		peopleCreated: fake.flameup.stats().peopleCreated,
	};
}
