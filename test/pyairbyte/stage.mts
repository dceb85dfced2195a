import path from 'node:path';
import { defaultKey } from '../../simulator/keys.mts';
import { type Simulator, startSimulator } from '../../simulator/server.mts';
import type { Checks } from '../n8n/real/checks.mts';
import type { Client, ConnectorWish } from './client.mts';
import { destination } from './environment.mts';
import { type Tap, tapped } from './taps.mts';

/** What every group of checks has to hand. */
export interface Stage extends Checks {
	client: Client;
	/** Everything is kept here, and is gone at the end. */
	folder: string;
	/** Starts a simulator without a limit of requests; it is closed when the checks end. */
	simulator(): Promise<Simulator>;
	/** The destination behind a tap of this name. */
	tap(name: string, connector?: string): Tap;
	/** Files of everything that the destination has printed behind taps. */
	printed(): string[];
}

/** Opens the stage. */
export function openStage(checks: Checks, client: Client, folder: string): Stage {
	const taps: Tap[] = [];
	return {
		...checks,
		client,
		folder,
		async simulator() {
			const simulator = await startSimulator({ limit: 0 });
			simulators.add(simulator);
			return simulator;
		},
		tap(name, connector = destination) {
			const tap = tapped(connector, path.join(folder, name));
			if (connector === destination) taps.push(tap);
			return tap;
		},
		printed: () => taps.flatMap((tap) => tap.printed()),
	};
}

const simulators = new Set<Simulator>();

/** Ends every simulator. */
export const closeSimulators = () => Promise.all([...simulators].map((one) => one.close()));

/** The destination with a configuration that reaches the simulator. */
export const flameup = (
	{ url, flameup }: Simulator,
	executable: string,
	settings: object = {},
): ConnectorWish => ({
	executable,
	config: {
		api_key: defaultKey,
		workspace_id: flameup.switches().workspace,
		api_url: url,
		...settings,
	},
});
