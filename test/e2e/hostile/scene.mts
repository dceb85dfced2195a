import { defaults } from '../../../simulator/switches.mts';
import type { Cell } from './combine.mts';
import { refuse, rowsOf, STREAMS } from './source.mts';

/** Records in a cell that does not say how many. */
const ROWS = 150;

/** Smaller than the usual hundred, so that a cell is cheap and still has several. */
const PEOPLE_PER_REQUEST = 40;

/** Rejected records of each code that the report names. */
export const SAMPLES = 1_000;

/** Everything about a cell that both runs and the judge need. */
export type Scene = ReturnType<typeof sceneOf>;

/** Lays a cell out. The report of its run names every rejected record. */
export function sceneOf(cell: Cell) {
	const { batches, mapping, pace = {} } = cell.settings ?? {};
	const peoplePerRequest = batches?.people_per_request ?? PEOPLE_PER_REQUEST;
	const switches = { ...defaults(), ...cell.switches };
	const rows = rowsOf(cell.crowd, cell.rows ?? ROWS, switches.idForm);
	return {
		rows,
		switches,
		later: cell.later,
		refuse: refuse(rows),
		settings: {
			rejected_records: { samples: SAMPLES },
			// The IDs of the two streams are those of the same people.
			streams_share_user_ids: true,
			...cell.settings,
			batches: { people_per_request: peoplePerRequest },
		},
		streams: STREAMS.map((name) => ({ name })),
		/** Nulls are sent, not left out. */
		keepsNull: mapping?.empty_values === 'send',
		/** A higher limit that Flameup announces is believed. */
		follows: pace.follow_announced_limit === true,
		requestsInFlight: pace.requests_in_flight ?? 4,
		peoplePerRequest,
		requestsPerMinute: 120,
		patienceMs: (pace.give_up_after_minutes ?? 10) * 60_000,
	};
}
