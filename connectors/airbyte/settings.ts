import type { z } from 'zod/v4';
import { ConfigError } from '../../src/errors';
import { Settings } from '../../src/settings/settings';
import { ConfiguredCatalog, type ConfiguredStream } from './protocol';

type Issue = z.core.$ZodIssue;

/** No setting has a longer name; what has may be anything, such as a key in the wrong place. */
const LONGEST_NAME = 100;

/** One setting and what is wrong with it; the value itself is never told. */
function sentence(issue: Issue, input: unknown): string {
	const where = issue.path.map(String).join('.');
	if (issue.code === 'unrecognized_keys') {
		const names = issue.keys.map((key) => (where === '' ? key : `${where}.${key}`));
		return names.map((name) => `${shortened(name)} is not a setting`).join('. ');
	}
	const isMissing = issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined;
	return `${where === '' ? 'The whole' : where} ${isMissing ? 'is missing' : demand(issue)}`;
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

const ARTICLES: Readonly<Record<string, string>> = {
	string: 'a text',
	number: 'a number',
	int: 'a whole number',
	boolean: 'true or false',
	array: 'a list',
	object: 'an object',
};

function demand(issue: Issue): string {
	switch (issue.code) {
		case 'invalid_type':
			return `must be ${ARTICLES[issue.expected] ?? issue.expected}`;
		case 'invalid_value':
			return `must be one of ${issue.values.map(String).join(', ')}`;
		case 'too_small':
			if (issue.origin === 'string' || issue.origin === 'array') return 'must not be empty';
			return `must be ${issue.inclusive ? `${issue.minimum} or more` : `more than ${issue.minimum}`}`;
		case 'too_big':
			return `must be ${issue.inclusive ? `${issue.maximum} or less` : `less than ${issue.maximum}`}`;
		default:
			return issue.message;
	}
}

const sentences = (error: z.ZodError, input: unknown): string =>
	error.issues.map((issue) => `${sentence(issue, input)}.`).join(' ');

/** Not with the parser's own words: they would show a piece of the file, and so perhaps the key. */
function parseJson(text: string, what: string): unknown {
	const parsed = tryJson(text);
	if (parsed === undefined) throw new ConfigError(`The ${what} file is not valid JSON.`);
	return parsed;
}

function tryJson(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch {
		return undefined;
	}
}

/** Reads the configuration. Throws ConfigError that names each setting that is unknown or wrong. */
export function readSettings(text: string): Settings {
	const input = parseJson(text, 'configuration');
	const result = Settings.safeParse(input);
	if (result.success && !URL.canParse(result.data.api_url)) {
		throw new ConfigError(
			'The configuration is not valid. api_url must be an http or https address.',
		);
	}
	if (result.success) return result.data;
	throw new ConfigError(`The configuration is not valid. ${sentences(result.error, input)}`);
}

/** Whatever the configuration file has as api_key, even when the rest is wrong; to hide it. */
export function peekApiKey(text: string): string | undefined {
	const key = (tryJson(text) as { api_key?: unknown } | null | undefined)?.api_key;
	return typeof key === 'string' && key.trim() !== '' ? key.trim() : undefined;
}

/** Reads the configured catalog. Throws ConfigError that names the place that is wrong. */
export function readCatalog(text: string): ConfiguredStream[] {
	const input = parseJson(text, 'catalog');
	const result = ConfiguredCatalog.safeParse(input);
	if (result.success) return result.data.streams;
	throw new ConfigError(
		`The catalog is not a configured catalog. ${sentences(result.error, input)}`,
	);
}
