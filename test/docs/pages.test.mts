import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { helpText } from '../../simulator/options.mts';
import { corners, matrix } from '../e2e/hostile/cells.mts';
import { PAGES, read, root } from './pages.mts';

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.replaceAll(' ', '-');

const anchors = (page: string): string[] =>
	[...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const links = PAGES.flatMap((page) =>
	[...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link })),
);

it.each(links)('$page: the link to $link leads somewhere', ({ page, link }) => {
	const [file = '', anchor] = link.split('#');
	const target = file === '' ? page : path.join(path.dirname(page), file);
	expect(existsSync(path.join(root, target)), target).toBe(true);
	if (anchor !== undefined) expect(anchors(target)).toContain(anchor);
});

const FOLDERS = 'src|connectors|nodes|credentials|simulator|bench|test|docs|examples';

const files = PAGES.flatMap((page) =>
	[...read(page).matchAll(new RegExp(`\`((?:${FOLDERS})/[\\w./-]*)\``, 'g'))].map(
		([, file = '']) => ({ page, file }),
	),
);

it.each(files)('$page: $file exists', ({ file }) => {
	expect(existsSync(path.join(root, file))).toBe(true);
});

it('the README is short', () => {
	expect(read('README.md').split(/\s+/).length).toBeLessThanOrEqual(900);
});

it("docs/how-it-works.md uses the code's own names", () => {
	const page = read('docs/how-it-works.md');
	const rows = [...page.matchAll(/^\| (`.+?) \| .+ \| \[(\S+)\]/gm)];
	const named = rows.flatMap(([, names = '', file = '']) =>
		[...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({ name, file })),
	);
	for (const { name, file } of named) {
		expect(read(file), `${name} in ${file}`).toMatch(
			new RegExp(`^export (?:const|class|interface|type|function) ${name}\\b`, 'm'),
		);
	}
	const [diagram = ''] = /```mermaid[\s\S]*?```/.exec(page) ?? [];
	const drawn = diagram.match(
		/\b(?:[A-Z][a-z]+){1,2}(?=\.\w)|\b(?:read|backoff)[A-Z]\w+|\b[A-Z][a-z]+(?:[A-Z]\w+)?(?=["<: ])/g,
	);
	const prose = ['Airbyte', 'Flameup'];
	const names = new Set(drawn?.filter((name) => !prose.includes(name)));
	expect(names.size).toBeGreaterThan(12);
	expect(named.map(({ name }) => name)).toEqual(expect.arrayContaining([...names]));
	const calls = [...diagram.matchAll(/\b([A-Z]\w+)\.(\w+)"/g)];
	expect(calls.length).toBeGreaterThan(4);
	for (const [, owner, method] of calls) {
		const file = named.find(({ name }) => name === owner)?.file ?? '';
		expect(read(file), `${owner}.${method}`).toMatch(
			new RegExp(`^\\t(?:async )?${method}[(<]`, 'm'),
		);
	}
});

it('docs/flameup.md names options that the simulator has', () => {
	const options = [...read('docs/flameup.md').matchAll(/`(--[\w-]+)`/g)].map(([, name]) => name);
	const known = helpText()
		.match(/--(?:\[no-\])?[\w-]+/g)
		?.map((name) => name.replace('[no-]', ''));
	expect(options.length).toBeGreaterThan(15);
	expect(known).toEqual(expect.arrayContaining(options));
});

it('docs/proof.md has the counts of the hostile suite', () => {
	expect(read('docs/proof.md')).toContain(
		`${matrix().length.toLocaleString('en')} combinations in simulated time, ${corners().length} with real processes`,
	);
});
