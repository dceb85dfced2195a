import type { Flameup } from '../../../simulator/flameup.mts';
import { catalogOf } from '../../airbyte/catalog.mts';
import { createWorld } from '../../airbyte/world.mts';
import { API_KEY, API_URL, type FakeFlameup, WORKSPACE } from '../../core/fake-flameup.mts';
import { fakeWrite } from '../../core/fake-write.mts';
import type { Cell } from './combine.mts';
import { type Scene, sceneOf } from './scene.mts';
import { linesOf } from './source.mts';
import type { Exchange, SentPerson } from './traffic.mts';

/** Not a full minute, so that clock windows do not coincide with those of the run. */
const START_MS = 30_000;

/** Longer than any cell takes as a process, even on a slow machine. */
const LONGEST_MS = 60_000;

/** The output of a run, and its exchanges with Flameup. */
export interface Run {
	readonly scene: Scene;
	readonly flameup: Flameup;
	readonly exchanges: readonly Exchange[];
	readonly states: readonly string[];
	/** When each state was printed, by the clock of the exchanges. */
	readonly statesAt: readonly number[];
	/** Log messages. */
	readonly logs: readonly string[];
	readonly failure: { readonly failure_type: string; readonly message: string } | undefined;
	/** All output except states. */
	readonly output: string;
	/** Number of 429s received. */
	readonly rateLimited: number;
}

const peopleIn = (body: string): SentPerson[] => JSON.parse(body).people;

/** Runs a cell through the destination's `write`, in simulated time. */
export async function runSimulated(cell: Cell): Promise<Run & { readonly fake: FakeFlameup }> {
	const scene = sceneOf(cell);
	const { latencyMs, ...switches } = cell.switches;
	const range = typeof latencyMs === 'number' ? ([latencyMs, latencyMs] as const) : latencyMs;
	const base = {
		api_key: API_KEY,
		workspace_id: WORKSPACE,
		api_url: API_URL,
	};
	const { failure, fake, logs, states, statesAt } = await fakeWrite({
		config: JSON.stringify({ ...base, ...scene.settings }),
		catalog: JSON.stringify(catalogOf(scene.streams)),
		input: [Buffer.from(linesOf(scene.rows))],
		seed: cell.seed ?? 1,
		startMs: START_MS,
		flameup: { ...switches, refuse: scene.refuse, ...(range && { latencyMs: range }) },
	});
	return {
		scene,
		fake,
		flameup: fake.flameup,
		exchanges: fake.exchanges.map(({ answer, answeredAt, request }) => ({
			people: peopleIn(request.body?.join('') ?? ''),
			answer: answer && 'status' in answer ? answer : undefined,
			answeredAt,
		})),
		states,
		statesAt,
		logs: logs.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : [])),
		failure: failure?.type === 'TRACE' ? failure.trace.error : undefined,
		output: JSON.stringify([logs, failure]),
		rateLimited: fake.exchanges.filter(({ status }) => status === 429).length,
	};
}

/** Runs a cell through the built connector, over a real socket and in real time. */
export async function runProcess(cell: Cell) {
	const scene = sceneOf(cell);
	const { refuse, rows, settings, streams, switches } = scene;
	const world = await createWorld({ simulator: { ...switches, refuse }, settings, streams });
	const exchanges = listen(world.flameup, scene);
	const connector = world.start({ longestMs: LONGEST_MS });
	const startedAt = performance.now() - connector.elapsed();
	const ending = await connector.end(linesOf(rows));
	await world.close();
	const { errors, logs, output, received, states } = ending;
	const printed = received.filter(({ message }) => message.type === 'STATE');
	const run: Run = {
		scene,
		flameup: world.flameup,
		exchanges,
		states,
		statesAt: printed.map(({ at }) => startedAt + at),
		logs,
		failure: errors[0],
		output,
		rateLimited: world.flameup.stats().byStatus['429'] ?? 0,
	};
	return { ...run, ending };
}

/** Records every exchange, and changes the switches when the scene requires it. */
function listen(flameup: Flameup, { later }: Scene): Exchange[] {
	const exchanges: Exchange[] = [];
	const { handle } = flameup;
	flameup.handle = (request) => {
		const answer = handle(request);
		exchanges.push({
			people: peopleIn(request.body),
			// An HTTP client that did not ask for an upgrade does not treat a 101 as an answer.
			answer: 'fault' in answer || answer.status === 101 ? undefined : answer,
			answeredAt: performance.now(),
		});
		if (exchanges.length === later?.after) flameup.set(later.switches);
		return answer;
	};
	return exchanges;
}
