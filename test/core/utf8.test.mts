import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitsIn, utf8Length } from '../../src/mapping/utf8';

/** All of Unicode, and the JSON of text that is not valid Unicode. */
const text = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.string(),
	fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.stringify(value)),
	fc
		.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
		.map((units) => JSON.stringify(String.fromCharCode(...units))),
);

it.each([
	['', 0],
	['a', 1],
	['\u007f', 1],
	['\u0080', 2],
	['\u07ff', 2],
	['\u0800', 3],
	['\ud7ff', 3],
	['\ue000', 3],
	['\uffff', 3],
	['😀', 4],
	['a😀é漢', 10],
])('counts the bytes of %j', (given, bytes) => expect(utf8Length(given)).toBe(bytes));

it('counts the bytes of the UTF-8 encoding', () => {
	fc.assert(
		fc.property(text, (given) => {
			expect(utf8Length(given)).toBe(Buffer.byteLength(given));
		}),
	);
});

it('fits exactly when the bytes do', () => {
	fc.assert(
		fc.property(text, fc.nat(200), (given, cap) => {
			expect(fitsIn(given, cap)).toBe(Buffer.byteLength(given) <= cap);
		}),
	);
});
