import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKeyedDigest } from '../../connectors/airbyte/keyedDigest.mts';

it('is the SHA-256 of the key, one byte a character, followed by each text', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 300 }),
		fc.constantFrom('', '\uD800', 'a\uDC00', '東'.repeat(5_000)),
	);
	fc.assert(
		fc.property(fc.constantFrom('', 'key', 'Schlüssel', '\0\xff'), fc.array(text), (key, texts) => {
			const digest = createKeyedDigest(key);
			expect(texts.map(digest)).toEqual(
				texts.map((one) => createHash('sha256').update(key, 'latin1').update(one).digest('binary')),
			);
		}),
	);
});
