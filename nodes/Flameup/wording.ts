/** What the settings of the core are called in n8n. */
const NAMES: Readonly<Record<string, string>> = {
	api_key: 'API Key',
	workspace_id: 'Workspace ID',
	api_url: 'Base URL',
	user_id_columns: 'User ID Field',
	email_column: 'Email Field',
	exclude_columns: 'Fields to Ignore',
	columns: 'fields',
	column: 'field',
	'the sync': 'the workflow',
	' (or set allow_http)': '',
};

const NAME = new RegExp(
	Object.keys(NAMES)
		.map((name) => name.replace(/[()]/g, '\\$&'))
		.join('|'),
	'g',
);

/** A sentence of the core, with the names that the user of n8n sees. */
export const inN8nWords = (text: string): string =>
	text.replace(NAME, (name) => NAMES[name] ?? name);

/** A text that begins and ends as a sentence does; foreign words end as they like. */
export const sentence = (text: string): string => {
	const begun = text.charAt(0).toUpperCase() + text.slice(1);
	return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
};
