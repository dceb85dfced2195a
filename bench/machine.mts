import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { PINNED } from './cores.mts';

/** The machine's relevant properties on one line. */
export function machine() {
	const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
	const cores = PINNED ? 'the measured process has a core to itself' : 'cores not assigned';
	const parts = [`${cpus().length} × ${cpus()[0]?.model.trim()}`, memory, system()];
	return `${[...parts, `Node ${process.versions.node}`].join(', ')}; ${cores}`;
}

function system() {
	const file = '/etc/os-release';
	const name = existsSync(file) ? /^PRETTY_NAME="(.*)"$/m.exec(readFileSync(file, 'utf8')) : null;
	return name?.[1] ?? `${type()} ${release()}`;
}
