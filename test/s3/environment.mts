import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startS3 } from './server.mts';

declare module 'vitest' {
	interface ProvidedContext {
		/** The address of a real S3 server. */
		s3: string;
	}
}

/** Installs the S3 server, unless that version is installed, and starts it. */
export default async function setup(project: TestProject) {
	execFileSync('sh', [resolve(import.meta.dirname, 'install.sh')], { stdio: 'inherit' });
	const { stop, url } = await startS3();
	project.provide('s3', url);
	return stop;
}
