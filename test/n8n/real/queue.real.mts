import { readFileSync, rmSync } from 'node:fs';
import { afterAll, expect, inject, it } from 'vitest';
import { credentialFor, startFlameup } from './flameup.mts';
import { find, installProgram } from './install.mts';
import { startN8n, startWorker } from './n8n.mts';
import { freePorts, start, temporaryFolder } from './processes.mts';
import { openRest, signIn } from './rest.mts';
import { chain, code, flameup as node, people, trigger } from './workflows.mts';

const executions = 6;
const peopleEach = 1000;
/** Less than the executions need, so they must share it and wait for a new window. */
const limit = 45;

installProgram('redis-server');
const folder = temporaryFolder();
const { tarball } = inject('host');
const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
afterAll(async () => {
	for (const stop of stops.reverse()) await stop();
});

const [port = 0] = await freePorts(1);
const redisArguments = `--port ${port} --bind 127.0.0.1 --appendonly no --save`.split(' ');
const redis = start([find('redis-server') ?? '', ...redisArguments, ''], {
	env: {},
	folder,
	name: 'redis',
});
stops.push(redis.stop);
const env = {
	EXECUTIONS_MODE: 'queue',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	QUEUE_BULL_REDIS_HOST: '127.0.0.1',
	QUEUE_BULL_REDIS_PORT: String(port),
};
const options = { folder, tarball, env };
const simulator = await startFlameup({ limit });
stops.push(simulator.close);
const n8n = await startN8n(options);
stops.push(n8n.stop);
const rest = openRest(n8n.url, await signIn(n8n.url));
await rest.installPackage(tarball);

it('shares one key between executions in two workers', async () => {
	const workers = [await startWorker(options), await startWorker(options)];
	stops.push(...workers.map(({ stop }) => stop));
	const credential = await rest.credential('Shared', credentialFor(simulator));
	const runs = await Promise.all(
		Array.from({ length: executions }, async (_, number) => {
			const rows = code(people(peopleEach, `run${number}`));
			const id = await rest.begin(chain(`queue ${number}`, trigger, rows, node()), credential);
			return rest.finished(id, 240_000);
		}),
	);
	const { tooManyRequests, peoplePerBatch } = simulator.flameup.stats();
	expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'success'));
	expect(simulator.flameup.people().size).toBe(executions * peopleEach);
	expect(runs.map((run) => run.items('Flameup').length)).toEqual(runs.map(() => peopleEach));
	expect(peoplePerBatch).toEqual({ 100: (executions * peopleEach) / 100 });
	expect(tooManyRequests).toBeLessThanOrEqual(executions * 2);
	for (const { log } of workers) expect(readFileSync(log, 'utf8')).toMatch(/finished execution/i);
});
