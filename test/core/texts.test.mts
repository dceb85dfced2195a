import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INVALID, type Problem, REFUSED, type SettingIssue } from '../../src/errors';
import {
	fillIn,
	MEANINGS,
	paragraph,
	quoted,
	sentence,
	describe as textOf,
	type Vocabulary,
} from '../../src/texts';
import { PROBLEMS } from './problems.mts';
import { AIRBYTE_WORDS, N8N_WORDS } from './words.mts';

const HOSTS: readonly (readonly [string, Vocabulary])[] = [
	['Airbyte', AIRBYTE_WORDS],
	['n8n', N8N_WORDS],
];
const ALL: readonly Problem[] = Object.values(PROBLEMS);

/** Facts that change the text. */
const VARIANTS: readonly Problem[] = [
	{ code: 'missing_user_id', columns: [], joined: false },
	{ code: 'missing_user_id', columns: ['shop', 'no'], joined: true },
	{ code: 'missing_user_id', columns: ['user_id'], joined: false },
	{ code: 'invalid_user_id', column: 'id', holds: 'an object' },
	{ code: 'invalid_user_id', column: 'id', holds: 'a boolean' },
	{ code: 'invalid_user_id', column: 'id', holds: 'lost digits' },
	{ code: 'invalid_record', why: 'no JSON' },
	{ code: 'not_found', by: 'userId' },
	{ code: 'not_people', stream: 'visits', columns: ['email'], hasEmail: true, unused: [] },
	{ code: 'refused', status: 400, said: '', fields: [], what: 'event' },
	{ code: 'too_large_for_flameup', status: 413, said: '', fields: [], what: 'traits' },
	{ code: 'unknown_column', setting: 'mapping.email_column', column: 'x', columns: [] },
	{ code: 'uncertain', answer: { status: 502, said: '', fields: [] } },
	{ code: 'stopped' },
	{ code: 'unreachable', fault: 'EPIPE', forMs: 0 },
	{ code: 'unexpected', error: 'just a text' },
];

const ISSUES: readonly SettingIssue[] = [
	{ setting: 'api_key', problem: 'missing' },
	{ setting: 'pace.speed', problem: 'unknown' },
	{ setting: 'api_key', problem: 'empty' },
	{ setting: 'api_key', problem: 'type', expected: 'string' },
	{ setting: 'dry_run', problem: 'type', expected: 'boolean' },
	{ setting: '', problem: 'type', expected: 'object' },
	{ setting: 'mapping.nested_values', problem: 'choice', choices: ['keep', 'text'] },
	{ setting: 'a', problem: 'too_small', bound: 1, inclusive: true },
	{ setting: 'a', problem: 'too_small', bound: 0, inclusive: false },
	{ setting: 'a', problem: 'too_big', bound: 9, inclusive: true },
	{ setting: 'a', problem: 'too_big', bound: 100, inclusive: false },
	{ setting: 'api_key', problem: 'one_line' },
	{ setting: 'api_key', problem: 'key_too_long' },
	{ setting: 'workspace_id', problem: 'not_a_workspace_id' },
	{ setting: 'api_url', problem: 'not_an_address' },
	{ setting: 'api_url', problem: 'needs_https' },
	{ setting: 'mapping.exclude_columns', problem: 'also_in_only_columns', other: 'a' },
	{ setting: 'mapping.exclude_columns', problem: 'also_in_email_column', other: 'a' },
	{ setting: 'mapping.exclude_columns', problem: 'also_in_user_id_columns', other: 'a' },
	{ setting: 'mapping.exclude_columns', problem: 'also_in_rename', other: 'a' },
	{ setting: 'mapping.rename', problem: 'not_in_only_columns', other: 'a' },
	{ setting: 'mapping.rename', problem: 'listed_twice', other: 'a' },
	{ setting: 'rejected_records.policy', problem: 'needs_limit' },
	{ setting: 'rejected_records.policy', problem: 'ignores_limit', other: 'skip' },
];

it('match the checked-in file', async () => {
	const all = [
		...ALL,
		...VARIANTS,
		...ISSUES.map((issue): Problem => ({ code: 'invalid_settings', issues: [issue] })),
	];
	const lines = all.flatMap((problem) => [
		problem.code,
		...HOSTS.map(([host, words]) => `  ${host}: ${paragraph(textOf(problem, words))}`),
	]);
	await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/texts.txt');
});

