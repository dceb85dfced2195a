import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { install } from './install.mts';
import { type N8nOptions, startN8n } from './n8n.mts';
import { packFlameup, type Tarball } from './package.mts';
import { temporaryFolder } from './processes.mts';
import { openRest, signIn } from './rest.mts';

declare module 'vitest' {
	interface ProvidedContext {
		/** The n8n of a project, as provided to its tests. */
		host: {
			url: string;
			pid: number;
			/** n8n keeps its database, its key and its packages here. */
			folder: string;
			/** The session cookie of the owner. */
			cookie: string;
			tarball: Tarball;
			/** The node types that n8n found in the package. */
			installed: string[];
		};
	}
}

/** Starts n8n with an owner; our package is packed but not installed yet. */
export async function startHost(
	temporary = temporaryFolder(),
	more: Pick<N8nOptions, 'env' | 'nodeOptions'> = {},
) {
	install('host');
	const tarball = packFlameup(temporary);
	const folder = path.join(temporary, 'n8n');
	const { url, pid, stop } = await startN8n({ folder, tarball, ...more });
	return { url, pid, folder, cookie: await signIn(url), tarball, stop };
}

/** Starts the n8n of a project, and installs the package unless a test does so in the browser. */
export default async function setup(project: TestProject) {
	const { stop, ...host } = await startHost();
	const rest = openRest(host.url, host.cookie);
	const isInBrowser = project.name === 'n8n-browser';
	const installed = isInBrowser ? [] : await rest.installPackage(host.tarball);
	project.provide('host', { ...host, installed });
	return stop;
}
