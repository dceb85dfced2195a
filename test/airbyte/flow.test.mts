import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { until } from './connector.mts';
import { cursorOf, ids, people, state } from './input.mts';
import { createWorld } from './world.mts';

/** Resident memory of a process, in MB. */
const residentMb = (pid: number | undefined): number =>
	Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** Waits until a number has not changed for a while. */
async function standsStill(value: () => number): Promise<void> {
	for (let before = Number.NaN; before !== value(); ) {
		before = value();
		await sleep(1_000);
	}
}

describe.concurrent('reading waits', () => {
	it('while Flameup does not answer, and little is held', async () => {
		const world = await createWorld({ simulator: { faultRate: 1, faultKinds: ['stall'] } });
		const connector = world.start();
		const block = people(1, 100, 10, { note: 'n'.repeat(1_000) });
		let taken = 0;
		void (async () => {
			for (let i = 0; i < 500; i++) {
				await connector.write(block);
				taken += block.length;
			}
		})();
		await until(() => world.flameup.stats().requests > 0);
		await standsStill(() => taken);
		expect(taken).toBeGreaterThan(100_000);
		expect(taken).toBeLessThan(4_000_000);
		expect(residentMb(connector.child.pid)).toBeLessThan(150);
		expect((await connector.kill('SIGKILL')).states).toEqual([]);
	});

	it('while its output is not read, and nothing is lost', async () => {
		const world = await createWorld();
		const connector = world.start({ reads: false });
		const count = 8_000;
		void connector.end(people(1, count, 1));
		await until(() => world.flameup.stats().requests > 5);
		await standsStill(() => world.held().length);
		expect(world.held().length).toBeLessThan(count / 2);
		expect(connector.child.exitCode).toBeNull();
		connector.read();
		const run = await connector.ended;
		expect([run.code, run.states.length, world.held().length]).toEqual([0, count, count]);
		expect(run.states.map(cursorOf)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
	});
});

describe.concurrent('it ends', () => {
	it('when its output will never be read', async () => {
		const world = await createWorld();
		const connector = world.start();
		await connector.write(people(1, 100));
		await connector.acknowledged(10);
		connector.child.stdout.destroy();
		await connector.write(people(101, 200));
		await until(() => connector.child.exitCode !== null);
		expect(connector.child.exitCode).toBe(1);
	});

	it('promptly when the key is wrong, although the source is silent', async () => {
		const world = await createWorld({
			settings: { api_key: 'ws_test_wrong.abc', batches: { max_age_seconds: 0.2 } },
		});
		const connector = world.start();
		await connector.write(people(1, 3));
		await until(() => world.flameup.stats().requests > 0);
		const before = connector.elapsed();
		const run = await connector.ended;
		expect([run.code, run.errors[0]?.failure_type]).toEqual([1, 'config_error']);
		expect(run.afterMs - before).toBeLessThan(2_500);
	});

	it('well when the source has failed and its last line is cut off', async () => {
		const world = await createWorld();
		const run = await world.write(people(1, 15).slice(0, -20));
		expect([run.code, run.states.length, world.held()]).toEqual([0, 1, ids(14)]);
	});
});

describe.concurrent('a slow source', () => {
	it('gets its state back within about 5 s', async () => {
		const world = await createWorld();
		const connector = world.start();
		await connector.write(people(1, 10));
		await until(() => connector.logs.length > 0);
		const before = connector.elapsed();
		await connector.acknowledged(1);
		expect(connector.elapsed() - before).toBeLessThan(5_500);
		expect(connector.elapsed() - before).toBeGreaterThan(2_000);
		expect((await connector.end()).code).toBe(0);
	});

	it('does not delay it by sending more', async () => {
		const world = await createWorld({ settings: { batches: { max_age_seconds: 1 } } });
		const connector = world.start();
		await connector.write(people(1, 1, 1));
		await until(() => connector.logs.length > 0);
		const before = connector.elapsed();
		let n = 1;
		while (connector.states.length === 0) {
			n++;
			await connector.write(people(n, n, 1));
			await sleep(100);
		}
		expect(connector.elapsed() - before).toBeLessThan(2_500);
		const run = await connector.end();
		expect([run.code, run.states.length, world.held()]).toEqual([0, n, ids(n)]);
	});

	it('gets the state of an empty stream back at once', async () => {
		const connector = (await createWorld()).start();
		await connector.write(state(0));
		await connector.acknowledged(1);
		expect((await connector.end()).states).toHaveLength(1);
	});
});
