import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Flameup } from '../simulator/flameup.mts';
import { startSimulator } from '../simulator/server.mts';
import type { Switches } from '../simulator/switches.mts';
import { owned } from './children.mts';
import type { Totals } from './sink.mts';

/** A running server. */
export type Server<Told extends Totals = Totals> = {
	apiUrl: string;
	/** Returns the totals since the last call, and resets them. */
	collect: () => Promise<Told>;
	stop: () => void;
};

/** Totals of a server that has a rate limit. */
export type LimitedTotals = Totals & {
	/** Requests answered with 429; `requests` does not include them. */
	rateLimited: number;
	/** Rate limit windows with at least one request. */
	windows: number;
};

/** Starts the sink in a child process, which is killed when this one exits. */
export async function startSink(answers: string, latency = 0): Promise<Server> {
	const file = join(import.meta.dirname, 'sink.mts');
	const sink = [file, `--latency=${latency}`, `--answers=${answers}`];
	const child = owned(spawn(process.execPath, sink, { stdio: ['pipe', 'pipe', 'inherit'] }));
	const [line] = await once(child.stdout, 'data');
	const url = `http://127.0.0.1:${String(line).trim()}`;
	return {
		apiUrl: `${url}/api/v1`,
		collect: async () => {
			const response = await fetch(`${url}/totals`, { method: 'DELETE' });
			return (await response.json()) as Totals;
		},
		stop: () => child.stdin.end(),
	};
}

/** Starts a simulated Flameup in this process: 20 to 150 ms latency, 120 requests a minute. */
export async function startLimited(
	switches: Partial<Switches> = {},
): Promise<Server<LimitedTotals>> {
	const given = { latencyMs: [20, 150], retryAfter: 'seconds', ...switches } as const;
	const { url, flameup, close } = await startSimulator(given as Partial<Switches>);
	return {
		apiUrl: url,
		collect: async () => {
			const totals = totalsOf(flameup);
			flameup.reset();
			return totals;
		},
		stop: close,
	};
}

function totalsOf(flameup: Flameup): LimitedTotals {
	const { requests, byStatus, tooManyRequests, peopleCreated, peopleUpdated, windows } =
		flameup.stats();
	const taken = requests - tooManyRequests;
	return {
		requests: taken,
		people: peopleCreated + peopleUpdated,
		distinct: flameup.people().size,
		repeats: peopleUpdated,
		refused: taken - (byStatus['200'] ?? 0),
		cpuSeconds: 0,
		rateLimited: tooManyRequests,
		windows,
	};
}
