import type { Simulator } from '../../simulator/server.mts';
import { sourceFaker } from './environment.mts';
import { cachedRow, heldBy, merged, samePeople, userOf } from './people.mts';
import { flameup, type Stage } from './stage.mts';
import type { StateMessage, Taken, Tap } from './taps.mts';

/** What PyAirbyte calls a strategy, and the mode that the catalog then asks for. */
const strategies = { append: 'append', merge: 'append_dedup', replace: 'overwrite' };
type Strategy = keyof typeof strategies;

const users = 240;
const perState = 60;
const stream = 'users';
const config = {
	count: users,
	seed: 11,
	records_per_slice: perState,
	parallelism: 1,
	always_updated: false,
};

/** One connection from the source to a Flameup of its own. */
interface Connection {
	stage: Stage;
	strategy: Strategy;
	isCached: boolean;
	simulator: Simulator;
	source: Tap;
	destination: Tap;
}

interface SyncResult {
	processed: number;
	state: StateMessage;
}

/** Airbyte's source of made-up users, in every mode, with and without PyAirbyte's cache. */
export async function checkSyncs(stage: Stage) {
	const source = stage.tap('source', sourceFaker);
	for (const strategy of Object.keys(strategies) as Strategy[]) {
		for (const isCached of [false, true]) {
			const simulator = await stage.simulator();
			const destination = stage.tap(`${strategy}-${isCached ? 'cached' : 'direct'}`);
			const connection = { stage, strategy, isCached, simulator, source, destination };
			await (isCached ? checkCached(connection) : checkDirect(connection));
		}
	}
}

/** Straight from the source: everything, and everything again; in between what is new, which is nothing. */
async function checkDirect(connection: Connection) {
	const { same } = connection.stage;
	const name = `${strategies[connection.strategy]} without a cache`;
	const first = await sync(connection);
	checkMode(connection, name, first.write);
	same(`${name}: the source sends`, rowsOf(first.read).length, users);
	checkPeople(connection, name, rowsOf(first.read));
	checkStates(connection, name, first);
	same(`${name}: all are new`, written(connection), { created: users, updated: 0 });
	if (connection.strategy === 'merge') await checkResumed(connection, first);

	const again = await sync(connection, true);
	same(`${name}, again: the source sends`, rowsOf(again.read).length, users);
	checkStates(connection, `${name}, again`, again);
	checkPeople(connection, `${name}, again`, rowsOf(again.read));
	same(`${name}, again: nobody is new`, written(connection), { created: users, updated: users });
}

/** The source goes on from the state that the destination returned. */
async function checkResumed(connection: Connection, first: Sync) {
	const { same } = connection.stage;
	const name = `${strategies[connection.strategy]} without a cache, resumed`;
	const resumed = await sync(connection);
	same(`${name}: the source has nothing new`, rowsOf(resumed.read).length, 0);
	checkStates(connection, name, resumed);
	checkPeople(connection, name, rowsOf(first.read));
	same(`${name}: nobody is sent`, written(connection), { created: users, updated: 0 });
}

/** By way of PyAirbyte's cache, which sends all it has, each time. */
async function checkCached(connection: Connection) {
	const { same } = connection.stage;
	const name = `${strategies[connection.strategy]} with the cache`;
	const first = await sync(connection);
	const rows = rowsOf(first.read).map(cachedRow);
	checkMode(connection, name, first.write);
	same(`${name}: the source sends`, rows.length, users);
	checkPeople(connection, name, rows);
	checkLastState(connection, name, first, users);
	same(`${name}: all are new`, written(connection), { created: users, updated: 0 });

	const second = await sync(connection);
	const sent = rowsOf({ output: second.write.input });
	same(`${name}, again: the source has nothing new`, rowsOf(second.read).length, 0);
	checkLastState(connection, `${name}, again`, second, sent.length);
	checkPeople(connection, `${name}, again`, rows);
	same(`${name}, again: those sent are not new`, written(connection), {
		created: users,
		updated: sent.length,
	});
}

