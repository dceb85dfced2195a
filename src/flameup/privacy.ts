/** Looks for an email only from where a word begins, or a long word would take for ever. */
const EMAIL = /(?<![^\s@"'<>()])[^\s@"'<>()]+@[^\s@"'<>()]+/g;
const LONG_NUMBER = /\+?\d[\d\s().-]{5,}\d/g;

/** Shorter values mean nobody, and would leave holes in ordinary words. */
const SHORTEST = 3;

/** The texts and numbers in a value, however deep, plain and as JSON has them. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
	if (typeof value !== 'string' && typeof value !== 'number') return [];
	const text = String(value).trim();
	return [text, JSON.stringify(text).slice(1, -1)];
}

/** Text of Flameup's without what could be personal data: the given values, emails, long numbers. */
export function withoutPersonalData(text: string, values: Iterable<unknown> = []): string {
	let clean = text;
	const parts = new Set(textsIn([...values]).filter((part) => part.length >= SHORTEST));
	for (const part of [...parts].sort((a, b) => b.length - a.length)) {
		clean = clean.replaceAll(part, '…');
	}
	return clean.replace(EMAIL, '…').replace(LONG_NUMBER, '…');
}
