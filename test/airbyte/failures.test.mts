import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { faultKinds } from '../../simulator/faults.mts';
import { startHostile } from './hostile.mts';
import { cursorOf, ids, people, sumOfStats } from './input.mts';
import { createWorld, KEY, type WorldOptions } from './world.mts';

const IMPATIENT = { give_up_after_minutes: 0.01, timeout_seconds: 1 };

/** How a run failed: exit code, number of errors, what kind of error. */
const howItFailed = (run: { code: number | null; errors: readonly { failure_type: string }[] }) => [
	run.code,
	run.errors.length,
	run.errors[0]?.failure_type,
];

describe.concurrent('the run fails', () => {
	const cases: [string, WorldOptions, 'config_error' | 'transient_error', string][] = [
		[
			'with a wrong key',
			{ settings: { api_key: 'ws_test_wrong.abc' } },
			'config_error',
			'Flameup does not accept the API key. Flameup answered 401. Enter a valid key in api_key.',
		],
		[
			'with a key that may not write',
			{ simulator: { keys: [{ key: KEY, permissions: ['people:read'] }] } },
			'config_error',
			'The API key lacks a permission. Flameup answered 403. Give it the permission people:write in Flameup. If workspace_id is set, it must be the workspace of the key.',
		],
		[
			'with a wrong workspace',
			{ settings: { workspace_id: 'ws_other' } },
			'config_error',
			'Flameup does not know this workspace or address. Flameup answered 404. Correct workspace_id or api_url.',
		],
		[
			'when nothing is listening',
			{ settings: { api_url: 'http://127.0.0.1:1', pace: IMPATIENT } },
			'transient_error',
			'Flameup could not be reached. Nothing is listening at the address (ECONNREFUSED). Check api_url and the network, and run the sync again later.',
		],
		[
			'when Flameup is unavailable for too long',
			{ simulator: { faultRate: 1, faultKinds: ['500'] }, settings: { pace: IMPATIENT } },
			'transient_error',
			'Flameup was unavailable. Flameup answered 500. Run the sync again later.',
		],
		[
			'when the allowance stays used up',
			{ simulator: { faultRate: 1, faultKinds: ['429'] }, settings: { pace: IMPATIENT } },
			'transient_error',
			'The API key had no allowance left. Flameup answered 429. Run the sync again later, or use an API key that nothing else uses.',
		],
		[
			'when no answer can be read',
			{ simulator: { faultRate: 1, faultKinds: ['html-200'] }, settings: { pace: IMPATIENT } },
			'config_error',
			'The address in api_url answers, but not as Flameup does. It may be wrong, or Flameup shows a maintenance page there. Check api_url.',
		],
		[
			'when nothing is answered',
			{ simulator: { faultRate: 1, faultKinds: ['stall'] }, settings: { pace: IMPATIENT } },
			'transient_error',
			'Flameup could not be reached. The request timed out (TIMEOUT). Check api_url and the network, and run the sync again later.',
		],
		[
			'over plain http to another host',
			{ settings: { api_url: 'http://flameup.invalid' } },
			'config_error',
			'api_url must start with https://, unless unencrypted http is allowed.',
		],
	];
	it.each(cases)('%s', async (_name, options, failureType, message) => {
		const world = await createWorld(options);
		const run = await world.write(people(1, 30));
		expect(howItFailed(run)).toEqual([1, 1, failureType]);
		expect(run.errors[0]?.message).toContain(message);
		expect([run.states, run.signal, run.stderr]).toEqual([[], null, '']);
	});

	it.each([
		['the key is revoked', { keys: ['other'] }, 'config_error'],
		['the workspace is gone', { workspace: 'ws_new' }, 'config_error'],
		['Flameup becomes unavailable', { faultRate: 1 }, 'transient_error'],
		['connections break', { faultRate: 1, faultKinds: ['reset-after'] }, 'transient_error'],
	] as const)(
		'when midway %s; what was saved is acknowledged',
		async (_name, change, failureType) => {
			const world = await createWorld({ settings: { pace: IMPATIENT } });
			const connector = world.start();
			await connector.write(people(1, 300));
			await connector.acknowledged(30);
			world.flameup.set(structuredClone(change) as object);
			await connector.write(people(301, 900));
			const run = await connector.ended;
			expect(howItFailed(run)).toEqual([1, 1, failureType]);
			expect(run.states.map(cursorOf)).toEqual(Array.from({ length: 30 }, (_, i) => (i + 1) * 10));
			world.expectCovered(run.states);
		},
	);

	it('when Flameup goes away midway', async () => {
		const world = await createWorld({ settings: { pace: IMPATIENT } });
		const connector = world.start();
		await connector.write(people(1, 200));
		await connector.acknowledged(20);
		await world.close();
		const run = await connector.end(people(201, 400));
		expect(howItFailed(run)).toEqual([1, 1, 'transient_error']);
		expect(run.states).toHaveLength(20);
		world.expectCovered(run.states);
	});
});

