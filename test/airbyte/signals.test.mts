import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Connector, until } from './connector.mts';
import { ids, lastCursor, people } from './input.mts';
import { createWorld, type World, type WorldOptions } from './world.mts';

interface Moment extends WorldOptions {
	/** Brings the connector to the moment of the signal. */
	reach(connector: Connector, world: World): Promise<unknown>;
	readonly reads?: false;
	/** How many states may be out by then; otherwise any number. */
	readonly states?: number;
	/** Why requests were failing when the signal came. */
	readonly trouble?: string;
}

const MOMENTS: Record<string, Moment> = {
	'before any input': {
		// The warning about overwriting is first.
		streams: [{ name: 'people', mode: 'overwrite' }],
		reach: (connector) => until(() => connector.logs.length > 0),
		states: 0,
	},
	'while a batch fills': {
		reach: async (connector) => {
			await connector.write(people(1, 50));
			await until(() => connector.logs.length > 0);
		},
		states: 0,
	},
	'after all there was': {
		reach: (connector) => connector.write(people(1, 200)).then(() => connector.acknowledged(20)),
		states: 20,
	},
	'while it waits for the allowance': {
		settings: { pace: { requests_per_minute: 1 } },
		reach: (connector) => connector.write(people(1, 500)).then(() => connector.acknowledged(10)),
		states: 10,
	},
	'while it waits for the allowance, after the end of the input': {
		settings: { pace: { requests_per_minute: 1 } },
		reach: (connector) => {
			void connector.end(people(1, 500));
			return connector.acknowledged(10);
		},
		states: 10,
	},
	'while Flameup stalls': {
		simulator: { faults: { 2: 'stall', 3: 'stall-after', 4: 'stall', 5: 'stall' } },
		reach: (connector, { flameup }) =>
			connector
				.write(people(1, 100))
				.then(() => connector.acknowledged(10))
				.then(() => connector.write(people(101, 500)))
				.then(() => until(() => flameup.stats().requests === 5)),
		states: 10,
	},
	'while Flameup stalls, the queue is full': {
		simulator: { faultRate: 1, faultKinds: ['stall'] },
		reach: (connector, { flameup }) => {
			void connector.write(people(1, 20_000));
			return until(() => flameup.stats().requests > 0).then(() => sleep(500));
		},
		states: 0,
	},
	'while Flameup stalls, after the end of the input': {
		simulator: { faultRate: 1, faultKinds: ['stall'] },
		reach: (connector, { flameup }) => {
			void connector.end(people(1, 150));
			return until(() => flameup.stats().requests > 0);
		},
		states: 0,
	},
	'while it tries again': {
		simulator: { faultRate: 1 },
		reach: (connector, { flameup }) => {
			void connector.end(people(1, 150));
			return until(() => flameup.stats().requests > 2);
		},
		states: 0,
		trouble: 'Flameup was unavailable. Flameup answered 500.',
	},
	'while nobody is there': {
		settings: { api_url: 'http://127.0.0.1:1' },
		reach: (connector) => {
			void connector.write(people(1, 150));
			return until(() => connector.logs.some((line) => line.includes('are retried')));
		},
		states: 0,
		trouble: 'Flameup could not be reached. Nothing is listening at the address (ECONNREFUSED).',
	},
	'in the midst of everything': {
		simulator: { latencyMs: [20, 200] },
		reach: (connector) => {
			void connector.write(people(1, 20_000));
			return connector.acknowledged(50);
		},
	},
	'while nobody reads its output': {
		reads: false,
		reach: (connector, { flameup }) => {
			void connector.write(people(1, 20_000, 1));
			return until(() => flameup.stats().requests > 5).then(() => sleep(1_000));
		},
		states: 0,
	},
};

describe.concurrent('SIGTERM', () => {
	it.each(Object.entries(MOMENTS))(
		'%s',
		async (_name, { reach, reads, states, trouble, ...options }) => {
			const world = await createWorld(options);
			const connector = world.start({ reads: reads ?? true });
			await reach(connector, world);
			const before = connector.elapsed();
			const run = await connector.kill('SIGTERM');
			expect([run.code, run.signal, run.stderr]).toEqual([null, 'SIGTERM', '']);
			expect(run.afterMs - before).toBeLessThan(8_000);
			world.expectCovered(run.states);
			if (states !== undefined) expect(run.states.length).toBe(states);
			if (reads === false) return;
			expect(run.errors.map(({ failure_type }) => failure_type)).toEqual(['transient_error']);
			const why = trouble === undefined ? '' : ` Requests were failing at that time: ${trouble}`;
			expect(run.errors[0]?.message).toBe(
				`The sync was stopped before it finished.${why} Everything saved so far is kept; start again to send the rest.`,
			);
			expect(run.logs.join('\n')).toContain('Stream people: ');
		},
	);

	it('lets requests in flight finish', async () => {
		const world = await createWorld({ simulator: { latencyMs: 2_000 } });
		const connector = world.start();
		await connector.write(people(1, 100));
		await until(() => world.flameup.stats().requests === 1);
		const run = await connector.kill('SIGTERM');
		expect([run.signal, lastCursor(run.states)]).toEqual(['SIGTERM', 100]);
	});

	it('is handled in the same way as SIGINT', async () => {
		const world = await createWorld();
		const connector = world.start();
		await connector.write(people(1, 100));
		await connector.acknowledged(10);
		const run = await connector.kill('SIGINT');
		expect([run.code, run.signal, run.states.length]).toEqual([null, 'SIGINT', 10]);
	});
});

describe.concurrent('whatever ends it, a run from the last acknowledged state sends everybody', () => {
	const everybody = 1_500;
	it.each([
		['SIGKILL', 1],
		['SIGKILL', 60],
		['SIGTERM', 30],
	] as const)('%s after %i states', async (signal, states) => {
		const world = await createWorld({ simulator: { latencyMs: [5, 60] } });
		const connector = world.start();
		void connector.write(people(1, everybody));
		await connector.acknowledged(states);
		const run = await connector.kill(signal);
		const from = lastCursor(run.states);
		expect([run.signal, from >= states * 10]).toEqual([signal, true]);
		world.expectCovered(run.states);

		const last = await world.write(people(from + 1, everybody));
		expect([last.code, lastCursor(last.states)]).toEqual([0, everybody]);
		expect(new Set(world.held())).toEqual(new Set(ids(everybody)));
	});
});
