import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readSettings } from '../connectors/airbyte/settings';
import { vocabulary } from '../connectors/airbyte/vocabulary';
import { INVALID, type Problem, REFUSED, type RejectionCode } from '../src/errors';
import { type Field, fields } from '../src/settings/fields';
import { Settings } from '../src/settings/settings';
import { describe, fillIn, MEANINGS } from '../src/texts';
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

const answered = { status: 400, said: '', fields: [] };

/** One of each code, to ask what to do about it. */
const ONE_OF_EACH: { [Code in RejectionCode]: Problem<Code> } = {
	missing_user_id: { code: 'missing_user_id', columns: ['id'], joined: false },
	invalid_user_id: { code: 'invalid_user_id', column: 'id', holds: 'a list' },
	user_id_too_long: { code: 'user_id_too_long', length: 300 },
	invalid_email: { code: 'invalid_email' },
	email_too_long: { code: 'email_too_long', length: 300 },
	phone_too_long: { code: 'phone_too_long', length: 60 },
	person_too_large: { code: 'person_too_large', maxBytes: 1 },
	invalid_record: { code: 'invalid_record', why: 'no JSON' },
	unreadable_line: { code: 'unreadable_line' },
	refused: { code: 'refused', ...answered },
	too_large_for_flameup: { code: 'too_large_for_flameup', ...answered },
	not_confirmed: { code: 'not_confirmed' },
};

const isRefused = (code: string) => REFUSED.some((one) => one === code);

const rejections = () =>
	table(
		['code', 'found by', 'meaning', 'what to do'],
		Object.values(ONE_OF_EACH).map((problem) => [
			`\`${problem.code}\``,
			isRefused(problem.code) ? 'Flameup' : 'the destination',
			fillIn(MEANINGS[problem.code], vocabulary()),
			describe(problem, vocabulary()).hint ?? '',
		]),
	);

it('the table of rejections has every code', () => {
	expect(Object.keys(ONE_OF_EACH)).toEqual([...INVALID, ...REFUSED]);
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
