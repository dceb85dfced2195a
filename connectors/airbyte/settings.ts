import type { z } from 'zod/v4';
import { FlameupError } from '../../src/errors';
import { isObject } from '../../src/mapping/jsonValues';
import { settingIssues } from '../../src/settings/issues';
import { Settings } from '../../src/settings/settings';
import { describe } from '../../src/texts';
import { InputError } from './inputError';
import { ConfiguredCatalog, type ConfiguredStream } from './protocol';
import { vocabulary } from './vocabulary';

function parseJson(text: string, what: string): unknown {
	let where = '';
	const parsed = tryJson(text, ({ message }) => {
		// The rest of the message may quote the API key.
		const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(message) ?? [];
		if (line !== undefined) where = ` Look at line ${line}, column ${column}.`;
	});
	if (parsed === undefined) throw new InputError(`The ${what} file is not valid JSON.${where}`);
	return parsed;
}

function tryJson(text: string, onError?: (error: Error) => void): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch (error) {
		onError?.(error as Error);
		return undefined;
	}
}

/** No setting is nested more deeply; deeper input could overflow the stack. */
const DEEPEST = 10;

/**
 * Removes nulls, which Airbyte sends for settings that are not set, groups of nothing but nulls, and
 * properties that newer platforms add.
 */
function asSet(value: unknown, depth = 0): unknown {
	if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
	if (Array.isArray(value)) return value.map((inner) => asSet(inner, depth + 1));
	const entries = Object.entries(value).filter(
		([name, inner]) => !isUnset(inner) && !isPlatforms(name),
	);
	return Object.fromEntries(entries.map(([name, inner]) => [name, asSet(inner, depth + 1)]));
}

function isUnset(value: unknown): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value === null;
	const members = Object.values(value);
	return members.length > 0 && members.every((member) => member === null);
}

const isPlatforms = (name: string): boolean => /^(?:_|airbyte_)/.test(name);

/** Reads the configuration. Throws a FlameupError that names each unknown or invalid setting. */
export function readSettings(text: string): Settings {
	const input = asSet(parseJson(text, 'configuration'));
	const result = Settings.safeParse(input);
	if (!result.success) throw invalid(result.error, input);
	const { api_url, storage } = result.data;
	const addresses = {
		api_url,
		...(storage.storage_type === 's3' && { 'storage.s3_endpoint': storage.s3_endpoint }),
	};
	for (const [setting, address] of Object.entries(addresses)) {
		if (address === '' || URL.canParse(address)) continue;
		const issues = [{ setting, problem: 'not_an_address' }] as const;
		throw new FlameupError({ code: 'invalid_settings', issues });
	}
	return result.data;
}

const invalid = (error: z.ZodError, input: unknown): FlameupError =>
	new FlameupError({ code: 'invalid_settings', issues: settingIssues(error, input) });

/** The secrets in a configuration file, even if the rest is invalid, so that they can be hidden. */
export function peekSecrets(text: string): string[] {
	const config = tryJson(text) as Partial<Record<string, unknown>> | null | undefined;
	const storage = config?.storage as { secret_access_key?: unknown } | null | undefined;
	return [config?.api_key, storage?.secret_access_key].flatMap((secret) =>
		typeof secret === 'string' && secret.trim() !== '' ? [secret.trim()] : [],
	);
}

/** Reads the configured catalog. Throws an InputError that names the invalid part. */
export function readCatalog(text: string): ConfiguredStream[] {
	const input = parseJson(text, 'catalog');
	const result = ConfiguredCatalog.safeParse(input);
	if (result.success) return result.data.streams;
	const { reason } = describe(invalid(result.error, input).problem, vocabulary());
	const why = isObject(input) ? ` ${reason}` : '';
	throw new InputError(
		`The catalog is not a configured catalog.${why} It looks like {"streams": [{"stream": {"name": "people"}}]}.`,
	);
}
