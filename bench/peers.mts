import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defaultKey } from '../simulator/keys.mts';
import { floor } from './floor.mts';
import { buildBenthos, buildFaros, buildNaive, unpackSyslogNg } from './peers/build.mts';
import { CATALOG } from './records.mts';

/** A measured program, which reads the source's messages on stdin. */
export type Peer = {
	name: string;
	command: string[];
	/** Whether it sends people, or only reads. */
	delivers: boolean;
	/** Whether it echoes STATEs too; by default it does. */
	echoes?: boolean;
	/** Seconds for which its input stays open after the last line, because it drops its queue at the end. */
	lingers?: number;
	/** Whether its STATEs contain record counts. */
	counts?: boolean;
	/** Whether it sends only the people of changed records. */
	skipsUnchanged?: boolean;
	/** Done before each of its runs. */
	prepare?: () => void;
	/** Its commands for the specification and the connection test, if it has them. */
	spec?: string[];
	check?: string[];
};

/** The peers' names in the tables. */
export const OURS = 'destination-flameup';
export const FAROS = 'on faros-airbyte-cdk';
export const NAIVE = 'readline + fetch';
export const BENTHOS = 'Benthos';
export const SYSLOG_NG = 'syslog-ng';

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
type Target = {
	apiUrl: string;
	limited: boolean;
	/** The folder in which ours remembers people, to send only those who have changed. */
	storage?: string;
};

/** Returns all peers that send people, configured for a target; ours is the first. */
export type Senders = (target: Target) => Peer[];

const PEERS = ['faros', 'naive', 'benthos', 'syslog-ng'];

/** Builds the peers that the destination is compared with. */
export async function prepareSenders(
	{ destination, peers }: { destination: string[]; peers: string[] },
	folder: string,
): Promise<Senders> {
	const missing = destination.find((path) => !existsSync(path));
	if (missing) throw new Error(`${missing} does not exist; build it first`);
	const strangers = peers.filter((name) => !PEERS.includes(name));
	if (strangers.length > 0) throw new Error(`There is no peer ${strangers.join(', ')}`);
	const faros = peers.includes('faros') ? await buildFaros(folder) : undefined;
	const naive = peers.includes('naive') ? await buildNaive(folder) : undefined;
	const benthos = peers.includes('benthos') ? buildBenthos() : undefined;
	const syslogNg = peers.includes('syslog-ng') ? unpackSyslogNg() : undefined;
	return (target) => {
		const files = writeFiles(target, folder);
		const made = destination.map((path, index) =>
			airbyte(index === 0 ? OURS : `${OURS} in ${path}`, [resolve(path)], files, true),
		);
		if (faros) made.push(airbyte(FAROS, [process.execPath, faros], files));
		const command = (script: string) => [process.execPath, script, files.config];
		if (naive) made.push({ name: NAIVE, command: command(naive), delivers: true });
		// They know no rate limit.
		if (benthos && !target.limited) made.push(benthosOf(benthos, target));
		if (syslogNg && !target.limited) made.push(syslogNgOf(syslogNg, target));
		return made;
	};
}

const environmentOf = ({ apiUrl }: Target) => [
	`URL=${apiUrl}/workspaces/ws_simulator/people/batch`,
	`API_KEY=${defaultKey}`,
];

/** With the settings of Go's runtime at which it takes the least CPU time. */
function benthosOf(program: string, target: Target): Peer {
	const tuning = ['GOMAXPROCS=1', 'GOGC=400'];
	const config = join(import.meta.dirname, 'peers/benthos/config.yaml');
	const command = ['env', ...environmentOf(target), ...tuning, program, 'run', config];
	return { name: BENTHOS, command, delivers: true, echoes: false };
}

function syslogNgOf(program: string, target: Target): Peer {
	const root = resolve(dirname(program), '../..');
	const modules = join(root, 'usr/lib/syslog-ng/3.38');
	const libraries = ['usr/lib/x86_64-linux-gnu', 'usr/lib/syslog-ng', 'lib/x86_64-linux-gnu'];
	const path = libraries.map((folder) => join(root, folder)).join(':');
	const state = ['-R', '-c', '-p'].flatMap((flag) => [flag, join(root, 'run', `state${flag}`)]);
	const config = join(import.meta.dirname, 'peers/syslog-ng/syslog-ng.conf');
	const options = ['-F', '-f', config, `--module-path=${modules}`, '--no-caps', ...state];
	const environment = ['env', ...environmentOf(target), `LD_LIBRARY_PATH=${path}`];
	const command = [...environment, program, ...options];
	return { name: SYSLOG_NG, command, delivers: true, echoes: false, lingers: 2 };
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
function writeFiles({ apiUrl, limited, storage }: Target, folder: string): Files {
	const own = mkdtempSync(join(folder, 'config-'));
	const files = { config: join(own, 'config.json'), catalog: join(own, 'catalog.json') };
	const config = { api_key: defaultKey, workspace_id: 'ws_simulator', api_url: apiUrl };
	const pace = limited ? {} : { pace: { requests_per_minute: 1_000_000 } };
	const remembered = storage && {
		storage: { storage_type: 'folder', path: storage },
		changes: 'send_changed',
	};
	writeFileSync(files.config, JSON.stringify({ ...config, ...pace, ...remembered }));
	writeFileSync(files.catalog, JSON.stringify(CATALOG));
	return files;
}
