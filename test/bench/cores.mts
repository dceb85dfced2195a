import { spawnSync } from 'node:child_process';

/** Where a process runs: what is measured has a core to itself if there are two and `taskset`. */
export const CORES = { measured: '0', others: '1' };

/** Whether this machine lets us choose the core. */
export const PINNED = Object.values(CORES).every(
	(core) => spawnSync('taskset', ['-c', core, 'true']).status === 0,
);

/** The command, held to a core where that can be done. */
export const onCore = (core: string, command: string[]) =>
	PINNED ? ['taskset', '-c', core, ...command] : command;
