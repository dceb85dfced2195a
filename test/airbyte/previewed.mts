import { preview, readCatalog, readSettings } from '../../connectors/airbyte/destination';
import { createFakeClock } from '../core/fake-clock.mts';
import { API_KEY, API_URL, WORKSPACE } from '../core/fake-flameup.mts';
import { catalogOf, type StreamSpec } from './catalog.mts';

export interface PreviewSpec {
	/** Overrides the settings that `sync` uses. */
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly streams?: readonly StreamSpec[];
	/** Chunks of standard input. */
	readonly input: string | Iterable<string | Buffer>;
	readonly records?: number;
	/** The time between two chunks. */
	readonly pauseMs?: number;
}

/** The destination's `preview` in this process. */
export async function previewed(spec: PreviewSpec) {
	const { records = 1_000, settings, streams = [{ name: 'people' }] } = spec;
	const clock = createFakeClock();
	async function* input() {
		const chunks = typeof spec.input === 'string' ? [spec.input] : spec.input;
		for (const chunk of chunks) {
			yield Buffer.from(chunk as string);
			if (spec.pauseMs !== undefined) await clock.sleep(spec.pauseMs);
		}
	}
	const base = { api_key: API_KEY, workspace_id: WORKSPACE, api_url: API_URL };
	return clock.run(
		preview({
			settings: readSettings(JSON.stringify({ ...base, ...settings })),
			catalog: readCatalog(JSON.stringify(catalogOf(streams))),
			input: input(),
			clock,
			records,
		}),
	);
}
