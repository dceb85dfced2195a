import { defaults } from '../../../simulator/switches.mts';
import type { Cell } from './combine.mts';
import { refuse, rowsOf, STREAMS } from './source.mts';

/** Default number of records in a cell. */
const ROWS = 150;

/** Less than the default of 100, so that a small cell still has several batches. */
const PEOPLE_PER_REQUEST = 40;

/** Rejected records listed in the report for each code. */
export const SAMPLES = 1_000;

/** Everything about a cell that runs and checks need. */
export type Scene = ReturnType<typeof sceneOf>;

/** Prepares a cell. The report of its run lists every rejected record. */
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
			// Both streams use the same user IDs.
			streams_share_user_ids: true,
			...cell.settings,
			batches: { people_per_request: peoplePerRequest },
		},
		streams: STREAMS.map((name) => ({ name })),
		/** Whether nulls are sent, not left out. */
		keepsNull: mapping?.empty_values === 'send',
		/** Whether a higher limit that Flameup announces is used. */
		follows: pace.follow_announced_limit === true,
		requestsInFlight: pace.requests_in_flight ?? 4,
		peoplePerRequest,
		requestsPerMinute: 120,
		patienceMs: (pace.give_up_after_minutes ?? 10) * 60_000,
	};
}
