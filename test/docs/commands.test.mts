import { expect, it } from 'vitest';
import { blocksOf, PAGES, read } from './pages.mts';

const blocks = PAGES.flatMap(blocksOf);
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const ci = read('.ci/run');

/** The npm script of a command such as `npm run demo` or `npm test -- -t words`. */
const scriptOf = (command: string): string | undefined =>
	/^(?:\w+=\S+ )?npm (?:run (?:--silent )?)?([\w:]+)/.exec(command)?.[1];

/** Whether a line of .ci/run runs the npm script. */
const isInCi = (script: string | undefined): boolean =>
	script !== undefined &&
	[...ci.matchAll(/\bnpm(?:_run| run --silent|) ([\w: ]+)/g)].some(([, names = '']) =>
		names.split(' ').includes(script),
	);

/** Commands in the running text, and in tables. */
const inline = PAGES.flatMap((page) =>
	[
		...read(page)
			.replace(/```[\s\S]*?```/g, '')
			.matchAll(/`([^`\n]+)`/g),
	]
		.map(([, code = '']) => ({ page, code }))
		.filter(({ code }) => /^(?:[A-Z]+=\S+ )?(?:npm|npx|docker|kind|bash|build\/\S+) ./.test(code)),
);

/** Measuring takes an hour, and an otherwise idle machine; .ci/run is what the pages say it is. */
const NOT_IN_CI = [
	'npm run bench',
	'npm run bench:n8n',
	'npm run docs',
	'npm run form',
	'npm run release -- 1.2.3',
	'bash .ci/run',
];

it('are found', () => {
	expect(blocks.length).toBeGreaterThan(8);
	expect(inline.length).toBeGreaterThan(20);
});

it('are in blocks of a known kind', () => {
	const kinds = PAGES.flatMap((page) =>
		[...read(page).matchAll(/^ *```(\S+)/gm)].map(([, kind]) => kind),
	);
	expect([...new Set(kinds)].sort()).toEqual(['json', 'mermaid', 'python', 'sh', 'text']);
});

it('are not run only where they need what cannot be had', () => {
	const needs = blocks.filter(({ mark }) => mark.startsWith('needs')).map(({ mark }) => mark);
	expect(needs).toEqual([
		'needs a release',
		'needs Docker',
		'needs Airbyte',
		'needs a registry',
		'needs rejected records in a storage',
		'needs Docker',
	]);
});

it.each(blocks.filter(({ mark }) => mark === 'in CI'))(
	'$page: .ci/run runs $commands',
	({ commands }) => {
		for (const command of commands.split('\n').filter(Boolean)) {
			expect(isInCi(scriptOf(command)), command).toBe(true);
		}
	},
);

it.each(inline)('$page: $code is run somewhere', ({ code }) => {
	const isInBlock = blocks.some(({ commands }) => commands.split('\n').includes(code));
	const isSimulator = /^npm run simulator(?: -- .+)?$/.test(code);
	const isRun = isInBlock || isSimulator || isInCi(scriptOf(code)) || NOT_IN_CI.includes(code);
	expect(isRun).toBe(true);
	const script = scriptOf(code);
	if (script !== undefined && script !== 'install') expect(Object.keys(scripts)).toContain(script);
});

it('name the version that package.json has', () => {
	const { version } = JSON.parse(read('package.json')) as { version: string };
	const named = PAGES.flatMap((page) =>
		[...read(page).matchAll(/(?:destination-flameup:|n8n-nodes-flameup-)(\d+\.\d+\.\d+)/g)].map(
			([, number]) => number,
		),
	);
	expect(named.length).toBeGreaterThan(3);
	expect(new Set(named)).toEqual(new Set([version]));
});
