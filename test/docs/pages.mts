import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The top of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** The pages for users and contributors, except the one that `npm run bench` writes with its own command. */
export const PAGES = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root })
	.filter((page) => page !== 'docs/benchmark.md')
	.sort();

export const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');

/** What the comment above a block of commands says of it. */
export type Mark = 'run' | 'background' | 'in CI' | `needs ${string}`;

/** A fenced block of commands. */
export interface Block {
	readonly page: string;
	readonly commands: string;
	readonly mark: Mark;
	/** The lines of the text block that follows: parts of the output. */
	readonly shows: readonly string[];
}

const FENCE =
	/(?:<!-- ([^>]+) -->\n)?( *)```sh\n([\s\S]*?)\n *```(?:\n\s*```text\n([\s\S]*?)\n *```)?/g;

function markOf(comment: string | undefined): Mark {
	if (comment === undefined) return 'run';
	if (comment === 'run in the background') return 'background';
	if (comment === 'run by .ci/run') return 'in CI';
	const [, need] = /^not run: needs (.+)$/.exec(comment) ?? [];
	if (need === undefined) throw new Error(`The comment "${comment}" means nothing here.`);
	return `needs ${need}`;
}

const lines = (text: string): string[] => text.split('\n').map((line) => line.trim());

/** All blocks of commands on a page, in order. */
export const blocksOf = (page: string): Block[] =>
	[...read(page).matchAll(FENCE)].map(([, comment, indent = '', commands = '', shown]) => ({
		page,
		commands: commands.replaceAll(`\n${indent}`, '\n').slice(indent.length),
		mark: markOf(comment),
		shows: shown === undefined ? [] : lines(shown),
	}));
