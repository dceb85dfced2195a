import { fields } from '../../src/settings/fields';
import { Settings } from '../../src/settings/settings';
import type { Vocabulary } from '../../src/texts';

/** n8n shows users their own data. */
const NAMES = {
	record: 'row',
	column: 'field',
	run: 'workflow',
	showsValues: true,
	insistsOnHttps: true,
} as const;

/** The settings that the credential and the node show, with the texts of n8n. */
export const FIELDS = fields(Settings, { ...NAMES, setting: String })
	.filter(({ n8n }) => n8n)
	.map((field) => ({ ...field, description: field.n8nDescription ?? field.description }));

const TITLES = new Map(FIELDS.map(({ path, title }) => [path, title]));

/** What the core calls things when it speaks to users of n8n. */
export const WORDS: Vocabulary = {
	...NAMES,
	// A path into a list ends in a number.
	setting: (path) => `"${TITLES.get(path.replace(/\.\d+$/, '')) ?? path}"`,
};
