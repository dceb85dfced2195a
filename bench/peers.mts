import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defaultKey } from '../simulator/keys.mts';
import { floor } from './floor.mts';
import { buildFaros, buildNaive } from './peers/build.mts';
import { CATALOG } from './records.mts';

/** A program that is measured: it reads the source's messages on stdin. */
export type Peer = {
	name: string;
	command: string[];
	/** Whether it sends people and answers STATEs, or only reads. */
	delivers: boolean;
	/** Whether its STATEs tell how many records they cover. */
	counts?: boolean;
	/** How it is asked for its specification and for a test of the connection, if it can be. */
	spec?: string[];
	check?: string[];
};

/** The peers as the tables call them. */
export const OURS = 'destination-flameup';
export const FAROS = 'on faros-airbyte-cdk';
export const NAIVE = 'readline + fetch';

/** A floor runs from its text: stripping the types from a file would be a quarter of a short run. */
const floorCommand = (parse: boolean) => [process.execPath, '-e', `(${floor})(${parse})`];

/** What every other peer is compared with, in the runs right before and after its own. */
export const PARSE_FLOOR: Peer = {
	name: 'floor: parse each line',
	command: floorCommand(true),
	delivers: false,
};

/** What nobody who reads lines can be cheaper than. */
export const LINE_FLOOR: Peer = {
	name: 'floor: find the lines',
	command: floorCommand(false),
	delivers: false,
};

/** Where the peers send people, and whether that has a rate limit. */
type Target = { apiUrl: string; limited: boolean };

/** Gives everyone who sends people, told of a target, ours first. */
export type Senders = (target: Target) => Peer[];

/** Builds who is to be compared with the destination. */
export async function prepareSenders(
	{ destination, peers }: { destination: string; peers: string[] },
	folder: string,
): Promise<Senders> {
	const executable = resolve(destination);
	if (!existsSync(executable)) throw new Error(`${destination} is not there: build it first`);
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

/** The key opens nothing but the simulator; without a limit the pace never makes anyone wait. */
function writeFiles({ apiUrl, limited }: Target, folder: string): Files {
	const own = mkdtempSync(join(folder, 'config-'));
	const files = { config: join(own, 'config.json'), catalog: join(own, 'catalog.json') };
	const config = { api_key: defaultKey, workspace_id: 'ws_simulator', api_url: apiUrl };
	const pace = limited ? {} : { pace: { requests_per_minute: 1_000_000 } };
	writeFileSync(files.config, JSON.stringify({ ...config, ...pace }));
	writeFileSync(files.catalog, JSON.stringify(CATALOG));
	return files;
}
