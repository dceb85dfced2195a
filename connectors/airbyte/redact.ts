import { LONGEST_KEY } from '../../src/limits';

const HIDDEN = '**********';

/** Anything that looks like an API key of Flameup (ws_live_… or ws_test_…) or its secret half. */
const LIKE_A_KEY = /ws_(?:live|test)_[^\s"'.,;]*\.[0-9a-f]{16,}|[0-9a-f]{32,}/gi;

/** Shorter parts of a key would match ordinary words. */
const SHORTEST = 6;

/** How a text appears inside the base64 of a longer text, for each of the three alignments. */
function base64Forms(part: string): string[] {
	return ['', '-', '--'].flatMap((before) => {
		const bytes = Buffer.from(before + part);
		const [from, to] = [Math.ceil((before.length * 8) / 6), Math.floor((bytes.length * 8) / 6)];
		const form = (encoding: 'base64' | 'base64url') => bytes.toString(encoding).slice(from, to);
		return [form('base64'), form('base64url')];
	});
}

/** Returns a function that hides secrets like `createKeyRedactor`, and all that looks like an API key. */
export function createRedactor(...secrets: readonly string[]): (text: string) => string {
	const hideKey = createKeyRedactor(...secrets);
	return (text) => hideKey(text).replace(LIKE_A_KEY, HIDDEN);
}

/**
 * Returns a function that hides each secret (at most its first 1,000 characters), its parts and their encoded
 * forms.
 */
export function createKeyRedactor(...secrets: readonly string[]): (text: string) => string {
	const forms = secrets.flatMap(formsOf).sort((a, b) => b.length - a.length);
	const anyForm =
		forms.length === 0
			? undefined
			: new RegExp(
					[...new Set(forms)].map((form) => form.replace(/[^\w]/g, '\\$&')).join('|'),
					'gi',
				);
	return (text) => (anyForm === undefined ? text : text.replace(anyForm, HIDDEN));
}

/** How a secret may appear in a text. */
function formsOf(secret: string): string[] {
	const key = secret.slice(0, LONGEST_KEY);
	return [key, ...key.split('.')]
		.filter((part, i) => part.length >= (i === 0 ? 1 : SHORTEST))
		.flatMap((part) => [
			part,
			encodeURIComponent(part.toWellFormed()),
			JSON.stringify(part).slice(1, -1),
			...base64Forms(part),
			Buffer.from(part).toString('hex'),
		])
		.filter((form) => form === key || form.length >= SHORTEST);
}
