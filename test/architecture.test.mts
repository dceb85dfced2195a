import { describe, expect, it } from 'vitest';

/** What each folder of the core may import from, besides itself; mapping and flameup know nothing of each other. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	'': [],
	settings: [''],
	mapping: ['', 'settings'],
	flameup: ['', 'settings'],
	loading: ['', 'settings', 'mapping', 'flameup'],
};

const load = (files: Record<string, string>) =>
	Object.entries(files).map(([path, text]) => ({ path, text }));
const core = load(
	import.meta.glob('../src/**/*.ts', { query: '?raw', import: 'default', eager: true }),
).map(({ path, text }) => ({ name: path.slice('../src/'.length, -'.ts'.length), text }));
const wrappers = load(
	import.meta.glob(['../nodes/**/*.ts', '../credentials/**/*.ts', '../connectors/**/*.{ts,mts}'], {
		query: '?raw',
		import: 'default',
		eager: true,
	}),
);

const imports = (text: string): string[] =>
	[...text.matchAll(/\b(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
		([, name = '']) => name,
	);
const withoutComments = (text: string): string =>
	text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

/** Names of the host: the core gets time, chance and the network as arguments. */
const HOST = new RegExp(
	`\\b(?:${[
		...[
			'process',
			'global',
			'globalThis',
			'window',
			'console',
			'Buffer',
			'require',
			'eval',
			'fetch',
		],
		...['crypto', 'performance', 'queueMicrotask', '(?:set|clear)(?:Timeout|Interval|Immediate)'],
	].join('|')})\\s*[(.[]|\\bnode:|\\bnew Date\\b|\\bDate\\.now\\b|\\bMath\\.random\\b`,
);

const folderOf = (name: string): string => name.split('/').slice(0, -1).join('/');

/** The file of the core that an import of another one means. */
const target = (name: string, specifier: string): string =>
	new URL(specifier, `file:///${name}`).pathname.slice(1);

/** All that a file of the core imports, and what that imports in turn; types count too. */
function reachable(name: string): Set<string> {
	const found = new Set<string>();
	const visit = (from: string): void => {
		const text = core.find((one) => one.name === from)?.text ?? '';
		for (const specifier of imports(text).filter((one) => one.startsWith('.'))) {
			const next = target(from, specifier);
			if (found.has(next)) continue;
			found.add(next);
			visit(next);
		}
	};
	visit(name);
	return found;
}

describe.each(core)('the core file $name', ({ name, text }) => {
	it('imports only zod and what its folder may know', () => {
		const allowed = [folderOf(name), ...(MAY_IMPORT[folderOf(name)] ?? [])];
		for (const one of imports(text)) {
			if (one.startsWith('.')) expect(allowed).toContain(folderOf(target(name, one)));
			else expect(one).toBe('zod/v4');
		}
	});

	it('is in no circle of imports', () => expect(reachable(name)).not.toContain(name));

	it('knows nothing of its host', () => expect(withoutComments(text)).not.toMatch(HOST));

	it('says of each exported name what it is', () => {
		const lines = text.split('\n');
		const silent = lines.filter((line, i) => {
			const [, kind, exported] = /^export (?:async )?(\w+)\*? (\w+)/.exec(line) ?? [];
			const isTypeOfSchema = kind === 'type' && text.includes(`export const ${exported} =`);
			return exported !== undefined && !isTypeOfSchema && !/\*\/$/.test(lines[i - 1] ?? '');
		});
		expect(silent).toEqual([]);
	});
});

it('sees what it forbids', () => {
	const forbidden = [
		'fetch(url)',
		'setTimeout(f)',
		'Date.now()',
		'new Date()',
		'Math.random',
		'process.env',
		'Buffer.from',
		'console.log',
	];
	for (const code of [...forbidden, "import x from 'node:fs'"]) expect(code).toMatch(HOST);
	expect(withoutComments('a(); // fetch(url)\n/** Date.now() */\nb();')).not.toMatch(HOST);
	expect(imports("import { a } from './a';\nexport * from './b';\nawait import('c');")).toEqual([
		'./a',
		'./b',
		'c',
	]);
});

/** The part of the repository that a file belongs to; the n8n package has two folders. */
const partOf = (path: string): string =>
	path.replace(/^(?:nodes|credentials)\/.*/, 'n8n').replace(/^(src|connectors\/[^/]+)\/.*/, '$1');

describe.each(wrappers)('$path', ({ path, text }) => {
	it('imports only from its own part of the repository and from the core', () => {
		const place = new URL(path, 'file:///test/');
		for (const name of imports(text).filter((one) => one.startsWith('.'))) {
			const target = partOf(new URL(name, place).pathname.slice(1));
			expect([partOf(place.pathname.slice(1)), 'src', 'package.json']).toContain(target);
		}
	});
});
