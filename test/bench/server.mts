import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CORES, onCore } from './cores.mts';
import type { Totals } from './sink.mts';

/** A running sink, as the benchmark sees it. */
export type Server = {
	apiUrl: string;
	/** Tells the totals since the last call, and begins anew. */
	collect: () => Promise<Totals>;
	stop: () => void;
};

/** Starts the sink as its own process; it ends with this one at the latest. */
export async function startServer(latency: number): Promise<Server> {
	const sink = [process.execPath, join(import.meta.dirname, 'sink.mts')];
	const [file = '', ...args] = onCore(CORES.others, [...sink, `--latency=${latency}`]);
	const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
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
