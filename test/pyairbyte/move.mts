import type { SourceSpec } from './client.mts';
import { flameup, type Stage } from './stage.mts';

/** Runs one sync into a new Flameup, directly or through PyAirbyte's cache, and returns the result. */
export async function move(
	stage: Stage,
	name: string,
	source: SourceSpec,
	{ isCached, settings = {} }: { isCached: boolean; settings?: object },
) {
	const simulator = await stage.simulator();
	const cache = `${name}_${isCached ? 'cached' : 'direct'}`;
	const tap = stage.tap(cache);
	const destination = flameup(simulator, tap.executable, settings);
	const how = { strategy: 'auto', cache, is_cached: isCached, is_full: false };
	const raised = await stage.client.ask('sync', { destination, source, ...how }).then(
		() => undefined,
		(error: Error) => error.name,
	);
	const messages = tap.taken('write').flatMap(({ output }) => output);
	return {
		/** The name of PyAirbyte's exception. */
		raised,
		/** The error messages of the destination. */
		errors: messages.flatMap(({ trace }) => trace?.error ?? []),
		flameup: simulator.flameup,
	};
}
