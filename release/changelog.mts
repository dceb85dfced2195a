import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './manifest.mts';

/** The part of the changelog about one version. */
export interface Section {
	readonly heading: string;
	/** Undefined in `## Unreleased`. */
	readonly version: string | undefined;
	/** YYYY-MM-DD; undefined as long as the version is not released. */
	readonly date: string | undefined;
	/** Without the heading. */
	readonly text: string;
}

const HEADING =
	/^## (?:Unreleased|(?<version>\d+\.\d+\.\d+\S*) \((?:unreleased|(?<date>\d{4}-\d\d-\d\d))\))$/;

/** The path of the changelog. */
export const CHANGELOG = join(root, 'CHANGELOG.md');

/** The text of the changelog. */
export const readChangelog = (): string => readFileSync(CHANGELOG, 'utf8');

/** The sections of a changelog, newest first. Throws if a heading has another form. */
export function sections(changelog: string): readonly Section[] {
	return changelog
		.split(/^(?=## )/m)
		.filter((part) => part.startsWith('## '))
		.map((part) => {
			const [heading = '', ...lines] = part.split('\n');
			const match = HEADING.exec(heading);
			if (!match) {
				throw new Error(
					`CHANGELOG.md has the heading "${heading}". Write "## Unreleased", "## 1.2.3 (unreleased)" or "## 1.2.3 (2026-01-31)".`,
				);
			}
			const { date, version } = match.groups ?? {};
			return { heading, version, date, text: lines.join('\n').trim() };
		});
}

/** The text with its links as they lead elsewhere, from the address of the changelog. */
export const withAbsoluteLinks = (text: string, changelog: string): string =>
	text.replaceAll(/(?<=\]\()[^)\s]+/g, (link) => new URL(link, changelog).href);

/** The changelog with its unreleased section released. Throws if there is none, or if it is empty. */
export function released(changelog: string, version: string, date: string): string {
	const [newest] = sections(changelog);
	if (!newest || newest.date !== undefined || newest.text === '') {
		throw new Error('CHANGELOG.md has no unreleased changes above the released ones.');
	}
	return changelog.replace(newest.heading, () => `## ${version} (${date})`);
}
