import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Launch } from '../e2e/platform/attempt.mts';
import { DOCKER, IMAGE } from './image.mts';

/** The user whom Airbyte runs connectors as. */
export const UID = 1_000;

/** Starts the launcher in a container of the image, and kills the container. */
export const launchInContainer: Launch = ({ cwd, env, files, script }) => {
	// Beside the files, it contains the storage that all attempts share.
	const folder = path.dirname(files);
	execFileSync('chown', ['--recursive', `${UID}:${UID}`, folder]);
	const name = `flameup-${randomUUID()}`;
	const options = [
		...['--rm', '--name', name, '--workdir', cwd, '--volume', `${folder}:${folder}`],
		...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
	];
	const command = ['--entrypoint', 'sh', IMAGE, '-c', script];
	const launcher = spawn(DOCKER, ['run', ...options, ...command], { stdio: 'ignore' });
	return {
		launcher,
		kill: (by) => void spawn(DOCKER, ['kill', '--signal', by, name], { stdio: 'ignore' }),
	};
};
