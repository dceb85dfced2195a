import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { floor } from './floor.mts';
import { CATALOG } from './records.mts';

/** A program that is measured: it reads the source's messages on stdin. */
export type Peer = {
	name: string;
	command: string[];
	/** Whether it sends people and answers STATEs, or only reads. */
	delivers: boolean;
};

/** A floor runs from its text: stripping the types from a file would be a quarter of a short run. */
const floorCommand = (parse: boolean) => [process.execPath, '-e', `(${floor})(${parse})`];

/** What every other peer is compared with, in the runs right before and after its own. */
export const PARSE_FLOOR: Peer = {
	name: 'floor: parse each line',
	command: floorCommand(true),
	delivers: false,
};

/** The peers in the order in which each round runs them; another one is another entry. */
export function peers(destination: string, apiUrl: string, folder: string): Peer[] {
	const executable = resolve(destination);
	if (!existsSync(executable)) throw new Error(`${destination} is not there: build it first`);
	const config = join(folder, 'config.json');
	const catalog = join(folder, 'catalog.txt');
	writeFileSync(config, JSON.stringify(configFor(apiUrl)));
	writeFileSync(catalog, JSON.stringify(CATALOG));
	return [
		{ name: 'floor: find the lines', command: floorCommand(false), delivers: false },
		{
			name: 'destination-flameup',
			command: [executable, 'write', '--config', config, '--catalog', catalog],
			delivers: true,
		},
	];
}

/** A key of the right form that opens nothing, and a pace that never makes it wait. */
const configFor = (apiUrl: string) => ({
	api_key: `ws_test_bench_0.${'0123456789abcdef'.repeat(4)}`,
	workspace_id: 'ws_bench',
	api_url: apiUrl,
	pace: { requests_per_minute: 1_000_000 },
});
