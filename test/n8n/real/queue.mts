import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Checks } from './checks.mts';
import { find } from './install.mts';
import { type N8nOptions, startN8n, startWorker } from './n8n.mts';
import { freePorts, start } from './processes.mts';
import { type Credential, signIn } from './rest.mts';
import { credentialFor, flameupForChecks } from './stage.mts';
import { chain, code, flameup, people, trigger } from './workflows.mts';

const executions = 6;
const peopleEach = 1000;
/** Less than the executions need, so that they have to share and to wait for a new window. */
const limit = 45;

/** Main, two workers and Redis: several executions at once with one key. */
export async function checkQueue(options: N8nOptions, { check, same }: Checks) {
	const [redisPort = 0] = await freePorts(1);
	const log = path.join(options.folder, 'redis.log');
	const redisArguments = `--port ${redisPort} --bind 127.0.0.1 --appendonly no --save`.split(' ');
	const redis = start([find('redis-server') ?? '', ...redisArguments, ''], {
		env: {},
		folder: options.folder,
		log,
	});
	const env = {
		...options.env,
		EXECUTIONS_MODE: 'queue',
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redisPort),
	};
	const simulator = await flameupForChecks({ limit });
	const n8n = await startN8n({ ...options, env });
	const workers = [
		await startWorker({ ...options, env }, 5),
		await startWorker({ ...options, env }, 5),
	];
	try {
		check(
			'main and two workers are up',
			true,
			[n8n, ...workers].map(({ readyMs }) => readyMs),
		);
		const rest = await signIn(n8n.url);
		const credential: Credential = await rest.credential('Shared', credentialFor(simulator));
		const began = Date.now();
		const runs = await Promise.all(
			Array.from({ length: executions }, async (_, number) => {
				const rows = code(people(peopleEach, `run${number}`));
				const id = await rest.begin(chain(`queue ${number}`, trigger, rows, flameup()), credential);
				return rest.finished(id, 240_000);
			}),
		);
		const seconds = Math.round((Date.now() - began) / 1000);
		const { requests, tooManyRequests, maxInAMinute, peoplePerBatch } = simulator.flameup.stats();
		same(
			'every execution succeeds',
			runs.map(({ status }) => status),
			runs.map(() => 'success'),
		);
		same('nobody is lost', simulator.flameup.people().size, executions * peopleEach);
		same(
			'every row comes out',
			runs.map((run) => run.items('Flameup').length),
			runs.map(() => peopleEach),
		);
		const accepted = requests - tooManyRequests;
		same('in full batches', peoplePerBatch, { 100: (executions * peopleEach) / 100 });
		check('the allowance is kept', tooManyRequests <= executions * 2, {
			requests,
			accepted,
			tooManyRequests,
			maxInAMinute,
			limit,
			seconds,
		});
		const shares = workers.map(
			(worker) => (readFileSync(worker.log, 'utf8').match(/finished execution/gi) ?? []).length,
		);
		check(
			'both workers worked',
			shares.every((share) => share > 0),
			shares,
		);
	} catch (error) {
		throw new Error(`${error}\n${readFileSync(n8n.log, 'utf8').slice(-2000)}`);
	} finally {
		await Promise.all([n8n, ...workers].map((one) => one.stop()));
		await redis.stop();
		await simulator.close();
	}
}
