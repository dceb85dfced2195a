import { expect, it } from 'vitest';
import type { SourceSpec } from './client.mts';
import { sourceFaker } from './environment.mts';
import { cachedRow, heldBy, merged, userOf } from './people.mts';
import { flameup, openStage } from './stage.mts';
import { rowsOf, type StateMessage, statesIn, type Taken } from './taps.mts';
import { itLeavesCleanTraces } from './traces.mts';

/** PyAirbyte's write strategies, and the sync mode of each in the catalog. */
const strategies = [
	['append', 'append'],
	['merge', 'append_dedup'],
	['replace', 'overwrite'],
] as const;

const users = 240;
const config = {
	count: users,
	seed: 11,
	records_per_slice: 60,
	parallelism: 1,
	always_updated: false,
};

interface Sync {
	read: Taken;
	write: Taken;
	result: { processed: number; states: StateMessage[] };
}

const stage = await openStage();
const source = stage.tap('source', sourceFaker);
const faker: SourceSpec = { executable: source.executable, config, streams: ['users'] };

/** A connection from the source to a new Flameup. */
async function connect(strategy: string, isCached: boolean) {
	const cache = `${strategy}_${isCached ? 'cached' : 'direct'}`;
	const simulator = await stage.simulator();
	const tap = stage.tap(cache);
	const destination = flameup(simulator, tap.executable);
	return {
		async sync(isFull = false): Promise<Sync> {
			const how = { strategy, cache, is_cached: isCached, is_full: isFull };
			const given = { destination, source: faker, ...how };
			const result = await stage.client.ask<Sync['result']>('sync', given);
			const [reads, writes] = [source.taken('read'), tap.taken('write')];
			expect([reads.length, writes.length]).toEqual([1, 1]);
			return { read: reads[0] as Taken, write: writes[0] as Taken, result };
		},
		held: () => heldBy(simulator.flameup),
		written() {
			const { peopleCreated, peopleUpdated } = simulator.flameup.stats();
			return { created: peopleCreated, updated: peopleUpdated };
		},
	};
}

it.each(strategies)(
	'syncs all records, then new ones, then all again: %s',
	async (strategy, mode) => {
		const { sync, held, written } = await connect(strategy, false);
		const first = await sync();
		const everybody = merged(rowsOf(first.read).map(userOf));
		expectMode(first.write, mode);
		expect(rowsOf(first.read)).toHaveLength(users);
		expect(held()).toEqual(everybody);
		expectStates(first);
		expect(written()).toEqual({ created: users, updated: 0 });

		if (strategy === 'merge') {
			const resumed = await sync();
			expect(rowsOf(resumed.read)).toEqual([]);
			expectStates(resumed);
			expect(held()).toEqual(everybody);
			expect(written()).toEqual({ created: users, updated: 0 });
		}

		const again = await sync(true);
		expect(rowsOf(again.read)).toHaveLength(users);
		expectStates(again);
		expect(held()).toEqual(merged(rowsOf(again.read).map(userOf)));
		expect(written()).toEqual({ created: users, updated: users });
	},
);

it.each(strategies)(
	"syncs all records in PyAirbyte's cache, each time: %s",
	async (strategy, mode) => {
		const { sync, held, written } = await connect(strategy, true);
		const first = await sync();
		const everybody = merged(rowsOf(first.read).map(cachedRow).map(userOf));
		expectMode(first.write, mode);
		expect(rowsOf(first.read)).toHaveLength(users);
		expect(held()).toEqual(everybody);
		expectLastState(first, users);
		expect(written()).toEqual({ created: users, updated: 0 });

		const second = await sync();
		const sent = second.write.input.filter(({ record }) => record).length;
		expect(rowsOf(second.read)).toEqual([]);
		expectLastState(second, sent);
		expect(held()).toEqual(everybody);
		expect(written()).toEqual({ created: users, updated: sent });
	},
);

itLeavesCleanTraces(stage, ['LOG', 'STATE']);

/** The destination gets the mode, and warns when Flameup does not support it. */
function expectMode({ modes, output }: Taken, mode: string) {
	expect(modes).toEqual([mode]);
	const warned = output.some(({ log }) => log?.message.includes('cannot delete people'));
	expect(warned).toBe(mode === 'overwrite');
}

/** Every state is returned as the source wrote it, with the count of the records before it. */
function expectStates({ read, write, result }: Sync) {
	const given = statesIn(read);
	const back = statesIn(write);
	const records = rowsOf(read).length;
	const counts = back.map(({ destinationStats }) => destinationStats?.recordCount ?? Number.NaN);
	expect(back.map(bare)).toEqual(given.map(bare));
	expect(counts).toEqual(given.map(({ sourceStats }) => sourceStats?.recordCount));
	expect(counts.reduce((sum, count) => sum + count, 0)).toBe(records);
	expect(result.states.map(bare)).toEqual([bare(given.at(-1))]);
	expect(result.processed).toBe(records);
}

/** The cache sends the source's last state only. */
function expectLastState({ read, write, result }: Sync, records: number) {
	const given = bare(statesIn(read).at(-1));
	const back = statesIn(write);
	expect(back.map(bare)).toEqual([given]);
	expect(back.map(({ destinationStats }) => destinationStats?.recordCount)).toEqual([records]);
	expect(result.states.map(bare)).toEqual([given]);
	expect(result.processed).toBe(records);
}

/** A state without statistics, and without the nulls that PyAirbyte may add or leave out. */
function bare(state: StateMessage | undefined): unknown {
	const { sourceStats, destinationStats, ...rest } = state ?? {};
	return JSON.parse(JSON.stringify(rest, (_, value) => value ?? undefined));
}