describe.each(HOSTS)('in the words of %s', (_host, words) => {
	const texts = [...ALL, ...VARIANTS].map(
		(problem) => [problem.code, textOf(problem, words)] as const,
	);

	it.each(texts)('%s has a title of its own words, which is no sentence', (_code, { title }) => {
		expect(title).toMatch(/^\S.*[^.\s]$/);
		expect(title).not.toMatch(/\([A-Za-z_]+\)|\bE[A-Z_]{4,}\b/);
		expect(title).not.toContain('email is taken');
		expect(title).not.toContain('is not a function');
	});

	it.each(texts)('%s has a reason and a hint of full sentences', (_code, { hint, reason }) => {
		for (const part of [reason, hint]) if (part !== undefined) expect(part).toMatch(/\S\.$/);
		if (hint !== undefined) expect(hint).toMatch(/^[A-Z]/);
	});

	it('every problem but that of settings says what to do', () => {
		const silent = ALL.filter((problem) => textOf(problem, words).hint === undefined);
		expect(silent.map(({ code }) => code)).toEqual(['invalid_settings']);
	});
});

describe('names and words that are not ours', () => {
	const odd = fc.oneof(
		fc.constantFrom(
			...['$&', "$'", '$1', '{record}', '{Column}', '{run}', 'column', 'the sync', 'record', '"a"'],
			...[
				'...',
				'a.b.c',
				'(x)',
				'[y]',
				'\\',
				'%s',
				'',
				' ',
				'Ends with a stop.',
				'😀',
				'__proto__',
			],
		),
		fc.string({ unit: 'binary', maxLength: 20 }),
	);
	const host = fc.constantFrom(AIRBYTE_WORDS, N8N_WORDS);

	it('pass through unchanged: columns, streams and traits', () => {
		fc.assert(
			fc.property(odd, odd, host, (one, other, words) => {
				const problems: Problem[] = [
					{ code: 'missing_user_id', columns: [one, other], joined: true },
					{ code: 'invalid_user_id', column: one, holds: 'a list' },
					{ code: 'columns_clash', columns: [one, other], trait: one },
					{ code: 'not_people', stream: one, columns: [other], hasEmail: false, unused: [other] },
					{ code: 'duplicate_stream', stream: one },
					{ code: 'unknown_stream', stream: one, nearest: one },
					{ code: 'record_of_unknown_stream', stream: one },
					{
						code: 'unknown_column',
						setting: 'mapping.rename',
						column: one,
						columns: [other],
						nearest: other,
						stream: one,
					},
				];
				for (const problem of problems) {
					expect(paragraph(textOf(problem, words))).toContain(`"${one}"`);
				}
			}),
		);
	});

	it('pass through unchanged: what Flameup says', () => {
		fc.assert(
			fc.property(odd, (said) => {
				const { reason } = textOf({ code: 'refused', status: 422, said, fields: [] }, N8N_WORDS);
				expect(reason).toBe(
					said === '' ? 'Flameup answered 422.' : sentence(`Flameup says: ${said}`),
				);
			}),
		);
	});

	it('are not shown where they may repeat personal data', () => {
		const said = 'ann@example.org is taken';
		for (const problem of ALL.filter((one) => 'said' in one)) {
			const text = textOf({ ...problem, said } as Problem, AIRBYTE_WORDS);
			expect(JSON.stringify(text)).not.toContain('ann@example.org');
		}
	});
});

describe('a text of the settings', () => {
	it.each<[string, string, string]>([
		['{Column}s of a {record}', 'Columns of a record', 'Fields of a item'],
		['{Run} and {Record}', 'Sync and Record', 'Workflow and Item'],
		['{other} {RECORD} { record }', '{other} {RECORD} { record }', '{other} {RECORD} { record }'],
		['nothing', 'nothing', 'nothing'],
	])('has its words filled in: %s', (text, airbyte, n8n) => {
		expect(fillIn(text, AIRBYTE_WORDS)).toBe(airbyte);
		expect(fillIn(text, N8N_WORDS)).toBe(n8n);
	});

	it('inserts a word unchanged, whatever it holds', () =>
		expect(fillIn('a {record}.', { ...N8N_WORDS, record: "$& $' {column}" })).toBe(
			"a $& $' {column}.",
		));

	it.each([...INVALID, ...REFUSED])('says what %s means', (code) => {
		for (const [, words] of HOSTS) expect(fillIn(MEANINGS[code], words)).toMatch(/^[A-Z][^{}]+\.$/);
	});
});

it.each<[string[], string]>([
	[[], ''],
	[['a'], '"a"'],
	[['a', 'b'], '"a" and "b"'],
	[['a', 'b', 'c'], '"a", "b" and "c"'],
])('lists %j as %s', (names, expected) => expect(quoted(names)).toBe(expected));

it('limits the number of listed columns', () => {
	const columns = Array.from({ length: 5_000 }, (_, i) => `c${i}`);
	const { reason = '' } = textOf(
		{ code: 'not_people', stream: 's', columns, hasEmail: false, unused: [] },
		AIRBYTE_WORDS,
	);
	expect(reason).toMatch(/"c18", "c19" and 4980 more\.$/);
});
