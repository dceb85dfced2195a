import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyedDigest } from '../../connectors/airbyte/keyedDigest.mts';

const key = fc.constantFrom('', 'key', 'Schlüssel', '\0\xff');
const text = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 300 }),
	fc.constantFrom('', 'é', 'a\0', 'a', '\uD800', 'a\uDC00', '東'.repeat(5_000)),
	fc.integer({ min: 4_000, max: 4_200 }).map((length) => 'x'.repeat(length)),
);

it('is the SHA-256 of the key, the width of a character, and each text', () => {
	fc.assert(
		fc.property(key, fc.array(text), (key, texts) => {
			const digest = createKeyedDigest(key);
			expect(texts.map(digest)).toEqual(
				texts.map((one) => {
					const isWide = [...Array(one.length).keys()].some((i) => one.charCodeAt(i) > 0xff);
					return createHash('sha256')
						.update(key, 'latin1')
						.update(Uint8Array.of(isWide ? 1 : 0))
						.update(Buffer.from(one, isWide ? 'utf16le' : 'latin1'))
						.digest('binary');
				}),
			);
		}),
	);
});

it('differs for texts that differ, even if their bytes in memory are the same', () => {
	const digest = createKeyedDigest('key');
	const texts = ['\u6771', '\x71\x67', '\u6771\0', '\uD800', '\uDC00', '\uFFFD', ''];
	expect(new Set(texts.map(digest)).size).toBe(texts.length);
});
