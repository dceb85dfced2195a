import { execFileSync } from 'node:child_process';
import {
	cpSync,
	globSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATIONS } from './fake-n8n.mts';

const root = path.resolve(import.meta.dirname, '../..');
const modules = path.join(root, 'node_modules');
const folder = mkdtempSync(path.join(tmpdir(), 'flameup-tarball-'));
let files: string[] = [];

/** Builds like `n8n-node build`, in a separate folder, and lists what npm would pack. */
beforeAll(() => {
	const tsc = path.join(modules, 'typescript/bin/tsc');
	const dist = path.join(folder, 'dist');
	execFileSync(process.execPath, [tsc, '-p', root, '--outDir', dist], { cwd: root });
	mkdirSync(path.join(dist, 'connectors/airbyte'), { recursive: true });
	for (const icon of [
		'connectors/airbyte/icon.svg',
		'nodes/Flameup/flameup.svg',
		'nodes/Flameup/flameup.dark.svg',
	]) {
		cpSync(path.join(root, icon), path.join(dist, icon));
	}
	const { scripts: _scripts, ...manifest } = JSON.parse(
		readFileSync(path.join(root, 'package.json'), 'utf8'),
	);
	writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
	for (const text of ['README.md', 'LICENSE'])
		cpSync(path.join(root, text), path.join(folder, text));
	const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd: folder,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const [listed] = JSON.parse(packed) as [{ files: { path: string }[] }];
	files = listed.files.map((file) => file.path).sort();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('contains exactly what n8n needs', () => {
	const compiled = (folder: string) =>
		globSync('**/*.ts', { cwd: path.join(root, folder) }).map(
			(file) => `dist/${folder}/${file.replace(/ts$/, 'js')}`,
		);
	expect(files).toEqual(
		[
			...['LICENSE', 'README.md', 'package.json'],
			...['nodes', 'credentials', 'src'].flatMap(compiled),
			'dist/nodes/Flameup/Flameup.node.json',
			...OPERATIONS.map(
				([resource, operation]) =>
					`dist/nodes/Flameup/__schema__/v1.0.0/${resource}/${operation}.json`,
			),
			'dist/nodes/Flameup/flameup.svg',
			'dist/nodes/Flameup/flameup.dark.svg',
		].sort(),
	);
});

it('contains nothing from Airbyte, the tests or the tools', () => {
	const known =
		/^(?:LICENSE|README\.md|package\.json|dist\/(?:credentials|nodes|src)\/.+\.(?:js|json|svg))$/;
	expect(files.filter((file) => !known.test(file))).toEqual([]);
});

it('needs only run-time packages that every n8n has', () => {
	const imported = files
		.filter((file) => file.endsWith('.js'))
		.flatMap((file) => [
			...readFileSync(path.join(folder, file), 'utf8').matchAll(/require\("([^."][^"]*)"\)/g),
		])
		.map(([, name]) => name);
	expect(new Set(imported)).toEqual(new Set(['n8n-workflow', 'node:crypto', 'zod/v4']));
});
