import { preview, readCatalog, readSettings } from '../../connectors/airbyte/destination';
import { createKeyedDigest } from '../../connectors/airbyte/keyedDigest.mts';
import { createFakeClock, type FakeClock } from '../core/fake-clock.mts';
import { API_KEY, API_URL, WORKSPACE } from '../core/fake-flameup.mts';
import { createFakeStorage, type Objects } from '../core/fake-storage.mts';
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
	/** Of earlier nights; it is only read. */
	readonly objects?: Objects;
	readonly clock?: FakeClock;
}

/** The destination's `preview` in this process. */
export async function previewed(spec: PreviewSpec) {
	const { clock = createFakeClock(), objects, records = 1_000, settings } = spec;
	const { streams = [{ name: 'people' }] } = spec;
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
			access: objects && readOnly(objects),
		}),
	);
}

const never = (): never => {
	throw new Error('A preview keeps nothing.');
};

const readOnly = (objects: Objects) => ({
	storage: createFakeStorage(objects, {
		before: (operation) => (['list', 'read'].includes(operation) ? 'goes on' : never()),
	}),
	keyedDigest: createKeyedDigest,
	gzip: never,
	gunzip: never,
	holder: { host: 'here', pid: 1, run: 'preview' },
	hasEnded: never,
});
