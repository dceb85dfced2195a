import { ConfigError } from '../../src/errors';
import { Settings } from '../../src/schema';
import { ConfiguredCatalog, type ConfiguredStream } from './protocol';

interface Issue {
	readonly code?: string | undefined;
	readonly path: readonly PropertyKey[];
	readonly message: string;
	readonly keys?: readonly string[];
}

/** One setting and what is wrong with it; the value itself is never told. */
function sentence({ code, keys, message, path }: Issue): string {
	const where = path.map(String).join('.');
	if (code === 'unrecognized_keys' && keys !== undefined) {
		const names = keys.map((key) => (where === '' ? key : `${where}.${key}`));
		return names.map((name) => `${name} is not a setting`).join('; ');
	}
	const text = message.replace(/^Invalid input: /, '').replace(/^Too small: /, '');
	return where === '' ? text : `${where}: ${text}`;
}

function parseJson(text: string, what: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, ''));
	} catch {
		// The parser's own words would show a piece of the file, and so perhaps the key.
		throw new ConfigError(`The ${what} file is not valid JSON.`);
	}
}

/** Reads the configuration. Throws ConfigError that names each setting that is unknown or wrong. */
export function readSettings(text: string): Settings {
	const result = Settings.safeParse(parseJson(text, 'configuration'));
	if (result.success) return result.data;
	throw new ConfigError(
		`The configuration is not valid. ${result.error.issues.map((issue) => sentence(issue as Issue)).join('. ')}.`,
	);
}

/** Whatever the configuration file has as api_key, even when the rest is wrong; to hide it. */
export function peekApiKey(text: string): string | undefined {
	try {
		const { api_key: key } = JSON.parse(text.replace(/^\uFEFF/, '')) as { api_key?: unknown };
		return typeof key === 'string' && key.trim() !== '' ? key.trim() : undefined;
	} catch {
		return undefined;
	}
}

/** Reads the configured catalog. Throws ConfigError that names the place that is wrong. */
export function readCatalog(text: string): ConfiguredStream[] {
	const result = ConfiguredCatalog.safeParse(parseJson(text, 'catalog'));
	if (result.success) return result.data.streams;
	throw new ConfigError(
		`The catalog is not a configured catalog. ${result.error.issues.map((issue) => sentence(issue as Issue)).join('. ')}.`,
	);
}
