import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSettings } from '../connectors/airbyte/settings';
import { vocabulary } from '../connectors/airbyte/vocabulary';
import { INVALID, REFUSED } from '../src/errors';
import { type Field, fields } from '../src/settings/fields';
import { Settings } from '../src/settings/settings';
import { describe, fillIn, MEANINGS } from '../src/texts';
import { PROBLEMS } from './core/problems.mts';
import { expectPart, table } from './docs.mts';

const README = new URL('../README.md', import.meta.url);
const EXAMPLES = new URL('../examples/airbyte/', import.meta.url);

const defaultOf = ({ choices, default: value, required, type }: Field) => {
	if (required) return 'required';
	if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
		return 'none';
	const others = choices?.filter((choice) => choice !== value).map((choice) => `\`${choice}\``);
	const shown = `\`${type === 'choice' ? value : JSON.stringify(value)}\``;
	return others === undefined ? shown : `${shown} (or ${others.join(', ')})`;
};

const settings = () =>
	table(
		['setting', 'default', 'what it does'],
		fields(Settings, vocabulary())
			.filter(({ type }) => type !== 'group')
			.map((field) => [`\`${field.path}\``, defaultOf(field), field.description]),
	);

const isRefused = (code: string) => REFUSED.some((one) => one === code);

const rejections = () =>
	table(
		['code', 'found by', 'meaning', 'what to do'],
		[...INVALID, ...REFUSED].map((code) => [
			`\`${code}\``,
			isRefused(code) ? 'Flameup' : 'the destination',
			fillIn(MEANINGS[code], vocabulary()),
			describe(PROBLEMS[code], vocabulary()).hint ?? '',
		]),
	);

it('every rejection code has a meaning', () => {
	expect(Object.keys(MEANINGS)).toEqual([...INVALID, ...REFUSED]);
});

it.each([
	['settings', settings()],
	['rejections', rejections()],
])('the table of %s is what the code declares (npm run docs writes it)', (name, expected) =>
	expectPart(README, name, expected),
);

it.each(readdirSync(EXAMPLES).filter((name) => name.endsWith('.json')))(
	'the example %s is a valid configuration',
	(name) => {
		expect(readSettings(readFileSync(new URL(name, EXAMPLES), 'utf8')).workspace_id).toBe(
			'ws_abc123',
		);
	},
);
