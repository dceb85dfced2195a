import { defaults, type Switches } from '../../../simulator/switches.mts';
import { catalogOf } from '../../airbyte/catalog.mts';
import { API_KEY, API_URL, type FakeFlameup, WORKSPACE } from '../../core/fake-flameup.mts';
import { createFakeRun } from '../../core/fake-run.mts';
import { fakeWrite } from '../../core/fake-write.mts';
import type { Cell } from './cells.mts';
import { linesOf, type Row, refuse, rowsOf, STREAMS, stepsOf } from './source.mts';

/** Records in a cell that does not say how many. */
const ROWS = 150;

/** Smaller than the usual hundred, so that a cell is cheap and still has several. */
const PEOPLE_PER_REQUEST = 40;

/** A run that has to wait: off the minute, so that the windows of the clock are not those of the run. */
const START_MS = 30_000;

/** Everything about a cell that both runs and the judge need. */
export interface Scene {
	readonly cell: Cell;
	readonly rows: readonly Row[];
	readonly switches: Switches;
	readonly config: string;
	readonly catalog: string;
	/** Nulls are sent, not left out. */
	readonly keepsNull: boolean;
	/** A higher limit that Flameup announces is believed. */
	readonly follows: boolean;
	readonly requestsInFlight: number;
	readonly peoplePerRequest: number;
	readonly requestsPerMinute: number;
}

/** What came of a run of the core alone. */
export interface CoreRun {
	/** How each record ended; what ended twice shows both. */
	readonly endings: readonly (string | undefined)[];
	/** The number of records settled when each marker came. */
	readonly markers: readonly { readonly marker: number; readonly settled: number }[];
	readonly failure: unknown;
	readonly fake: FakeFlameup;
}

/** Lays a cell out, with a Flameup at this address. */
export function sceneOf(cell: Cell, apiUrl = API_URL): Scene {
	const { pace = {}, ...others } = cell.settings ?? {};
	const batches = { people_per_request: PEOPLE_PER_REQUEST, ...cell.settings?.batches };
	const config = { api_key: API_KEY, workspace_id: WORKSPACE, api_url: apiUrl };
	return {
		cell,
		rows: rowsOf(cell.crowd, cell.rows ?? ROWS),
		switches: { ...defaults(), ...cell.switches },
		config: JSON.stringify({ ...config, ...others, batches, pace }),
		catalog: JSON.stringify(catalogOf(STREAMS.map((name) => ({ name })))),
		follows: pace.follow_announced_limit === true,
		requestsInFlight: pace.requests_in_flight ?? 4,
		keepsNull: cell.settings?.mapping?.empty_values === 'send',
		peoplePerRequest: batches.people_per_request,
		requestsPerMinute: 120,
	};
}

function flameupOf({ cell, rows }: Scene) {
	const { latencyMs, ...switches } = cell.switches;
	const range = typeof latencyMs === 'number' ? ([latencyMs, latencyMs] as const) : latencyMs;
	return { ...switches, refuse: refuse(rows), ...(range && { latencyMs: range }) };
}

/** The destination's `write`, from text to text. */
export const runDestination = (scene: Scene) =>
	fakeWrite({
		config: scene.config,
		catalog: scene.catalog,
		input: [Buffer.from(linesOf(scene.rows))],
		seed: scene.cell.seed ?? 1,
		startMs: START_MS,
		flameup: flameupOf(scene),
	});

/** The loader and the client, without the parts that know Airbyte. */
export async function runCore(scene: Scene): Promise<CoreRun> {
	const { pace = {} } = scene.cell.settings ?? {};
	const batches = { people_per_request: scene.peoplePerRequest };
	const run = createFakeRun({
		seed: scene.cell.seed ?? 1,
		startMs: START_MS,
		flameup: flameupOf(scene),
		pace,
		batches,
	});
	const failure = await run.load(stepsOf(scene.rows, scene.keepsNull)).then(
		() => undefined,
		(error: unknown) => error,
	);
	const endings: (string | undefined)[] = scene.rows.map(() => undefined);
	const markers: { marker: number; settled: number }[] = [];
	let settled = 0;
	for (const told of run.told) {
		if ('outcome' in told) {
			const { outcome } = told;
			const ending = outcome.status === 'upserted' ? 'upserted' : outcome.rejection.code;
			const before = endings[outcome.ref];
			endings[outcome.ref] = before === undefined ? ending : `${before} and ${ending}`;
			while (settled < endings.length && endings[settled] !== undefined) settled++;
		} else {
			markers.push({ marker: told.marker, settled });
		}
	}
	return { endings, markers, failure, fake: run.fake };
}
