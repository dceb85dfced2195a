import type { z } from 'zod/v4';
import { FlameupError } from '../../src/errors';
import { settingIssues } from '../../src/settings/issues';
import { Settings } from '../../src/settings/settings';
import { describe } from '../../src/texts';
import { InputError } from './inputError';
import { ConfiguredCatalog, type ConfiguredStream } from './protocol';
import { vocabulary } from './vocabulary';

/** Not with the parser's own words: they would show a piece of the file, and so perhaps the key. */
function parseJson(text: string, what: string): unknown {
	const parsed = tryJson(text);
	if (parsed === undefined) throw new InputError(`The ${what} file is not valid JSON.`);
	return parsed;
}

function tryJson(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch {
		return undefined;
	}
}

/** Airbyte sends null for a setting that is not set, and newer platforms add properties of their own. */
function asSet(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(asSet);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).filter(
		([name, inner]) => inner !== null && !isPlatforms(name),
	);
	return Object.fromEntries(entries.map(([name, inner]) => [name, asSet(inner)]));
}

const isPlatforms = (name: string): boolean => /^(?:_|airbyte_)/.test(name);

/** Reads the configuration. Throws FlameupError that names each setting that is unknown or wrong. */
export function readSettings(text: string): Settings {
	const input = asSet(parseJson(text, 'configuration'));
	const result = Settings.safeParse(input);
	if (!result.success) throw invalid(result.error, input);
	if (!URL.canParse(result.data.api_url)) {
		const issues = [{ setting: 'api_url', problem: 'not_an_address' }] as const;
		throw new FlameupError({ code: 'invalid_settings', issues });
	}
	return result.data;
}

const invalid = (error: z.ZodError, input: unknown): FlameupError =>
	new FlameupError({ code: 'invalid_settings', issues: settingIssues(error, input) });

/** Whatever the configuration file has as api_key, even when the rest is wrong; to hide it. */
export function peekApiKey(text: string): string | undefined {
	const key = (tryJson(text) as { api_key?: unknown } | null | undefined)?.api_key;
	return typeof key === 'string' && key.trim() !== '' ? key.trim() : undefined;
}

/** Reads the configured catalog. Throws InputError that names the place that is wrong. */
export function readCatalog(text: string): ConfiguredStream[] {
	const input = parseJson(text, 'catalog');
	const result = ConfiguredCatalog.safeParse(input);
	if (result.success) return result.data.streams;
	const { reason = '' } = describe(invalid(result.error, input).problem, vocabulary());
	throw new InputError(`The catalog is not a configured catalog. ${reason}`);
}
