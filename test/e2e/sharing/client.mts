import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from '../../../connectors/airbyte/transport.mts';
import { defaultKey } from '../../../simulator/keys.mts';
import { createClient } from '../../../src/flameup/client';
import { createLoader } from '../../../src/loading/loader';
import type { Clock, StopSignal } from '../../../src/ports';
import { Batches, Pace } from '../../../src/settings/settings';

const clock: Clock = {
	now: Date.now,
	random: Math.random,
	sleep: (ms, signal?: StopSignal) =>
		sleep(ms, undefined, signal && { signal: signal as AbortSignal }).catch(() => undefined),
};

/** Sends all people as the n8n node does: they are all there, and no batch goes before it is full. */
export async function sendLikeNode(apiUrl: string, people: readonly { userId: string }[]) {
	const pace = Pace.parse({});
	const stop = new AbortController();
	const { close, transport } = createTransport(apiUrl, pace.requests_in_flight);
	const client = createClient({
		apiUrl,
		workspaceId: 'ws_simulator',
		apiKey: defaultKey,
		pace,
		transport,
		clock,
		signal: stop.signal,
	});
	let upserted = 0;
	const loader = createLoader<number, never>(
		{
			client,
			batches: Batches.parse({}),
			requestsInFlight: pace.requests_in_flight,
			clock,
			stop,
			maxPending: { records: 2_000, characters: 16_000_000 },
			flushesByAge: false,
			tellsPeople: true,
		},
		{
			outcome: ({ status }) => {
				if (status === 'upserted') upserted++;
			},
			marker: () => undefined,
		},
	);
	for (const [row, person] of people.entries()) {
		loader.add(row, { person, json: JSON.stringify(person) });
		await loader.room();
	}
	await loader.end();
	close();
	return upserted;
}