describe.concurrent('a redirect', () => {
	it.each([302, 308])('%i is not followed, so the key stays here', async (status) => {
		const elsewhere = await startHostile((_heard, response) => response.end('{}'));
		const { heard, url } = await startHostile((_heard, response) => {
			response.writeHead(status, { location: `${elsewhere.url}/api/v1/people/batch` }).end();
		});
		const world = await createWorld({ settings: { api_url: url } });
		const run = await world.write(people(1, 3));
		expect(howItFailed(run)).toEqual([1, 1, 'config_error']);
		expect(run.errors[0]?.message).toContain(
			`The address in api_url redirects elsewhere. It answered ${status}. Enter the address that it redirects to.`,
		);
		expect([heard.length, elsewhere.heard.length]).toEqual([1, 0]);
	});
});

describe.concurrent('the run goes on', () => {
	it('after every temporary fault, and sends everybody', async () => {
		const kinds = faultKinds.filter((kind) => !kind.startsWith('stall'));
		const faults = Object.fromEntries(kinds.map((kind, i) => [2 * i + 1, kind]));
		const world = await createWorld({
			simulator: { faults, retryAfter: 'seconds' },
			settings: { batches: { people_per_request: 10 }, pace: { requests_in_flight: 1 } },
		});
		// A 429 of the plan asks for a minute, so it is left out here.
		world.flameup.set({ faults: { ...faults, 1: '500' } });
		const run = await world.write(people(1, 200));
		expect([run.code, run.errors, world.held()]).toEqual([0, [], ids(200)]);
		expect(sumOfStats(run.states)).toMatchObject({ recordCount: 200, rejectedRecordCount: 0 });
	});

	it('after answers that never come', async () => {
		const world = await createWorld({
			simulator: { faults: { 1: 'stall', 2: 'stall-after' } },
			settings: { pace: { timeout_seconds: 1, requests_in_flight: 1 } },
		});
		const run = await world.write(people(1, 100));
		expect([run.code, world.held(), run.states.length]).toEqual([0, ids(100), 10]);
		expect(run.logs.join('\n')).toContain(', 2 of them failed');
	});

	it('with a third of all requests failing', async () => {
		const world = await createWorld({
			simulator: {
				faultRate: 0.3,
				faultKinds: ['500', 'reset-before', 'reset-after', 'truncated', 'cut'],
			},
			settings: { batches: { people_per_request: 50 } },
		});
		const run = await world.write(people(1, 2_000));
		expect([run.code, world.held().length, run.states.length]).toEqual([0, 2_000, 200]);
		expect(world.flameup.stats()).toMatchObject({ sharedInFlight: 0, repeatedInRequest: 0 });
		expect(sumOfStats(run.states).recordCount).toBe(2_000);
	});

	it('within the allowance that Flameup announces', async () => {
		const world = await createWorld({
			simulator: { limit: 120 },
			settings: { batches: { people_per_request: 1 } },
		});
		const connector = world.start();
		await connector.write(people(1, 200));
		while (world.flameup.stats().requests < 120) await sleep(20);
		await sleep(500);
		expect(world.flameup.stats()).toMatchObject({ requests: 120, tooManyRequests: 0 });
		world.expectCovered((await connector.kill('SIGTERM')).states);
	});

	it('over plain http to another address when that is allowed', async () => {
		const world = await createWorld();
		const settings = { api_url: world.url.replace('127.0.0.1', '0.0.0.0') };
		const [refused, allowed] = await Promise.all(
			[settings, { ...settings, allow_http: true }].map(async (one) =>
				(await createWorld({ settings: one })).write(people(1, 3)),
			),
		);
		expect([refused?.code, allowed?.code, world.held()]).toEqual([1, 0, ids(3)]);
	});
});
