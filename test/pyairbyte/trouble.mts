import { wrongKey } from './connection.mts';
import { sourceFaker } from './environment.mts';
import { flameup, type Stage } from './stage.mts';

const config = { count: 250, seed: 3, records_per_slice: 50, parallelism: 1, always_updated: true };

/** A sync that cannot succeed, and what PyAirbyte and the user hear of it. */
export async function checkTrouble(stage: Stage) {
	const { client, check, same } = stage;
	const simulator = await stage.simulator();
	const tap = stage.tap('trouble');
	const { executable } = stage.tap('trouble-source', sourceFaker);
	const sync = (settings: object) =>
		client.ask('sync', {
			destination: flameup(simulator, tap.executable, settings),
			source: { executable, config, stream: 'users' },
			strategy: 'append',
			cache: 'trouble',
			is_cached: false,
			is_full: true,
		});

	const before = client.output().length;
	const { error } = await sync({ api_key: wrongKey });
	same('a wrong key fails the sync', error?.type, 'AirbyteConnectorWriteError');
	const heard = client.output().slice(before).replace(/\s+/g, ' ');
	const sentence =
		'ERROR: Flameup does not accept the API key (401). Enter a valid key in api_key.';
	check('and PyAirbyte prints why', heard.includes(sentence), heard.includes(sentence) || heard);
	const [write] = tap.taken('write');
	same(
		'no state was acknowledged',
		write?.output.filter(({ type }) => type === 'STATE'),
		[],
	);
	same('nobody was written', simulator.flameup.people().size, 0);

	simulator.flameup.set({ faultRate: 0.3, faultKinds: ['500', 'reset-after'], faultsOn: 'writes' });
	const { error: none } = await sync({ batches: { people_per_request: 10 } });
	same('faults on the way do not fail it', none?.text, undefined);
	const { faults } = simulator.flameup.stats();
	check('though there were some', Object.keys(faults).length > 0, faults);
	same('and everybody is there', simulator.flameup.people().size, config.count);
}
