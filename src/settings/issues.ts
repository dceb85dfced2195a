import type { z } from 'zod/v4';
import type { ContradictionCode, SettingIssue } from '../errors';

type Issue = z.core.$ZodIssue;

/** No setting has a longer name. A longer one may be something else, such as a misplaced API key, and is cut. */
const LONGEST_NAME = 100;

/** The issues that zod found, by setting. They never contain the values. */
export const settingIssues = (error: z.ZodError, input: unknown): SettingIssue[] =>
	error.issues.flatMap((issue) => issuesOf(issue, input));

function issuesOf(issue: Issue, input: unknown): SettingIssue[] {
	const setting = issue.path.map(String).join('.');
	if (issue.code === 'unrecognized_keys') {
		return issue.keys.map((key) => ({
			setting: shortened(setting === '' ? key : `${setting}.${key}`),
			problem: 'unknown',
		}));
	}
	if (issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined) {
		return [{ setting, problem: 'missing' }];
	}
	const value = valueAt(input, issue.path);
	const isEmpty = issue.code === 'invalid_format' && typeof value === 'string' && !value.trim();
	return isEmpty ? [{ setting, problem: 'empty' }] : [{ setting, ...problemOf(issue) }];
}

function problemOf(issue: Issue) {
	switch (issue.code) {
		case 'invalid_type':
			return { problem: 'type', expected: issue.expected } as const;
		case 'invalid_value':
			return { problem: 'choice', choices: issue.values.map(String) } as const;
		case 'too_small': {
			if (issue.origin === 'string' || issue.origin === 'array')
				return { problem: 'empty' } as const;
			const { inclusive = true, minimum } = issue;
			return { problem: 'too_small', bound: Number(minimum), inclusive } as const;
		}
		case 'too_big': {
			const { inclusive = true, maximum } = issue;
			return { problem: 'too_big', bound: Number(maximum), inclusive } as const;
		}
		case 'custom':
			return issue.params as { problem: ContradictionCode; other?: string };
		default:
			// For formats and alternatives, the schema uses the problem code as the message.
			return { problem: issue.message as ContradictionCode };
	}
}

const shortened = (name: string): string =>
	name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
	path.reduce(
		(value, key) =>
			typeof value === 'object' && value !== null
				? (value as Record<PropertyKey, unknown>)[key]
				: undefined,
		input,
	);
