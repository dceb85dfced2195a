import { describe, expect, it } from 'vitest';

/** A file of the core imports only from files above it. */
const ORDER = [
	...['errors', 'ports', 'fault', 'schema', 'fields', 'bytes', 'exact', 'rejection'],
	...['columns', 'mapper', 'batcher', 'ledger', 'retry', 'privacy', 'pace', 'rate', 'response'],
	...['advice', 'sender', 'client', 'dry', 'api', 'paging', 'isolation', 'loader', 'report'],
];
const MAY_IMPORT_ZOD = ['schema', 'fields'];

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

describe.each(core)('the core file $name', ({ name, text }) => {
	it('imports only zod and files above it', () => {
		const above = ORDER.slice(0, ORDER.indexOf(name)).map((file) => `./${file}`);
		const allowed = [...above, ...(MAY_IMPORT_ZOD.includes(name) ? ['zod/v4'] : [])];
		expect(ORDER).toContain(name);
		expect(imports(text).filter((one) => !allowed.includes(one))).toEqual([]);
	});

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

it('has no file in its order that does not exist', () => {
	expect(core.map(({ name }) => name).sort()).toEqual([...ORDER].sort());
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
