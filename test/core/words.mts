import type { Vocabulary } from '../../src/texts';

/** What a host for Airbyte says. */
export const AIRBYTE_WORDS: Vocabulary = {
	record: 'record',
	column: 'column',
	run: 'sync',
	setting: (path) => path,
	showsValues: false,
};

/** What a host for n8n says; settings have titles there. */
export const N8N_WORDS: Vocabulary = {
	record: 'item',
	column: 'field',
	run: 'workflow',
	setting: (path) =>
		path
			.split('.')
			.slice(-1)
			.map((name) =>
				name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => ` ${letter.toUpperCase()}`),
			)
			.join('')
			.trim(),
	showsValues: true,
	insistsOnHttps: true,
};