/** The mode reaches the destination, which says so when Flameup does not have it. */
function checkMode({ stage, strategy }: Connection, name: string, { modes, output }: Taken) {
	stage.same(`${name}: the destination is asked for`, modes, [strategies[strategy]]);
	const warned = output.some(({ log }) => log?.message.includes('no way to delete people'));
	const isOverwrite = strategy === 'replace';
	stage.same(
		`${name}: it ${isOverwrite ? 'says' : 'need not say'} that nobody is deleted`,
		warned,
		isOverwrite,
	);
}

function checkPeople({ stage, simulator }: Connection, name: string, rows: Row[]) {
	const wanted = merged(rows.map(userOf));
	samePeople(stage, `${name}: Flameup holds whom it sent`, heldBy(simulator.flameup), wanted);
}

/** Every state comes back as the source wrote it, and each counts the records before it. */
function checkStates({ stage }: Connection, name: string, { read, write, result }: Sync) {
	const given = statesIn(read);
	const back = statesIn(write);
	stage.same(`${name}: the states are the source's`, back.map(bare), given.map(bare));
	const counts = back.map(({ destinationStats }) => destinationStats?.recordCount);
	const sourceCounts = given.map(({ sourceStats }) => sourceStats?.recordCount);
	stage.same(`${name}: and count what the source counted`, counts, sourceCounts);
	stage.same(`${name}: together all records`, sum(counts), rowsOf(read).length);
	stage.same(`${name}: PyAirbyte keeps the last`, bare(result.state), bare(given.at(-1)));
	stage.same(`${name}: and counts the records`, result.processed, rowsOf(read).length);
}

/** The cache sends the source's last state only. */
function checkLastState({ stage }: Connection, name: string, sync: Sync, records: number) {
	const { read, write, result } = sync;
	const given = statesIn(read).at(-1);
	const back = statesIn(write);
	stage.same(`${name}: the state is the source's last`, back.map(bare), [bare(given)]);
	const counts = back.map(({ destinationStats }) => destinationStats?.recordCount);
	stage.same(`${name}: and counts all records`, counts, [records]);
	stage.same(`${name}: PyAirbyte keeps it`, bare(result.state), bare(given));
	stage.same(`${name}: and counts the records`, result.processed, records);
}

interface Sync {
	read: Taken;
	write: Taken;
	result: SyncResult;
}

async function sync(connection: Connection, isFull = false): Promise<Sync> {
	const { stage, strategy, isCached, simulator, source, destination } = connection;
	const { value, error } = await stage.client.ask<SyncResult>('sync', {
		destination: flameup(simulator, destination.executable),
		source: { executable: source.executable, config, stream },
		strategy,
		cache: `${strategy}_${isCached ? 'cached' : 'direct'}`,
		is_cached: isCached,
		is_full: isFull,
	});
	if (error) throw new Error(`${error.type}: ${error.text}`);
	const [read, ...moreReads] = source.taken('read');
	const [write, ...moreWrites] = destination.taken('write');
	if (!read || !write || moreReads.length > 0 || moreWrites.length > 0) {
		throw new Error('One sync was not one read and one write.');
	}
	return { read, write, result: value };
}

type Row = Record<string, unknown>;

const rowsOf = ({ output }: Pick<Taken, 'output'>): Row[] =>
	output.flatMap(({ record }) => (record ? [record.data] : []));

const statesIn = ({ output }: Taken): StateMessage[] =>
	output.flatMap(({ state }) => (state ? [state] : []));

/** A state without statistics, and without the nulls that PyAirbyte adds and leaves out as it likes. */
function bare(state: StateMessage | undefined): unknown {
	const { sourceStats, destinationStats, ...rest } = state ?? {};
	return JSON.parse(JSON.stringify(rest, (_, value) => value ?? undefined));
}

const sum = (counts: readonly (number | undefined)[]) =>
	counts.reduce<number>((total, count) => total + (count ?? Number.NaN), 0);

function written({ simulator }: Connection) {
	const { peopleCreated, peopleUpdated } = simulator.flameup.stats();
	return { created: peopleCreated, updated: peopleUpdated };
}
