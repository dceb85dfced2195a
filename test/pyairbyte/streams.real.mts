import { describe, expect, it } from 'vitest';
import { sourceFaker } from './environment.mts';
import { move } from './move.mts';
import { cachedRow, heldBy, merged, userOf } from './people.mts';
import { openStage } from './stage.mts';
import { itLeavesCleanTraces } from './traces.mts';

const config = { count: 60, seed: 5, records_per_slice: 30, parallelism: 1, always_updated: false };

const stage = await openStage();
const source = stage.tap('source', sourceFaker);
const faker = {
	executable: source.executable,
	config,
	streams: ['users', 'purchases', 'products'],
};

describe.each([
	['straight from the source', false],
	["through PyAirbyte's cache", true],
])('%s, users, purchases and products', (_, isCached) => {
	it('fail before sending, naming the streams that are not people', async () => {
		const { raised, errors, flameup } = await move(stage, 'all', faker, { isCached });
		source.taken('read');
		expect(raised).toBe('AirbyteConnectorWriteError');
		expect(errors).toMatchObject([{ failure_type: 'config_error' }]);
		expect(errors[0]?.message).toMatch(/\bpurchases\b/);
		expect(errors[0]?.message).toMatch(/\bproducts\b/);
		expect(flameup.stats().peoplePerBatch).toEqual({});
		expect(flameup.people().size).toBe(0);
	});

	it('sync only users when the others are skipped', async () => {
		const others = ['purchases', 'products'];
		const settings = { streams: others.map((stream) => ({ stream, skip_stream: true })) };
		const moved = await move(stage, 'skipped', faker, { isCached, settings });
		const reads = source.taken('read').flatMap(({ output }) => output);
		const records = reads.flatMap(({ record }) => record ?? []);
		expect(moved.errors).toEqual([]);
		expect(moved.raised).toBeUndefined();
		const names = new Set(records.map(({ stream }) => stream));
		expect([...names].sort()).toEqual(['products', 'purchases', 'users']);
		const users = records.filter(({ stream }) => stream === 'users').map(({ data }) => data);
		const sent = isCached ? users.map(cachedRow) : users;
		expect(users).toHaveLength(config.count);
		expect(heldBy(moved.flameup)).toEqual(merged(sent.map(userOf)));
	});
});

itLeavesCleanTraces(stage, ['LOG', 'STATE', 'TRACE']);
