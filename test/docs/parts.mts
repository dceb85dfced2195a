import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ALIASES, USER_ID_NAMES } from '../../src/mapping/roles';

/** A table of Markdown. */
export const table = (head: string[], rows: string[][]): string =>
	[head, head.map(() => '---'), ...rows]
		.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
		.join('\n');

const code = (name: string): string => `\`${name}\``;

/** The usual names of the columns, or of what the host calls them, for each part of a person. */
export const aliases = (column: string): string =>
	table(
		['part of the person', `${column} names, most likely first`],
		[['user ID', USER_ID_NAMES] as const, ...Object.entries(ALIASES)].map(([role, names]) => [
			role.replaceAll('_', ' '),
			names.map(code).join(', '),
		]),
	);

/** Expects the part of a file between `<!-- name -->` and `<!-- /name -->`; `npm run docs` writes it instead. */
export function expectPart(file: URL, name: string, expected: string): void {
	const text = readFileSync(file, 'utf8');
	const parts = text.split(new RegExp(`(<!-- /?${name} -->)`));
	expect(parts).toHaveLength(5);
	parts[2] = `\n${expected}\n`;
	if (process.env.WRITE_DOCS) writeFileSync(file, parts.join(''));
	else expect(text).toBe(parts.join(''));
}
