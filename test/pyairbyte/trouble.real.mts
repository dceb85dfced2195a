import { expect, it } from 'vitest';
import { sourceFaker } from './environment.mts';
import { flameup, openStage, wrongKey } from './stage.mts';
import { itLeavesCleanTraces } from './traces.mts';

const config = { count: 250, seed: 3, records_per_slice: 50, parallelism: 1, always_updated: true };

const stage = await openStage();
const simulator = await stage.simulator();
const tap = stage.tap('destination');
const { executable } = stage.tap('source', sourceFaker);
const sync = (settings: object) =>
	stage.client.ask('sync', {
		destination: flameup(simulator, tap.executable, settings),
		source: { executable, config, streams: ['users'] },
		strategy: 'append',
		cache: 'trouble',
		is_cached: false,
		is_full: true,
	});

it('fails a sync with a wrong key, and PyAirbyte prints why', async () => {
	const before = stage.client.output().length;
	await expect(sync({ api_key: wrongKey })).rejects.toThrow(
		expect.objectContaining({ name: 'AirbyteConnectorWriteError' }),
	);
	const heard = stage.client.output().slice(before).replace(/\s+/g, ' ');
	expect(heard).toContain(
		'ERROR: Flameup does not accept the API key. Flameup answered 401. Enter a valid key in api_key.',
	);
	const [write] = tap.taken('write');
	expect(write?.output.filter(({ type }) => type === 'STATE')).toEqual([]);
	expect(simulator.flameup.people().size).toBe(0);
});

it('saves all people despite all faults', async () => {
	simulator.flameup.set({ faultRate: 0.3, faultKinds: ['500', 'reset-after'], faultsOn: 'writes' });
	await expect(sync({ batches: { people_per_request: 10 } })).resolves.toBeTruthy();
	expect(Object.keys(simulator.flameup.stats().faults)).not.toEqual([]);
	expect(simulator.flameup.people().size).toBe(config.count);
});

itLeavesCleanTraces(stage, ['LOG', 'STATE', 'TRACE']);
