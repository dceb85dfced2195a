import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { defaultKey } from '../../simulator/keys.mts';
import { type Simulator, startSimulator } from '../../simulator/server.mts';
import { type DestinationSpec, startClient } from './client.mts';
import { destination, environment } from './environment.mts';
import { startProxy } from './network.mts';
import { type Tap, tapped } from './taps.mts';

/** Shared setup of a test file; removed after its tests. */
export type Stage = Awaited<ReturnType<typeof openStage>>;

/** A key that no simulator accepts; it must not appear in any output. */
export const wrongKey = 'ws_wrong_5e7b1c.c0ffee5ec4e7c0ffee5ec4e7';

/** Starts PyAirbyte in a folder of its own. */
export async function openStage() {
	const folder = mkdtempSync(path.join(tmpdir(), 'flameup-pyairbyte-'));
	const proxy = await startProxy();
	const client = startClient(folder, environment(folder, proxy.url));
	const simulators: Simulator[] = [];
	const taps: Tap[] = [];
	afterAll(async () => {
		await client.stop();
		proxy.close();
		await Promise.all(simulators.map((one) => one.close()));
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	});

	return {
		client,
		folder,
		/** The requests to the network. */
		asked: proxy.asked,
		/** Starts a Flameup without a rate limit. */
		async simulator() {
			const simulator = await startSimulator({ limit: 0 });
			simulators.push(simulator);
			return simulator;
		},
		/** The destination, or another connector, run through a tap of this name. */
		tap(name: string, connector = destination) {
			const tap = tapped(connector, path.join(folder, name));
			if (connector === destination) taps.push(tap);
			return tap;
		},
		/** The files with the destination's output from all taps. */
		printed: () => taps.flatMap((tap) => tap.printed()),
	};
}

/** The destination, configured to use the simulator. */
export const flameup = (
	{ url, flameup }: Simulator,
	executable: string,
	settings: object = {},
): DestinationSpec => ({
	executable,
	config: {
		api_key: defaultKey,
		workspace_id: flameup.switches().workspace,
		api_url: url,
		...settings,
	},
});
