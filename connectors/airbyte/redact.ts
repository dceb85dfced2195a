const HIDDEN = '**********';

/** Anything that looks like a key of Flameup's: ws_live_… or ws_test_…, with its secret or without. */
const LIKE_A_KEY = /\bws_(?:live|test)_[^\s"'.,;]*\.[0-9a-f]{16,}/gi;

/** Shorter parts would hide ordinary words. */
const SHORTEST = 6;

/** Hides the key, its two halves, and the forms in which transports and logs write them. */
export function createRedactor(apiKey: string | undefined): (text: string) => string {
	const parts = apiKey === undefined ? [] : [apiKey, ...apiKey.split('.')];
	const forms = parts
		.filter((part, i) => part.length >= (i === 0 ? 1 : SHORTEST))
		.flatMap((part) => {
			const bytes = Buffer.from(part);
			const base64 = bytes.toString('base64').replace(/=+$/, '');
			return [
				part,
				encodeURIComponent(part),
				JSON.stringify(part).slice(1, -1),
				base64,
				base64.replaceAll('+', '-').replaceAll('/', '_'),
				Buffer.from(`Bearer ${part}`).toString('base64').replace(/=+$/, ''),
				bytes.toString('hex'),
			];
		})
		.sort((a, b) => b.length - a.length);
	const anyForm =
		forms.length === 0
			? undefined
			: new RegExp(
					[...new Set(forms)].map((form) => form.replace(/[^\w]/g, '\\$&')).join('|'),
					'gi',
				);
	return (text) => {
		const clean = anyForm === undefined ? text : text.replace(anyForm, HIDDEN);
		return clean.replace(LIKE_A_KEY, HIDDEN);
	};
}
