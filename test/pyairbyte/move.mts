import type { SourceSpec } from './client.mts';
import { flameup, type Stage } from './stage.mts';

/** One sync into a Flameup of its own, straight or by way of PyAirbyte's cache, and what came of it. */
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
		/** The name of what PyAirbyte raised. */
		raised,
		/** What the destination says has gone wrong. */
		errors: messages.flatMap(({ trace }) => trace?.error ?? []),
		flameup: simulator.flameup,
	};
}
