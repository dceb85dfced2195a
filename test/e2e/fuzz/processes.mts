import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type Connector, start } from '../../airbyte/process.mts';
import { createWorld } from '../../airbyte/world.mts';
import type { FuzzRun } from './judge.mts';

/** Longer than any of these runs takes, even on a slow machine. */
const LONGEST_MS = 60_000;

/** Only loopback is reachable: any other address goes to a proxy that does not exist. */
const OPTIONS = {
	env: {
		HTTP_PROXY: 'http://127.0.0.1:1',
		HTTPS_PROXY: 'http://127.0.0.1:1',
		NO_PROXY: '127.0.0.1',
	},
	keepsPrinted: false,
};

/** Maximum ratio of peak memory to that after a tenth of the input. */
const MOST_GROWTH = 1.3;

/** Real processes of the built connector, against a simulated Flameup. */
export async function createProcesses(catalog: string) {
	const pace = { requests_per_minute: 100_000 };
	const world = await createWorld({ settings: { pace, streams_share_user_ids: true } });
	const config = readFileSync(world.config, 'utf8');
	const files = ['--config', world.config, '--catalog', world.catalog];

	function prepare(changed: { readonly config?: Buffer; readonly catalog?: Buffer } = {}): void {
		writeFileSync(world.config, changed.config ?? config);
		writeFileSync(world.catalog, changed.catalog ?? catalog);
	}

	return {
		config,
		/** Runs a command, optionally with changed files. */
		async run(
			command: string,
			bytes: Buffer,
			changed?: Parameters<typeof prepare>[0],
		): Promise<FuzzRun> {
			prepare(changed);
			world.flameup.reset();
			const connector = start([command, ...files], { ...OPTIONS, longestMs: LONGEST_MS });
			const { code, received, signal, stderr } = await connector.end(bytes);
			expect(signal, `the signal that ended it, after ${LONGEST_MS / 1000} s`).toBeNull();
			const { peopleCreated } = world.flameup.stats();
			return { lines: received.map(({ line }) => line), exitCode: code, stderr, peopleCreated };
		},
		/** Starts `write` with valid files. */
		startWrite(): Connector {
			prepare();
			return start(['write', ...files], OPTIONS);
		},
	};
}

/** Sends a process the same lines repeatedly; its memory must not keep growing. Returns its memory use. */
export async function expectNoGrowth(
	connector: Connector,
	round: Buffer,
	megabytes: number,
	onRound: () => void,
): Promise<string> {
	const rounds = Math.max(10, Math.ceil((megabytes * 1e6) / round.length));
	let early = 0;
	for (let n = 1; n <= rounds; n++) {
		onRound();
		await Promise.race([connector.write(round), connector.ended.catch(() => undefined)]);
		expect(connector.child.exitCode, `exit code in round ${n}`).toBeNull();
		if (n === Math.ceil(rounds / 10)) early = peakOf(connector.child.pid);
	}
	const late = peakOf(connector.child.pid);
	const { code, errors } = await connector.end();
	const held = `${late} kB after ${rounds} rounds of ${round.length} bytes, ${early} kB after a tenth`;
	expect(errors).toEqual([]);
	expect(code, 'exit code').toBe(0);
	expect(late / early, held).toBeLessThan(MOST_GROWTH);
	return held;
}

/** Peak resident memory in kB, if the system reports it. */
const peakOf = (pid: number | undefined): number =>
	Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
