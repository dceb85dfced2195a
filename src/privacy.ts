const EMAIL = /[^\s@"'<>()]+@[^\s@"'<>()]+/g;
const LONG_NUMBER = /\+?\d[\d\s().-]{5,}\d/g;

/** Text of Flameup's without what could be personal data: the given values, emails, long numbers. */
export function withoutPersonalData(text: string, values: Iterable<unknown> = []): string {
	let clean = text;
	for (const value of values) {
		const part = typeof value === 'string' ? value.trim() : '';
		if (part.length >= 3) clean = clean.replaceAll(part, '…');
	}
	return clean.replace(EMAIL, '…').replace(LONG_NUMBER, '…');
}
