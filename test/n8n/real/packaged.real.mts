import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { OPERATIONS } from '../fake-n8n.mts';
import { openStage } from './stage.mts';
import { nodeType } from './workflows.mts';

interface NodeDescription {
	name: string;
	codex?: { categories?: string[] };
	iconUrl?: unknown;
}

const { host, rest } = await openStage();
const { folder, tarball, installed } = host;
const types: NodeDescription[] = await rest.nodeTypes();
const ours = types.filter(({ name }) => name.startsWith(`${tarball.name}.`));

it('is installed by n8n, from the tarball', () => expect(installed).toContain(nodeType));

it('offers the node and the tool, with icon and categories', () => {
	expect(ours.map(({ name }) => name).sort()).toEqual([nodeType, `${nodeType}Tool`]);
	const node = ours.find(({ name }) => name === nodeType);
	expect(node?.iconUrl).toBeTruthy();
	expect(node?.codex?.categories).not.toEqual([]);
});

it.each(OPERATIONS)('serves the output schema of %s: %s', async (resource, operation) => {
	const answer = await fetch(`${host.url}/schemas/${nodeType}/1.0.0/${resource}/${operation}.json`);
	expect(answer.status).toBe(200);
	const { properties } = (await answer.json()) as { properties: object };
	expect(Object.keys(properties).length).toBeGreaterThan(1);
});

it("uses n8n's own zod: none is in the package or installed with it", () => {
	const home = path.join(folder, '.n8n/nodes/node_modules', tarball.name);
	const textOf = (name: string) => readFileSync(path.join(home, name), 'utf8');
	const scripts = globSync('dist/**/*.js', { cwd: home });
	expect(scripts.filter((name) => /require\(["']zod/.test(textOf(name)))).not.toEqual([]);
	expect(globSync('.n8n/**/node_modules/zod', { cwd: folder })).toEqual([]);
	expect(JSON.parse(textOf('package.json')).dependencies ?? {}).toEqual({});
});
