import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const probe = fileURLToPath(new URL('eventLoop.mts', import.meta.url));

/** Measures for how long the event loop of an n8n is blocked. */
export function measureLoop(folder: string) {
	const log = path.join(folder, 'event-loop.log');
	return {
		/** Options of Node for n8n. */
		nodeOptions: ['--import', pathToFileURL(probe).href],
		env: { EVENT_LOOP_LOG: log },
		/** The longest time within a period for which nothing else could run, in ms. */
		longest({ startedAt, ms }: { startedAt: number; ms: number }): number {
			const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
			const within = lines.map((line) => {
				const [end = 0, blocked = 0] = line.split(' ').map(Number);
				return Math.min(end, startedAt + ms) - Math.max(end - blocked, startedAt);
			});
			return Math.max(0, ...within);
		},
	};
}
