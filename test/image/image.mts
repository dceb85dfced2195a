import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { readManifest, root } from '../../release/manifest.mts';

const manifest = readManifest();

/** The image as it is shipped. */
export const IMAGE = `${manifest.config.image}:${manifest.version}`;

/** What stands in for the public base image. */
export const BASE = 'docker.io/library/node:24-bookworm-slim';

/** Starts containers, and knows the other commands of docker too. */
export const DOCKER = path.join(root, 'test/image/docker');

/** Runs a command of docker, in a container with this memory; throws if it fails. */
export const docker = (args: readonly string[], memoryMb = 256): string =>
	execFileSync(DOCKER, args, {
		encoding: 'utf8',
		env: { ...process.env, MEMORY_MB: String(memoryMb) },
		maxBuffer: 1e9,
	});
