import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { start } from '../airbyte/connector.mts';
import { ofType } from '../airbyte/messages.mts';
import { createWorld } from '../airbyte/world.mts';
import { root } from './pages.mts';

const PICTURE = path.join(root, 'docs/pictures/airbyte-log.svg');
const inData = (name: string) => path.join(root, 'examples/data', name);

/** Characters in a line of the picture. */
const WIDTH = 92;
const LINE = 20;
const MARGIN = 18;

const COLOURS: Readonly<Record<string, string>> = { INFO: '#7ee2a8', WARN: '#ffc069' };

interface Log {
	readonly level: string;
	readonly message: string;
}

/** The parts of the log that are shown, in order; times differ from run to run and are not among them. */
const SHOWN = [
	/^Stream crm\.contacts: user ID/,
	/^Rejected \(invalid_email\): record 8 /,
	/^Rejected \(missing_user_id\): record 709 /,
	/^Stream .* rejected as invalid_email/,
	/^Stream .* rejected as missing_user_id/,
	/^Stream .* records received/,
];

const escaped = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The text in lines of at most WIDTH characters, broken at spaces. */
const wrapped = (text: string): string[] =>
	text.match(new RegExp(`.{1,${WIDTH}}(?:\\s|$)`, 'g'))?.map((line) => line.trimEnd()) ?? [];

function drawing(logs: readonly Log[]): string {
	const lines = logs.flatMap(({ level, message }) =>
		wrapped(message).map((text, i) => ({ level: i === 0 ? level : '', text })),
	);
	const rows = lines.map(({ level, text }, i) => {
		const y = MARGIN + LINE * (i + 1) - 6;
		const colour = COLOURS[level];
		const name = level && `<text x="${MARGIN}" y="${y}" fill="${colour}">${level}</text>`;
		return `${name}<text x="66" y="${y}">${escaped(text)}</text>`;
	});
	const height = 2 * MARGIN + LINE * lines.length;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">
<rect width="800" height="${height}" rx="8" fill="#161b22"/>
${rows.join('\n')}
</svg>
`;
}

it('the picture of the log is what a sync of the sample contacts prints (npm run docs draws it)', async () => {
	const { config } = await createWorld();
	const args = ['write', '--config', config, '--catalog', inData('catalog.json')];
	const { received } = await start(args).end(readFileSync(inData('contacts.jsonl')));
	const logs = ofType(
		received.map(({ message }) => message),
		'LOG',
	).map(({ log }) => log);
	const shown = SHOWN.map((pattern) => logs.find(({ message }) => pattern.test(message)));
	expect(shown).not.toContain(undefined);
	const drawn = drawing(shown as Log[]);
	if (process.env.WRITE_DOCS) writeFileSync(PICTURE, drawn);
	expect(readFileSync(PICTURE, 'utf8')).toBe(drawn);
});
