import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { hostFolder } from './install.mts';
import type { Stage } from './stage.mts';
import { nodeType } from './workflows.mts';

interface NodeDescription {
	name: string;
	displayName: string;
	codex?: { categories?: string[] };
	iconUrl?: unknown;
}

/** Puts the package in through n8n's own installer and looks at what n8n makes of it. */
export async function checkPackage(stage: Omit<Stage, 'credential'>, folder: string) {
	const { rest, tarball, check, same } = stage;
	const began = Date.now();
	const { installedNodes } = await rest.installPackage(tarball.name, tarball.version);
	const offered = (installedNodes as { type: string }[]).map(({ type }) => type);
	check('n8n installs the tarball', offered.includes(nodeType), `${Date.now() - began} ms`);

	const types: NodeDescription[] = await rest.nodeTypes();
	const ours = types.filter(({ name }) => name.startsWith(`${tarball.name}.`));
	const names = ours.map(({ name }) => name).sort();
	same('it offers the node and the tool', names, [nodeType, `${nodeType}Tool`]);
	const node = ours.find(({ name }) => name === nodeType);
	check('with icon and categories', !!node?.iconUrl && !!node.codex?.categories?.length, {
		icon: node?.iconUrl,
		categories: node?.codex?.categories,
	});
	checkZod(stage, folder);
}

/** zod is neither in the package nor beside it, so that n8n's own is what the package runs on. */
function checkZod({ tarball, check }: Omit<Stage, 'credential'>, folder: string) {
	const installed = path.join(folder, '.n8n/nodes/node_modules', tarball.name);
	const scripts = globSync('dist/**/*.js', { cwd: installed });
	const users = scripts.filter((name) =>
		/require\(["']zod/.test(readFileSync(path.join(installed, name), 'utf8')),
	);
	const found = globSync('.n8n/**/node_modules/zod', { cwd: folder });
	const { dependencies = {} } = JSON.parse(
		readFileSync(path.join(installed, 'package.json'), 'utf8'),
	);
	const host = createRequire(path.join(hostFolder, 'node_modules/n8n/package.json'));
	const { version } = JSON.parse(readFileSync(host.resolve('zod/package.json'), 'utf8'));
	const isHosts = found.length === 0 && Object.keys(dependencies).length === 0;
	check(
		'zod comes from n8n',
		users.length > 0 && isHosts,
		`zod ${version} for ${users.join(', ')}`,
	);
}
