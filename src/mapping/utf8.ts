/** The length of a text in UTF-8 bytes. */
export function utf8Length(text: string): number {
	let bytes = text.length;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		// A surrogate pair is two units and four bytes, so each half counts one more.
		if (unit >= 0x80) bytes += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
	}
	return bytes;
}

/** Whether a text has at most `maxBytes` bytes; it counts them only if the length alone does not decide. */
export const fitsIn = (text: string, maxBytes: number): boolean =>
	text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes;
