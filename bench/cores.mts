import { spawnSync } from 'node:child_process';

/** Where a process runs: what is measured has a core to itself if there are two and `taskset`. */
const CORES = { measured: '0', others: '1' };

/** Whether this machine lets us choose the core. */
export const PINNED = Object.values(CORES).every(
	(core) => spawnSync('taskset', ['-c', core, 'true']).status === 0,
);

/** The command, on the core of what is measured. */
export const onOwnCore = (command: string[]) =>
	PINNED ? ['taskset', '-c', CORES.measured, ...command] : command;

/** Moves this process off that core, and whatever it starts from now on. */
export function leaveCore() {
	if (PINNED) spawnSync('taskset', ['-acp', CORES.others, String(process.pid)]);
}
