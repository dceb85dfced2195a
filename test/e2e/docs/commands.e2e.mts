import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf, PAGES, read, root } from '../../docs/pages.mts';
import { type Place, run, runInBackground } from './shell.mts';

/** A copy of the repository with nothing installed and built, and an empty home. */
const top = mkdtempSync(path.join(tmpdir(), 'flameup-docs-'));
const place: Place = { folder: path.join(top, 'connectors'), home: path.join(top, 'home') };
const stops: (() => Promise<void>)[] = [];

/** Removing what npm has installed takes minutes on a busy machine. */
const LONGEST_REMOVAL_MS = 600_000;

beforeAll(() => {
	const options = { cwd: root, encoding: 'utf8' } as const;
	const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
	for (const file of execFileSync('git', args, options).split('\0').filter(Boolean)) {
		const from = path.join(root, file);
		if (existsSync(from)) cpSync(from, path.join(place.folder, file));
	}
});

afterAll(async () => {
	for (const stop of stops) await stop();
	rmSync(top, { recursive: true, force: true });
}, LONGEST_REMOVAL_MS);

/** Whether the output has the line; a line that ends in … only begins like one of the output. */
const shows = (output: string, line: string): boolean => output.includes(line.replace(/ ?…$/, ''));

/** README comes first, because its commands install what the other pages need. */
const pages = ['README.md', ...PAGES.filter((page) => page !== 'README.md')]
	.map((page) => ({ page, blocks: blocksOf(page).filter(isRun) }))
	.filter(({ blocks }) => blocks.length > 0);

function isRun({ mark }: Block): boolean {
	return mark === 'run' || mark === 'background';
}

/** What a page's commands leave behind. */
const LEFT: Readonly<Record<string, () => unknown>> = {
	'README.md': () => {
		const modules = path.join(place.folder, 'node_modules');
		const kilobytes = Number.parseInt(
			execFileSync('du', ['-sk', modules], { encoding: 'utf8' }),
			10,
		);
		const [, said] = /([\d.]+) GB for the development tools/.exec(read('README.md')) ?? [];
		expect(Math.abs(kilobytes / 2 ** 20 - Number(said))).toBeLessThan(0.3);
	},
	'docs/n8n.md': () => {
		const installed = path.join(place.home, '.n8n/nodes/node_modules/n8n-nodes-flameup');
		const { n8n } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
		for (const file of [...n8n.nodes, ...n8n.credentials]) {
			expect(existsSync(path.join(installed, file)), file).toBe(true);
		}
	},
};

describe.each(pages)('$page', ({ page, blocks }) => {
	afterAll(async () => {
		for (const stop of stops.splice(0)) await stop();
	});

	it.each(blocks)('$mark: $commands', async ({ commands, mark, shows: lines }) => {
		if (mark === 'background') {
			stops.push(await runInBackground(commands, place));
			return;
		}
		const { code, output } = await run(commands, place);
		expect(code, output.slice(-3_000)).toBe(0);
		for (const line of lines) expect(shows(output, line), `${line}\n${output}`).toBe(true);
	});

	it.runIf(page in LEFT)('leaves behind what it promises', () => LEFT[page]?.());
});

it('covers the pages that every user needs', () => {
	const run = pages.map(({ page }) => page);
	expect(run).toEqual(expect.arrayContaining(['README.md', 'docs/airbyte.md', 'docs/n8n.md']));
});
