import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { defaultKey } from '../../simulator/keys.mts';
import { type SimulatorOptions, startSimulator } from '../../simulator/server.mts';
import { atTheEnd } from '../atTheEnd.mts';
import { catalogOf, type StreamSpec } from './catalog.mts';
import { type Ending, type StartOptions, start } from './connector.mts';
import { ids, lastCursor } from './input.mts';

export const KEY = defaultKey;
export const WORKSPACE = 'ws_simulator';

export { catalogOf, type StreamSpec } from './catalog.mts';

export interface WorldOptions {
	readonly simulator?: SimulatorOptions;
	/** Overrides a configuration that reaches the simulator. */
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly streams?: readonly StreamSpec[];
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** A folder of its own, gone when the tests are over. */
export function createFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'flameup-airbyte-'));
	atTheEnd(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** A simulator, the files that a connector needs to reach it, and ways to start one. */
export async function createWorld({
	settings = {},
	simulator: options = {},
	streams = [{ name: 'people' }],
}: WorldOptions = {}) {
	const simulator = await startSimulator({ limit: 0, ...options });
	atTheEnd(simulator.close);
	const folder = createFolder();
	const config = join(folder, 'config.json');
	const catalog = join(folder, 'catalog.json');
	const base = { api_key: KEY, workspace_id: WORKSPACE, api_url: simulator.url };
	writeFileSync(config, JSON.stringify({ ...base, ...settings }));
	writeFileSync(catalog, JSON.stringify(catalogOf(streams)));
	const writeArgs = ['write', '--config', config, '--catalog', catalog];

	return {
		...simulator,
		folder,
		config,
		catalog,
		writeArgs,
		held: () => [...simulator.flameup.people().keys()],
		/** Everybody whom these states of `people` acknowledge is there. */
		expectCovered(states: readonly string[]): void {
			const held = simulator.flameup.people();
			expect(ids(lastCursor(states)).filter((id) => !held.has(id))).toEqual([]);
		},
		/** Starts `write`; standard input stays open. */
		start: (given?: StartOptions) => start(writeArgs, given),
		/** Starts `write` through another program, such as a shell. */
		startBy: (program: string, args: readonly string[], given?: StartOptions) =>
			start([...args, ...writeArgs], { ...given, program }),
		/** `write` with this input, to its end. */
		write: (input: string | Uint8Array, given?: StartOptions): Promise<Ending> =>
			start(writeArgs, given).end(input),
		check: (): Promise<Ending> => start(['check', '--config', config]).end(),
	};
}
