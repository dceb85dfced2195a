import { Worker } from 'node:worker_threads';

/** Without a new case for this long, the last one hangs. */
const HANGS_MS = 90_000;

const WATCH = `
const { workerData } = require('node:worker_threads');
const { cases, hangsMs, pid } = workerData;
let [seen, since] = [0, Date.now()];
setInterval(() => {
	const now = Atomics.load(cases, 0);
	if (now !== seen) [seen, since] = [now, Date.now()];
	if (Date.now() - since < hangsMs) return;
	require('node:fs').writeSync(2, 'Case ' + now + ' of this run hangs.\\n');
	process.kill(pid, 'SIGKILL');
}, 1_000);
`;

/** Kills this process when a case hangs; from a worker, because such a case can block all timers here. */
export function watchForHangs() {
	const cases = new Int32Array(new SharedArrayBuffer(4));
	const workerData = { cases, hangsMs: HANGS_MS, pid: process.pid };
	const watch = new Worker(WATCH, { eval: true, workerData });
	watch.unref();
	return {
		/** A case begins. */
		begun: () => void Atomics.add(cases, 0, 1),
		end: () => watch.terminate(),
	};
}
