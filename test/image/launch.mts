import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Launch } from '../e2e/platform/attempt.mts';
import { DOCKER, IMAGE } from './image.mts';

/** The user whom Airbyte runs connectors as. */
export const UID = 1_000;

/** Starts the launcher in a container of the image, and kills the container. */
export const launchInContainer: Launch = ({ cwd, env, files, script }) => {
	execFileSync('chown', ['--recursive', `${UID}:${UID}`, files]);
	const name = `flameup-${randomUUID()}`;
	const options = [
		...['--rm', '--name', name, '--workdir', cwd, '--volume', `${files}:${files}`],
		...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
	];
	const command = ['--entrypoint', 'sh', IMAGE, '-c', script];
	const launcher = spawn(DOCKER, ['run', ...options, ...command], { stdio: 'ignore' });
	return {
		launcher,
		kill: (by) => void spawn(DOCKER, ['kill', '--signal', by, name], { stdio: 'ignore' }),
	};
};
