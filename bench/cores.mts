import { spawnSync } from 'node:child_process';

/** The CPU cores: the measured process has one to itself if there are two cores and `taskset`. */
const CORES = { measured: '0', others: '1' };

/** Whether processes can be assigned to a core here. */
export const PINNED = Object.values(CORES).every(
	(core) => spawnSync('taskset', ['-c', core, 'true']).status === 0,
);

/** The command, run on the core of the measured process. */
export const onOwnCore = (command: string[]) =>
	PINNED ? ['taskset', '-c', CORES.measured, ...command] : command;

/** Moves this process and its future children off that core. */
export function leaveCore() {
	if (PINNED) spawnSync('taskset', ['-acp', CORES.others, String(process.pid)]);
}
