import type { Digest } from '../../src/ports';

/** A character that takes two bytes in memory. */
const WIDE = /[^\0-\xff]/;

/**
 * A SHA-256 of a key, one byte a character, and each text, in reused memory: joining them takes a quarter longer.
 * A text is hashed as it is in memory, because UTF-8 would take as long as the hash; a byte before it says how.
 */
export function createKeyedDigest(key: string): Digest {
	const { hash } = process.getBuiltinModule('node:crypto');
	let memory = Buffer.from(`${key}\0`, 'latin1');
	const from = memory.length;
	return (text) => {
		const isWide = WIDE.test(text);
		const most = from + text.length * 2;
		if (memory.length < most) memory = Buffer.concat([memory.subarray(0, from)], 2 * most);
		memory[from - 1] = isWide ? 1 : 0;
		const to = from + memory.write(text, from, isWide ? 'utf16le' : 'latin1');
		return hash('sha256', memory.subarray(0, to), 'binary');
	};
}
