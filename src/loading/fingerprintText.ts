import { type Half, UNKNOWN } from './fingerprintTable';

/** Tells a fingerprint from any other text. */
const PREFIX = 'flameup-';

const DIGITS = 8;

const TEXT = new RegExp(`^${PREFIX}[\\da-f]{${2 * DIGITS}}$`);

/** Whether a value is a fingerprint as a text. */
export const isFingerprintText = (value: unknown): value is string =>
	typeof value === 'string' && value.startsWith(PREFIX) && TEXT.test(value);

/** What was sent, as a text that others can keep. */
export const fingerprintText = (content: Half): string =>
	PREFIX + content.map((word) => word.toString(16).padStart(DIGITS, '0')).join('');

/** What such a text stands for; UNKNOWN if it is none. */
export function contentOf(text: unknown): Half {
	if (!isFingerprintText(text)) return UNKNOWN;
	const word = (at: number) => Number.parseInt(text.slice(at, at + DIGITS), 16);
	return [word(PREFIX.length), word(PREFIX.length + DIGITS)];
}
