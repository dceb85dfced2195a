import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defaultKey } from '../simulator/keys.mts';
import { floor } from './floor.mts';
import { buildFaros, buildNaive } from './peers/build.mts';
import { CATALOG } from './records.mts';

/** A measured program, which reads the source's messages on stdin. */
export type Peer = {
	name: string;
	command: string[];
	/** Whether it sends people and echoes STATEs, or only reads. */
	delivers: boolean;
	/** Whether its STATEs contain record counts. */
	counts?: boolean;
	/** Its commands for the specification and the connection test, if it has them. */
	spec?: string[];
	check?: string[];
};

/** The peers' names in the tables. */
export const OURS = 'destination-flameup';
export const FAROS = 'on faros-airbyte-cdk';
export const NAIVE = 'readline + fetch';

/** A floor runs with `node -e`, because stripping types from a file takes a quarter of a short run. */
const floorCommand = (parse: boolean) => [process.execPath, '-e', `(${floor})(${parse})`];

/** The floor that all peers are compared with; it runs right before and after each of them. */
export const PARSE_FLOOR: Peer = {
	name: 'floor: parse each line',
	command: floorCommand(true),
	delivers: false,
};

/** The minimum cost of reading lines. */
export const LINE_FLOOR: Peer = {
	name: 'floor: find the lines',
	command: floorCommand(false),
	delivers: false,
};

/** The server that the peers send people to, and whether it has a rate limit. */
type Target = { apiUrl: string; limited: boolean };

/** Returns all peers that send people, configured for a target; ours is the first. */
export type Senders = (target: Target) => Peer[];

/** Builds the peers that the destination is compared with. */
export async function prepareSenders(
	{ destination, peers }: { destination: string; peers: string[] },
	folder: string,
): Promise<Senders> {
	const executable = resolve(destination);
	if (!existsSync(executable)) throw new Error(`${destination} does not exist; build it first`);
	const strangers = peers.filter((name) => name !== 'faros' && name !== 'naive');
	if (strangers.length > 0) throw new Error(`There is no peer ${strangers.join(', ')}`);
	const faros = peers.includes('faros') ? await buildFaros(folder) : undefined;
	const naive = peers.includes('naive') ? await buildNaive(folder) : undefined;
	return (target) => {
		const files = writeFiles(target, folder);
		const made = [airbyte(OURS, [executable], files, true)];
		if (faros) made.push(airbyte(FAROS, [process.execPath, faros], files));
		const command = (script: string) => [process.execPath, script, files.config];
		if (naive) made.push({ name: NAIVE, command: command(naive), delivers: true });
		return made;
	};
}

type Files = { config: string; catalog: string };

const airbyte = (
	name: string,
	program: string[],
	{ config, catalog }: Files,
	counts = false,
): Peer => ({
	name,
	command: [...program, 'write', '--config', config, '--catalog', catalog],
	delivers: true,
	counts,
	spec: [...program, 'spec'],
	check: [...program, 'check', '--config', config],
});

/** The key is valid only in the simulator. Without a limit, requests never wait for the allowance. */
function writeFiles({ apiUrl, limited }: Target, folder: string): Files {
	const own = mkdtempSync(join(folder, 'config-'));
	const files = { config: join(own, 'config.json'), catalog: join(own, 'catalog.json') };
	const config = { api_key: defaultKey, workspace_id: 'ws_simulator', api_url: apiUrl };
	const pace = limited ? {} : { pace: { requests_per_minute: 1_000_000 } };
	writeFileSync(files.config, JSON.stringify({ ...config, ...pace }));
	writeFileSync(files.catalog, JSON.stringify(CATALOG));
	return files;
}
